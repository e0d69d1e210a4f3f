using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Limits;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Interest;

/// <summary><c>GET /v1/interest-rates</c></summary>
static class ListInterestRates
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/interest-rates", Get)
            .WithSummary("List interest rates")
            .WithDescription(
                """
                What savings bring a year, by currency: the rates that hold and those that are to come. Interest accrues for each day on what is on the
                account when the day ends, rate ÷ 365, and is paid when the month has ended.
                """
            )
            .Produces<Rates>();

    [Description("What savings bring.")]
    public sealed record Rates(IReadOnlyList<RateAnswer> Data)
    {
        [Description("Always interest_rates.")]
        public string Object => "interest_rates";
    }

    [Description("A rate.")]
    public sealed record RateAnswer(
        string Currency,
        [property: Description("A year: 0.045 is 4.5 percent.")] string Rate,
        [property: Description("The first day that it holds for.")] DateOnly From
    );

    static async Task<IResult> Get(HttpContext context, Database database, IOptions<AccountsOptions> options, TimeProvider time)
    {
        var book = Caller.Of(context).Book;
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<RateRow>(
            new CommandDefinition(
                RatesWriterSql,
                new { book, today = Period.LocalDay(time.GetUtcNow(), options.Value.ZoneOf(book)) },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(new Rates([.. rows.Select(r => new RateAnswer(r.Currency, GetInterest.Digits(r.Rate), r.FromDate))]));
    }

    sealed record RateRow(string Currency, decimal Rate, DateOnly FromDate);

    // Of those that have begun only the last one holds; a book has few.
    const string RatesWriterSql = """
        select r.currency, r.rate, r.from_date from accounts.interest_rates r
         where r.book = @book and r.from_date >= coalesce(
             (select max(b.from_date) from accounts.interest_rates b
               where b.book = r.book and b.currency = r.currency and b.from_date <= @today), r.from_date)
         order by r.currency, r.from_date limit 500
        """;
}
