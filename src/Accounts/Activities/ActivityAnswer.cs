using System.ComponentModel;
using System.Text.Json;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Accounts.Activities;

[Description("Something that happened to an account.")]
sealed record ActivityAnswer(
    Guid Id,
    Guid Account,
    ActivityType Type,
    ActivityStatus Status,
    [property: Description("credit raised what is on the account, debit lowered it.")] ActivitySide Side,
    WireAmount Amount,
    [property: Description("What was on the account afterwards; not there for what has not moved money.")] WireAmount? BalanceAfter,
    string? Category,
    [property: Description("Who said the category: module, rule or hand.")] string? CategoryBy,
    string? Reference,
    string Description,
    [property: Description("The other side, as far as it may be told.")] string? Counterparty,
    [property: Description("Whether it was between accounts of one holder.")] bool IsOwn,
    [property: Description("What made it, such as transfer.")] string Source,
    [property: Description("The id of that.")] Guid SourceId,
    [property: Description("The ledger's transaction.")] Guid Transaction,
    [property: Description("More that depends on the type.")] JsonElement? Details,
    IReadOnlyList<string> Tags,
    string? Note,
    string? Place,
    string? Device,
    DateTimeOffset OccurredAt,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always activity.")]
    public string Object => "activity";
}

/// <summary>A row of <c>accounts.activity</c>.</summary>
sealed record ActivityRow(
    Guid Id,
    Guid AccountId,
    string Type,
    string Status,
    string Side,
    decimal Amount,
    string Currency,
    decimal? BalanceAfter,
    string? Category,
    string? CategoryBy,
    string? Reference,
    string Description,
    string? Counterparty,
    bool IsOwn,
    string Source,
    Guid SourceId,
    Guid TransactionId,
    string? Details,
    string[] Tags,
    string? Note,
    string? Place,
    string? Device,
    DateTimeOffset OccurredAt,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>Of activity <c>a</c>, in the order of the record.</summary>
    public const string Columns = """
        a.id, a.account_id, a.type, a.status, a.side, a.amount, a.currency, a.balance_after, a.category, a.category_by, a.reference, a.description,
        a.counterparty, a.is_own, a.source, a.source_id, a.transaction_id, a.details::text as details, a.tags, a.note, a.place, a.device, a.occurred_at,
        a.updated_at
        """;

    /// <summary>What it did to the balance.</summary>
    public decimal Signed => Side == "credit" ? Amount : -Amount;

    public ActivityAnswer Answer()
    {
        var currency = Hazina.Money.Currency.Of(Currency);
        return new(
            Id,
            AccountId,
            Words.Read<ActivityType>(Type),
            Words.Read<ActivityStatus>(Status),
            Words.Read<ActivitySide>(Side),
            WireAmount.Of(Amount, currency),
            BalanceAfter is { } after ? WireAmount.Of(after, currency) : null,
            Category,
            CategoryBy,
            Reference,
            Description,
            Counterparty,
            IsOwn,
            Source,
            SourceId,
            TransactionId,
            Details is null ? null : JsonDocument.Parse(Details).RootElement.Clone(),
            Tags,
            Note,
            Place,
            Device,
            OccurredAt,
            UpdatedAt
        );
    }
}
