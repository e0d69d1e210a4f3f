using System.ComponentModel;
using Dapper;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Billing.Charges;

/// <summary><c>GET /v1/reports/revenue</c></summary>
static class GetRevenue
{
    const int MostDays = 400;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/reports/revenue", Get)
            .WithSummary("Get what fees brought")
            .WithDescription(
                "For staff: what was taken and given back between two days (UTC), by service, rail and currency. At most 400 days at once."
            )
            .Produces<Answer>();

    [Description("What fees brought in a time.")]
    public sealed record Answer(string Book, DateOnly From, DateOnly To, IReadOnlyList<Line> Lines)
    {
        [Description("Always revenue_report.")]
        public string Object => "revenue_report";
    }

    [Description("The fees of a service over a rail in a currency.")]
    public sealed record Line(
        string Type,
        string? Provider,
        string Currency,
        [property: Description("How many were taken.")] long Charges,
        [property: Description("What they were computed on.")] WireAmount Basis,
        WireAmount Taken,
        [property: Description("Given back with refunds.")] WireAmount Returned,
        [property: Description("Taken less what was given back.")] WireAmount Revenue
    );

    static async Task<IResult> Get(
        [FromQuery, Description("The first day.")] DateOnly? from,
        [FromQuery, Description("The last day.")] DateOnly? to,
        HttpContext context,
        Database database
    )
    {
        var check = new Validation();
        var first = check.Required(from, "from");
        var last = check.Required(to, "to");
        check.That(last.Year < 2200, "to", "out_of_range", "must be before the year 2200");
        check.That(last >= first, "to", "out_of_range", "must not come before from");
        check.That(last.DayNumber - first.DayNumber < MostDays, "to", "out_of_range", $"must be less than {MostDays} days after from");
        if (check.Failed(out var invalid))
            return invalid;
        var book = Caller.Of(context).Book;
        await using var connection = await database.Writer("billing").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                RevenueWriterSql,
                new
                {
                    book,
                    start = new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero),
                    end = new DateTimeOffset(last, TimeOnly.MinValue, TimeSpan.Zero).AddDays(1),
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(new Answer(book, first, last, [.. rows.Select(r => r.Line())]));
    }

    sealed record Row(string Type, string? Provider, string Currency, long Charges, decimal Basis, decimal Taken, decimal Returned)
    {
        public Line Line()
        {
            var money = Money.Currency.Of(Currency);
            return new Line(
                Type,
                Provider,
                Currency,
                Charges,
                WireAmount.Of(Basis, money),
                WireAmount.Of(Taken, money),
                WireAmount.Of(Returned, money),
                WireAmount.Of(Taken - Returned, money)
            );
        }
    }

    const string RevenueWriterSql = """
        select c.type, c.provider, c.currency, count(*) filter (where c.amount > 0) as charges, coalesce(sum(c.basis) filter (where c.amount > 0), 0) as basis,
               coalesce(sum(c.amount) filter (where c.amount > 0), 0) as taken, coalesce(-sum(c.amount) filter (where c.amount < 0), 0) as returned
          from billing.fee_charges c
         where c.book = @book and c.charged_at >= @start and c.charged_at < @end
         group by c.type, c.provider, c.currency
         order by c.type, c.provider nulls first, c.currency limit 1000
        """;
}
