using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Statements;

/// <summary><c>POST /v1/accounts/{account}/statements</c></summary>
static class MakeStatement
{
    const int MostDays = 400,
        MostOfToday = 20;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/statements", Post)
            .Idempotent()
            .WithSummary("Make a statement")
            .WithDescription(
                $"""
                Of whole days of the book's time zone, at most {MostDays} of them; where the last one is today, up to this moment. Each month's statement is
                made by itself soon after the month has ended. The same days give the same statement; of today there are at most 20 of an account.
                """
            )
            .Produces<StatementAnswer>(StatusCodes.Status201Created);

    [Description("The days that a statement is to be of.")]
    public sealed record Request(
        [property: Description("The first day, such as 2026-01-01.")] DateOnly? From,
        [property: Description("The last day; today when not said.")] DateOnly? To = null
    );

    static async Task<IResult> Post(
        Guid account,
        Request body,
        HttpContext context,
        AccountDesk desk,
        StatementMaker maker,
        Database database,
        IOptions<AccountsOptions> options,
        TimeProvider time
    )
    {
        var (row, refusal) = await desk.See(context, account);
        if (refusal is not null)
            return refusal;
        var (zone, now) = (options.Value.ZoneOf(row.Book), time.GetUtcNow());
        var today = Period.LocalDay(now, zone);
        var check = new Validation();
        var from = check.Required(body.From, "/from");
        var to = body.To ?? today;
        check.That(to <= today, "/to", "out_of_range", $"must not be after today, {today:yyyy-MM-dd}");
        check.That(from <= to, "/from", "out_of_range", "must not be after the last day");
        check.That(to.DayNumber - from.DayNumber < MostDays, "/from", "out_of_range", $"must leave at most {MostDays} days");
        check.That(
            to >= Period.LocalDay(row.OpenedAt, zone),
            "/to",
            "out_of_range",
            "must not be before the day on which the account was opened"
        );
        if (check.Failed(out var invalid))
            return invalid;
        if (to == today && await OfToday(database, account, today, context.RequestAborted) >= MostOfToday)
            return Refusals.TooMany.Because($"{MostOfToday} statements that end today were made of the account, which is the most.", "/to");
        var days = Period.Days(from, to, zone);
        // The journal keeps microseconds.
        var end = to < today ? days.End : new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        var (made, no) = await maker.Make(
            row,
            new StatementMaker.Wish(Number: null, from, to, days with { End = end }),
            context.RequestAborted
        );
        return made is null ? no! : Results.Created($"/v1/statements/{made.Id}", made.Answer());
    }

    /// <summary>Each is another one: it ends at the moment when it is made.</summary>
    static async Task<int> OfToday(Database database, Guid account, DateOnly today, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        return await connection.QuerySingleAsync<int>(
            new CommandDefinition(OfTodayWriterSql, new { account, today }, cancellationToken: stop)
        );
    }

    const string OfTodayWriterSql = """
        select count(*)::int from accounts.statements where account_id = @account and kind = 'on_demand' and to_date = @today
        """;
}
