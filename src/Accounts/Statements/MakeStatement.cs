using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Statements;

/// <summary><c>POST /v1/accounts/{account}/statements</c></summary>
static class MakeStatement
{
    const int MostDays = 400;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/statements", Post)
            .Idempotent()
            .WithSummary("Make a statement")
            .WithDescription(
                $"""
                Of whole days of the book's time zone, at most {MostDays} of them; where the last one is today, up to this moment. Each month's statement is
                made by itself soon after the month has ended. The same days give the same statement.
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
}
