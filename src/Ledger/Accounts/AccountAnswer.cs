using System.ComponentModel;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Accounts;

/// <summary>An account as the API shows it.</summary>
[Description("A ledger account: what it is, what it allows, and where it stands.")]
sealed record AccountAnswer(
    Guid Id,
    string Currency,
    AccountClass Class,
    [property: Description("The side on which it grows; its balance, floor and ceiling are counted on it.")] Side NormalSide,
    string? Owner,
    [property: Description("The lowest that its available balance may be taken to: decimal digits, or none.")] string Floor,
    [property: Description("The highest that its posted balance may be taken to: decimal digits, or none.")] string Ceiling,
    [property: Description("Which side takes no postings.")] Freeze Frozen,
    AccountStatus Status,
    BalanceAnswer Balance,
    DateTimeOffset OpenedAt,
    DateTimeOffset? ClosedAt,
    [property: Description("The batch after which this was so.")] long Batch
)
{
    [Description("Always account.")]
    public string Object => "account";

    public static AccountAnswer Of(Standing standing) => Of(standing.Account, standing.Position, standing.Head.Number);

    public static AccountAnswer Of(Account account, in Position position, long batch) =>
        new(
            account.Id,
            account.Currency.Code,
            account.Class,
            account.GrowsByDebit ? Side.Debit : Side.Credit,
            account.Owner,
            Fields.Limit(position.Terms.Floor, account.Currency),
            Fields.Limit(position.Terms.Ceiling, account.Currency),
            position.Terms.Frozen,
            StatusOf(position.Terms),
            BalanceAnswer.Of(account, position.Net, position.Held),
            account.OpenedAt,
            position.Terms.ClosedAt,
            batch
        );

    static AccountStatus StatusOf(Terms terms) =>
        terms.ClosedAt is not null ? AccountStatus.Closed
        : terms.Frozen != Freeze.None ? AccountStatus.Frozen
        : AccountStatus.Open;
}

/// <summary>A balance on the account's normal side.</summary>
[Description("A balance, counted on the account's normal side.")]
sealed record BalanceAnswer(
    [property: Description("What has been posted.")] WireAmount Posted,
    [property: Description("What is held by active reservations.")] WireAmount Reserved,
    [property: Description("Posted less reserved: what can be spent, down to the floor.")] WireAmount Available
)
{
    /// <param name="net">Debits − credits.</param>
    public static BalanceAnswer Of(Account account, decimal net, decimal held)
    {
        var posted = account.Normal(net);
        return new BalanceAnswer(
            WireAmount.Of(posted, account.Currency),
            WireAmount.Of(held, account.Currency),
            WireAmount.Of(posted - held, account.Currency)
        );
    }
}

enum Side
{
    Debit,
    Credit,
}

enum AccountStatus
{
    Open,
    Frozen,
    Closed,
}
