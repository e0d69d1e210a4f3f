using Hazina.Web.Calls;
using Hazina.Web.Visits;

namespace Hazina.Web.Wallet;

/// <summary>An account as the API shows it to its holder.</summary>
public sealed record Account(
    Guid Id,
    string Number,
    string Kind,
    string Currency,
    string? Nickname,
    string Status,
    string Frozen,
    string FrozenByStaff,
    Balance Balance,
    DateTimeOffset OpenedAt
)
{
    public bool IsOpen => Status != "closed";

    /// <summary>As its holder knows it.</summary>
    public string Name =>
        Nickname ?? Words.ResourceManager.GetString("Kind_" + Kind, System.Globalization.CultureInfo.CurrentUICulture) ?? Kind;

    /// <summary>In groups of four.</summary>
    public string Spaced => string.Join(' ', Number.Chunk(4).Select(c => new string(c)));

    /// <summary>For lists to choose from.</summary>
    public string Line => $"{Name} · {Balance.Available.Currency} {Layout.Sum.Shown(Balance.Available)}";
}

public sealed record Balance(Wire Posted, Wire Reserved, Wire Available);

/// <summary>Something that happened to an account.</summary>
public sealed record ActivityEntry(
    Guid Id,
    Guid Account,
    string Type,
    string Status,
    string Side,
    Wire Amount,
    Wire? BalanceAfter,
    string? Category,
    string? Reference,
    string Description,
    string? Counterparty,
    string Source,
    Guid SourceId,
    Guid Transaction,
    string? Note,
    DateTimeOffset OccurredAt
)
{
    public bool IsIn => Side == "credit";
}

/// <summary>What several pages ask the API for.</summary>
static class Asking
{
    const int MostAccounts = 100;

    /// <summary>One's own that are not closed, the oldest first.</summary>
    public static async Task<IReadOnlyList<Account>> Accounts(Visit visit)
    {
        var listed = await visit.Api.Get<Listed<Account>>($"/v1/accounts?limit={MostAccounts}");
        return [.. listed.Data.Where(a => a.IsOpen).OrderBy(a => a.OpenedAt)];
    }

    /// <summary>A key for a form that moves money: however often the form is sent, it happens once.</summary>
    public static string NewKey() => Guid.CreateVersion7().ToString();
}
