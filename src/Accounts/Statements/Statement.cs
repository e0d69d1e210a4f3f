using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Accounts.Statements;

/// <summary>Why a statement was made.</summary>
enum StatementKind
{
    /// <summary>By itself, for each month that has ended; each begins where the one before ended.</summary>
    Monthly,

    /// <summary>Because somebody asked for these days.</summary>
    OnDemand,
}

/// <summary>A row of <c>accounts.statements</c>. Never changed: what was stated is stated.</summary>
sealed record Statement(
    Guid Id,
    Guid AccountId,
    string OwnerType,
    Guid OwnerId,
    string Book,
    string Kind,
    int? Number,
    DateOnly FromDate,
    DateOnly ToDate,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt,
    string Currency,
    decimal OpeningBalance,
    decimal TotalCredits,
    decimal TotalDebits,
    decimal ClosingBalance,
    int Entries,
    DateTimeOffset MadeAt,
    byte[]? LinesSha256
)
{
    /// <summary>Of statements <c>s</c>, in the order of the record.</summary>
    public const string Columns = """
        s.id, s.account_id, s.owner_type, s.owner_id, s.book, s.kind, s.number, s.from_date, s.to_date, s.starts_at, s.ends_at, s.currency,
        s.opening_balance, s.total_credits, s.total_debits, s.closing_balance, s.entries, s.made_at,
        s.lines_sha256
        """;

    public Currency Money => Hazina.Money.Currency.Of(Currency);

    /// <summary>As its file is called, without the ending.</summary>
    public string FileName(AccountRow account) => $"statement-{account.Number}-{FromDate:yyyy-MM-dd}-{ToDate:yyyy-MM-dd}";

    public StatementAnswer Answer() =>
        new(
            Id,
            AccountId,
            Words.Read<StatementKind>(Kind),
            Number,
            FromDate,
            ToDate,
            WireAmount.Of(OpeningBalance, Money),
            WireAmount.Of(TotalCredits, Money),
            WireAmount.Of(TotalDebits, Money),
            WireAmount.Of(ClosingBalance, Money),
            Entries,
            StartsAt,
            EndsAt,
            MadeAt,
            LinesSha256 is null ? null : Convert.ToHexStringLower(LinesSha256)
        );
}

[Description("What a statement of an account says. Opening plus credits less debits is closing, always.")]
sealed record StatementAnswer(
    Guid Id,
    Guid Account,
    [property: Description("monthly: made by itself, each beginning where the one before ended.")] StatementKind Kind,
    [property: Description("Of monthly ones: 1, 2, 3 …")] int? Number,
    [property: Description("The first day that is in it, in the book's time zone.")] DateOnly From,
    [property: Description("The last day that is in it.")] DateOnly To,
    WireAmount OpeningBalance,
    WireAmount TotalCredits,
    WireAmount TotalDebits,
    WireAmount ClosingBalance,
    [property: Description("How many lines it has.")] int Entries,
    DateTimeOffset StartsAt,
    [property: Description("The first moment that is not in it.")] DateTimeOffset EndsAt,
    DateTimeOffset MadeAt,
    [property: Description("SHA-256 of the lines' times, sides, amounts and transactions; each file is compared with it as it is written.")]
        string? LinesSha256
)
{
    [Description("Always statement.")]
    public string Object => "statement";
}

/// <summary>A line of a statement: a completed activity.</summary>
sealed record StatementLine(
    Guid Id,
    DateTimeOffset OccurredAt,
    string Type,
    string Side,
    decimal Amount,
    decimal Balance,
    string? Reference,
    string Description,
    string? Counterparty,
    Guid TransactionId,
    long JournalRow
)
{
    public bool IsCredit => Side == "credit";

    /// <summary>The same as it is after the line, summed up from the opening: what an entry says is as of its whole transaction.</summary>
    public StatementLine After(decimal balance) => this with { Balance = balance + (IsCredit ? Amount : -Amount) };
}
