using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Platform.Http;

namespace Hazina.Accounts.Holdings;

[Description("An account of a customer.")]
sealed record AccountAnswer(
    Guid Id,
    [property: Description("12 digits, the last two of them check digits (ISO 7064 MOD 97-10); for others to send money to.")]
        string Number,
    AccountKind Kind,
    string Currency,
    [property: Description("As its holder calls it.")] string? Nickname,
    HolderAnswer Holder,
    AccountStatus Status,
    [property: Description("Which side takes no postings: debit lets nothing out, credit nothing in.")] Freeze Frozen,
    [property: Description("Which side the platform's staff has frozen; the holder cannot undo that.")] Freeze FrozenByStaff,
    [property: Description("Whether money in this currency comes here that names its holder and no account.")] bool IsDefault,
    [property: Description("Whether it is not closed.")] bool IsActive,
    BalanceAnswer Balance,
    [property: Description("How far below zero it may go; of credit accounts alone.")] WireAmount? CreditLine,
    DateTimeOffset OpenedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ClosedAt
)
{
    [Description("Always account.")]
    public string Object => "account";

    public static AccountAnswer Of(AccountRow row, AccountStand stand) =>
        new(
            row.Id,
            row.Number,
            Words.Read<AccountKind>(row.Kind),
            row.Currency,
            row.Nickname,
            new HolderAnswer(row.Holder.Type, row.OwnerId),
            Words.Read<AccountStatus>(row.Status),
            row.Frozen,
            Words.Read<Freeze>(row.StaffFreeze),
            row.IsDefault,
            row.ClosedAt is null,
            BalanceAnswer.Of(stand),
            row.Kind == "credit" ? WireAmount.Of(row.CreditLine, row.Money) : null,
            row.OpenedAt,
            row.UpdatedAt,
            row.ClosedAt
        );
}

[Description("Whose an account is.")]
sealed record HolderAnswer(HolderType Type, Guid Id);

[Description("What is on an account.")]
sealed record BalanceAnswer(
    [property: Description("What has been posted.")] WireAmount Posted,
    [property: Description("What is held back for what is under way.")] WireAmount Reserved,
    [property: Description("What can be spent: posted less reserved, and with a credit line that much more.")] WireAmount Available
)
{
    public static BalanceAnswer Of(AccountStand stand) => Of([stand]);

    /// <summary>Of several accounts in one currency, together.</summary>
    public static BalanceAnswer Of(IReadOnlyList<AccountStand> stands)
    {
        var currency = stands[0].Currency;
        // Below zero only as far as the line goes: what is left of it can be spent.
        return new(
            WireAmount.Of(stands.Sum(s => s.Posted), currency),
            WireAmount.Of(stands.Sum(s => s.Reserved), currency),
            WireAmount.Of(stands.Sum(s => s.Available + (s.Floor is { } floor && floor < 0 ? -floor : 0m)), currency)
        );
    }
}
