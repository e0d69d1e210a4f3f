using System.ComponentModel;
using System.Globalization;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Interest;

/// <summary><c>GET /v1/accounts/{account}/interest</c></summary>
static class GetInterest
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/interest", Get)
            .WithSummary("Get the interest of an account")
            .WithDescription(
                "What has accrued and is not paid yet, and what was paid for the last twelve months. What does not make a whole unit is carried on."
            )
            .Produces<Answer>();

    [Description("Interest of an account.")]
    public sealed record Answer(
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

    static async Task<IResult> Get(Guid account, HttpContext context, AccountDesk desk, Database database)
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
            new Answer(
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

    /// <summary>Without noughts at the end.</summary>
    public static string Digits(decimal value) => value.ToString("0.########", CultureInfo.InvariantCulture);

    sealed record PaymentRow(DateOnly Month, decimal Paid, decimal CarriedOut, Guid? TransactionId);

    sealed record OpenRow(decimal Amount, DateOnly? Day);

    const string PaymentsWriterSql = """
        select p.month, p.paid, p.carried_out, p.transaction_id from accounts.interest_payments p where p.account_id = @account order by p.month desc limit 12
        """;

    const string OpenWriterSql = """
        select coalesce(sum(a.amount), 0) as amount, max(a.day) as day from accounts.interest_accruals a where a.account_id = @account and a.day >= @since
        """;
}
