using System.Text.Json.Serialization;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Accounts.Holdings;

/// <summary>A row of <c>accounts.accounts</c>.</summary>
sealed record AccountRow(
    Guid Id,
    long No,
    string Number,
    string Book,
    string OwnerType,
    Guid OwnerId,
    string Kind,
    string Currency,
    string? Nickname,
    string OwnFreeze,
    string StaffFreeze,
    decimal CreditLine,
    decimal? TransactionLimit,
    decimal? DailyLimit,
    decimal? MonthlyLimit,
    int Version,
    DateTimeOffset OpenedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? ClosedAt,
    string Status,
    bool IsDefault
)
{
    /// <summary>Of accounts <c>a</c>, in the order of the record.</summary>
    public const string Columns = """
        a.id, a.no, a.number, a.book, a.owner_type, a.owner_id, a.kind, a.currency, a.nickname, a.own_freeze, a.staff_freeze, a.credit_line,
        a.transaction_limit, a.daily_limit, a.monthly_limit, a.version, a.opened_at, a.updated_at, a.closed_at, a.status,
        exists (select from accounts.defaults d where d.account_id = a.id) as is_default
        """;

    [JsonIgnore]
    public Holder Holder => new(Words.Read<HolderType>(OwnerType), OwnerId);

    [JsonIgnore]
    public Currency Money => Hazina.Money.Currency.Of(Currency);

    /// <summary>What the ledger refuses: the holder's freeze and the staff's together.</summary>
    [JsonIgnore]
    public Freeze Frozen => Words.Read<Freeze>(OwnFreeze) | Words.Read<Freeze>(StaffFreeze);

    /// <summary>As people say it: the last four digits are enough to know one's own by.</summary>
    [JsonIgnore]
    public string Shown => $"•••• {Number[^4..]}";

    public CustomerAccount Public() =>
        new(Id, Number, Book, Holder.Type, Holder.Id, Words.Read<AccountKind>(Kind), Money, ClosedAt is not null);
}
