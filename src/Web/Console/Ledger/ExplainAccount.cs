using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Ledger;

/// <summary>An account as a T, which explains its balance: what it starts from, every entry since, and what that comes to.</summary>
static class ExplainAccount
{
    const int OnPage = 50,
        AtOnce = 100;

    public static async Task<IResult> Get(Visit visit)
    {
        var id = visit.Route("account");
        var at = visit.Asked("at");
        var account = await visit.Api.GetLedgerAccountAsync(id);
        var explained = await visit.Api.ExplainLedgerBalanceAsync(id, Moment(at, visit), OnPage).Outcome();
        return visit.Show<TAccountPage>(
            new TAccountModel(account, at, explained.Problem is null ? explained.Value : null, explained.Problem),
            explained.Problem?.Status ?? StatusCodes.Status200OK
        );
    }

    public static Task<IResult> Export(Visit visit) =>
        Task.FromResult<IResult>(
            new CsvResult<EntryAnswer>(
                "ledger-entries",
                visit.Api.ListAllEntriesAsync(visit.Route("account"), AtOnce),
                ("id", e => e.Id),
                ("recorded_at", e => e.RecordedAt),
                ("type", e => e.Type.Value),
                ("kind", e => e.Kind),
                ("transaction", e => e.Transaction),
                ("other_account", e => e.OtherAccount),
                ("amount", e => e.Amount?.Value),
                ("currency", e => e.BalanceAfter.Currency),
                ("balance_before", e => e.BalanceBefore.Value),
                ("balance_after", e => e.BalanceAfter.Value),
                ("reference", e => e.Reference),
                ("description", e => e.Description)
            )
        );

    /// <summary>What a browser's field for a time sends has no zone: it is the visitor's.</summary>
    internal static string? Moment(string? at, Visit visit)
    {
        if (!DateTime.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, out var local))
            return at;
        var plain = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        var offset = (visit.Person?.Zone ?? TimeZoneInfo.Utc).GetUtcOffset(plain);
        return new DateTimeOffset(plain, offset).UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            System.Globalization.CultureInfo.InvariantCulture
        );
    }
}

/// <param name="Explained">Null where the time cannot be.</param>
public sealed record TAccountModel(LedgerAccountAnswer Account, string? At, LedgerExplainBalanceAnswer? Explained, Problem? Problem);
