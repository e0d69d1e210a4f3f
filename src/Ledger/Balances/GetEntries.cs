using System.ComponentModel;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Ledger.Balances;

/// <summary><c>GET /v1/ledger/accounts/{account}/entries</c></summary>
static class GetEntries
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/entries", Get)
            .WithName("listEntries")
            .WithSummary("List an account's entries")
            .WithDescription(
                """
                Everything that happened on an account, the newest first, with the balance before and after: movements (`debit`, `credit`),
                reservations made and
                ended, and changes of the account itself. `from` and `to` keep to what was recorded between two times. A page costs the same however long the
                history is.
                """
            )
            .Produces<ListOf<EntryAnswer>>();

    static async Task<IResult> Get(
        Guid account,
        [AsParameters] PageQuery query,
        [Description("Only what was recorded at this time or later; RFC 3339 with an offset.")] string? from,
        [Description("Only what was recorded before this time; RFC 3339 with an offset.")] string? to,
        HttpContext context,
        BookReader reader
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var (first, end) = (check.OptionalTime(from, "from"), check.OptionalTime(to, "to"));
        check.That(first is null || end is null || first < end, "to", "out_of_range", "must be after from");
        var isRow = long.TryParse(page.Cursor, out var cursor);
        check.That(page.Cursor is null || isRow, CursorName(page), "wrong_format", "must be the id of one in the list");
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        var book = Caller.Of(context).Book;
        // Rows between the times are rows between two batches.
        var lowest = first is { } since ? (await reader.At(JustBefore(since), stop)).Row + 1 : 1;
        var highest = end is { } until ? (await reader.At(JustBefore(until), stop)).Row : long.MaxValue;
        if (await reader.Find(book, account, stop) is not { } now)
            return Refusals.NoSuchAccount.Because($"The book {book} has no account {account}.", "account");

        await using var connection = await reader.Open(stop);
        var previous = page.Cursor is null ? now.Position.LastRow : await Walk.Previous(connection, now.Account.Number, cursor, stop);
        if (
            !check.That(previous is not null, CursorName(page), "unknown", "must be the id of one in the list") && check.Failed(out refusal)
        )
            return refusal;

        var rows = page.Backwards
            ? await Walk.Up(connection, now, Math.Max(cursor, lowest - 1), highest, page.Rows, stop)
            : await Down(connection, now, previous!.Value, lowest, highest, page.Rows, stop);
        return Results.Ok(page.List(rows.ConvertAll(row => EntryAnswer.Of(row, now.Account)), context));
    }

    static async Task<List<AccountRow>> Down(
        NpgsqlConnection connection,
        Standing now,
        long start,
        long lowest,
        long highest,
        int count,
        CancellationToken stop
    )
    {
        if (start > highest)
        {
            var positions = await PastPosition.After(connection, now, [highest], stop);
            start = positions[0]?.Row ?? 0;
        }

        return await Walk.Down(connection, now.Account.Number, start, lowest, count, stop);
    }

    /// <summary>Times are kept in whole microseconds.</summary>
    static DateTimeOffset JustBefore(DateTimeOffset time) =>
        time.UtcTicks < TimeSpan.TicksPerMicrosecond ? time : time.AddTicks(-TimeSpan.TicksPerMicrosecond);

    static string CursorName(Page page) => page.Backwards ? "ending_before" : "starting_after";
}
