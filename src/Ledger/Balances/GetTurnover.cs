using System.ComponentModel;
using Dapper;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Balances;

/// <summary><c>GET /v1/ledger/accounts/{account}/turnover</c></summary>
static class GetTurnover
{
    const int MostPeriods = 400;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/turnover", Get)
            .WithName("getTurnover")
            .WithSummary("Get an account's turnover by day or month")
            .WithDescription(
                """
                Debits and credits of each day or month (UTC), and the balance at its end, the oldest first. Goes by when postings were recorded.
                Periods before the
                account was opened are left out, and so are those to come.
                """
            )
            .Produces<Answer>()
            .Example(request: null, Example);

    [Description("An account's turnover, period by period.")]
    public sealed record Answer(Guid Account, string Currency, Period Period, IReadOnlyList<Turnover> Data, AsOf AsOf)
    {
        [Description("Always turnover.")]
        public string Object => "turnover";
    }

    [Description("What went through an account in a period.")]
    public sealed record Turnover(
        [property: Description("The first day of the period.")] DateOnly Start,
        [property: Description("The first day after it.")] DateOnly End,
        WireAmount Debits,
        WireAmount Credits,
        [property: Description("The posted balance at its end, or now where it has not ended.")] WireAmount Closing
    );

    public enum Period
    {
        Day,
        Month,
    }

    static async Task<IResult> Get(
        Guid account,
        [Description("day or month.")] string period,
        [Description("The first day, such as 2026-01-01; the last 30 days or 12 months when not said.")] DateOnly? from,
        [Description("The last day; today when not said.")] DateOnly? to,
        HttpContext context,
        BookReader reader,
        TimeProvider clock
    )
    {
        var check = new Validation();
        check.That(period is "day" or "month", "period", "unknown_value", "must be day or month");
        var by = period == "month" ? Period.Month : Period.Day;
        var last = to ?? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        check.That(last.Year is >= 1970 and < 2200, "to", "out_of_range", "must be between 1970 and 2199");
        if (check.Failed(out var refusal))
            return refusal;
        var first = from ?? (by == Period.Day ? last.AddDays(-29) : last.AddMonths(-11));
        check.That(first.Year is >= 1970 and < 2200, "from", "out_of_range", "must be between 1970 and 2199");
        check.That(first <= last, "to", "out_of_range", "must not be before from");
        if (check.Failed(out refusal))
            return refusal;
        var borders = Borders(first, last, by);
        check.That(borders.Count <= MostPeriods + 1, "from", "out_of_range", $"must be at most {MostPeriods} periods before to");
        if (check.Failed(out refusal))
            return refusal;

        var book = Caller.Of(context).Book;
        if (await reader.Find(book, account, context.RequestAborted) is not { } now)
            return Refusals.NoSuchAccount.Because($"The book {book} has no account {account}.", "account");
        var opened = DateOnly.FromDateTime(now.Account.OpenedAt.UtcDateTime);
        if (borders[^1] <= opened)
            return Refusals.NotOpenYet.Because($"Account {account} was opened at {Fields.TextOf(now.Account.OpenedAt)}.", "to");
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var known = borders.FindIndex(1, border => border > opened) - 1;
        var begun = borders.FindLastIndex(borders.Count - 2, border => border <= today);
        var used = begun < known ? [] : borders.GetRange(known, begun - known + 2);
        return Results.Ok(AnswerOf(now, by, await Count(reader, now, used, context.RequestAborted)));
    }

    static async Task<List<Turnover>> Count(BookReader reader, Standing now, List<DateOnly> borders, CancellationToken stop)
    {
        await using var connection = await reader.Open(stop);
        var rows = await connection.QueryAsync<long>(
            new CommandDefinition(
                RowsBeforeSql,
                new { times = borders.ConvertAll(b => b.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc)).ToArray() },
                cancellationToken: stop
            )
        );
        var positions = await PastPosition.After(connection, now, [.. rows.Select(row => Math.Min(row, now.Head.LastRow))], stop);

        var turnovers = new List<Turnover>();
        for (var i = 1; i < borders.Count; i++)
        {
            var (start, end) = (positions[i - 1], positions[i]!);
            turnovers.Add(
                new Turnover(
                    borders[i - 1],
                    borders[i],
                    WireAmount.Of(end.Debits - (start?.Debits ?? 0), now.Account.Currency),
                    WireAmount.Of(end.Credits - (start?.Credits ?? 0), now.Account.Currency),
                    WireAmount.Of(now.Account.Normal(end.Debits - end.Credits), now.Account.Currency)
                )
            );
        }

        return turnovers;
    }

    static Answer AnswerOf(Standing now, Period by, IReadOnlyList<Turnover> data) =>
        new(now.Account.Id, now.Account.Currency.Code, by, data, AsOf.Of(now.Moment));

    /// <summary>The first days of the periods, and the first one after them.</summary>
    static List<DateOnly> Borders(DateOnly first, DateOnly last, Period by)
    {
        var borders = new List<DateOnly>();
        var border = by == Period.Day ? first : new DateOnly(first.Year, first.Month, 1);
        for (; border <= last && borders.Count <= MostPeriods + 1; border = Next(border))
            borders.Add(border);
        borders.Add(border);
        return borders;

        DateOnly Next(DateOnly day) => by == Period.Day ? day.AddDays(1) : day.AddMonths(1);
    }

    const string RowsBeforeSql = """
        select coalesce((select b.last_row from ledger.batches as b where b.recorded_at < t.time order by b.recorded_at desc, b.number desc limit 1), 0)
        from unnest(@times::timestamptz[]) with ordinality as t(time, place)
        order by t.place
        """;

    const string Example = """
        {
          "object": "turnover", "account": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "currency": "KES", "period": "day",
          "data": [
            {
              "start": "2026-01-31", "end": "2026-02-01", "debits": {"amount": "1250.00", "currency": "KES"},
              "credits": {"amount": "6250.00", "currency": "KES"}, "closing": {"amount": "5000.00", "currency": "KES"}
            }
          ],
          "as_of": {"batch": 18, "row": 4212, "recorded_at": "2026-01-31T09:31:00.654321Z"}
        }
        """;
}
