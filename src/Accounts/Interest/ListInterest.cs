using System.ComponentModel;
using System.Globalization;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Interest;

/// <summary><c>GET /v1/interest-rates</c> and <c>GET /v1/accounts/{account}/interest</c></summary>
static class ListInterest
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/interest-rates", GetRates)
            .WithSummary("List interest rates")
            .WithDescription(
                """
                What savings bring a year, by currency: the rates that hold and those that are to come. Interest accrues for each day on what is on the
                account when the day ends, rate ÷ 365, and is paid when the month has ended.
                """
            )
            .Produces<Rates>();
        routes
            .MapGet("/accounts/{account}/interest", GetOfAccount)
            .WithSummary("Get the interest of an account")
            .WithDescription(
                "What has accrued and is not paid yet, and what was paid for the last twelve months. What does not make a whole unit is carried on."
            )
            .Produces<OfAccount>();
    }

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

    [Description("Interest of an account.")]
    public sealed record OfAccount(
        Guid Account,
        [property: Description("Decimal digits, at most 8 after the point: accrued since the last payment, and what that one left.")]
            string Accrued,
        string Currency,
        [property: Description("The last day that it has accrued for.")] DateOnly? AccruedTo,
        IReadOnlyList<Paid> Payments
    )
    {
        [Description("Always interest.")]
        public string Object => "interest";
    }

    [Description("The interest of a month.")]
    public sealed record Paid(
        [property: Description("Such as 2026-03.")] string Month,
        WireAmount Amount,
        [property: Description("The ledger's transaction; not there where nothing was to be paid.")] Guid? Transaction
    );

    static async Task<IResult> GetRates(HttpContext context, Database database, IOptions<AccountsOptions> options, TimeProvider time)
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
        return Results.Ok(new Rates([.. rows.Select(r => new RateAnswer(r.Currency, Digits(r.Rate), r.FromDate))]));
    }

    static async Task<IResult> GetOfAccount(Guid account, HttpContext context, AccountDesk desk, Database database)
    {
        var (row, refusal) = await desk.See(context, account);
        if (refusal is not null)
            return refusal;
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted);
        var payments = (
            await connection.QueryAsync<PaymentRow>(
                new CommandDefinition(PaymentsWriterSql, new { account }, cancellationToken: context.RequestAborted)
            )
        ).AsList();
        var since = payments is [var last, ..] ? last.Month.AddMonths(1) : DateOnly.MinValue;
        var open = await connection.QuerySingleAsync<OpenRow>(
            new CommandDefinition(OpenWriterSql, new { account, since }, cancellationToken: context.RequestAborted)
        );
        var carried = payments is [var latest, ..] ? latest.CarriedOut : 0m;
        return Results.Ok(
            new OfAccount(
                account,
                Digits(open.Amount + carried),
                row.Currency,
                open.Day,
                [
                    .. payments.Select(p => new Paid(
                        p.Month.ToString("yyyy-MM", CultureInfo.InvariantCulture),
                        WireAmount.Of(p.Paid, row.Money),
                        p.TransactionId
                    )),
                ]
            )
        );
    }

    static string Digits(decimal value) => value.ToString("0.########", CultureInfo.InvariantCulture);

    sealed record RateRow(string Currency, decimal Rate, DateOnly FromDate);

    sealed record PaymentRow(DateOnly Month, decimal Paid, decimal CarriedOut, Guid? TransactionId);

    sealed record OpenRow(decimal Amount, DateOnly? Day);

    // Of those that have begun only the last one holds; a book has few.
    const string RatesWriterSql = """
        select r.currency, r.rate, r.from_date from accounts.interest_rates r
         where r.book = @book and r.from_date >= coalesce(
             (select max(b.from_date) from accounts.interest_rates b
               where b.book = r.book and b.currency = r.currency and b.from_date <= @today), r.from_date)
         order by r.currency, r.from_date limit 500
        """;

    const string PaymentsWriterSql = """
        select p.month, p.paid, p.carried_out, p.transaction_id from accounts.interest_payments p where p.account_id = @account order by p.month desc limit 12
        """;

    const string OpenWriterSql = """
        select coalesce(sum(a.amount), 0) as amount, max(a.day) as day from accounts.interest_accruals a where a.account_id = @account and a.day >= @since
        """;
}
