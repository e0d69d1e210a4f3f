using System.ComponentModel;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Accounts.Transfers;

[Description("Money that went from one customer's account to another.")]
sealed record TransferAnswer(
    Guid Id,
    [property: Description("Always completed: what is refused is no transfer, and a failed entry of the activity.")] string Status,
    [property: Description("debit: whoever asks has sent it; credit: they have got it. Between own accounts it is a debit.")]
        ActivitySide Side,
    WireAmount Amount,
    TransferParty From,
    TransferParty To,
    string? Reference,
    string? Description,
    DateTimeOffset CompletedAt
)
{
    [Description("Always transfer.")]
    public string Object => "transfer";
}

[Description("One side of a transfer.")]
sealed record TransferParty(
    [property: Description("The account, where whoever asks may see it.")] Guid? Account,
    [property: Description("As the other side is told it.")] string? Name
);

/// <summary>A row of <c>accounts.transfers</c>.</summary>
sealed record TransferRow(
    Guid Id,
    Guid FromAccount,
    string FromOwnerType,
    Guid FromOwnerId,
    string? FromName,
    Guid ToAccount,
    string ToOwnerType,
    Guid ToOwnerId,
    string? ToName,
    decimal Amount,
    string Currency,
    string? Reference,
    string? Description,
    DateTimeOffset CompletedAt
)
{
    /// <summary>Of transfers <c>t</c>, in the order of the record.</summary>
    public const string Columns = """
        t.id, t.from_account, t.from_owner_type, t.from_owner_id, t.from_name, t.to_account, t.to_owner_type, t.to_owner_id, t.to_name, t.amount, t.currency,
        t.reference, t.description, t.completed_at
        """;

    public TransferAnswer Answer(Access access)
    {
        var seesFrom = access.Sees(new Holder(Words.Read<HolderType>(FromOwnerType), FromOwnerId));
        var seesTo = access.Sees(new Holder(Words.Read<HolderType>(ToOwnerType), ToOwnerId));
        return new(
            Id,
            "completed",
            seesFrom ? ActivitySide.Debit : ActivitySide.Credit,
            WireAmount.Of(Amount, Hazina.Money.Currency.Of(Currency)),
            new TransferParty(seesFrom ? FromAccount : null, FromName),
            new TransferParty(seesTo ? ToAccount : null, ToName),
            Reference,
            Description,
            CompletedAt
        );
    }
}
