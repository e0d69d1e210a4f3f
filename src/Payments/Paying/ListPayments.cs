using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Paying;

/// <summary><c>GET /v1/payments</c></summary>
static class ListPayments
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/payments", Get)
            .WithSummary("List payments of an account")
            .WithDescription(
                "Those that an account of yours made or received, the newest first; by status, or by the reference that they carry."
            )
            .Produces<ListOf<PaymentAnswer>>();

    static async Task<IResult> Get(
        [FromQuery, Description("The account.")] Guid? account,
        [FromQuery, Description("Only those with this status, such as authorized.")] string? status,
        [FromQuery, Description("Only those with this reference.")] string? reference,
        [AsParameters] PageQuery query,
        HttpContext context,
        CustomerAccounts accounts
    )
    {
        var check = new Validation();
        var named = check.Id(account, "account");
        check.WordOf<PaymentStatus>(status, "status");
        check.OptionalText(reference, "reference", 100, min: 1);
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var (seen, refusal) = await accounts.See(context, named);
        if (seen is null)
            return refusal!;
        await using var own = await accounts.OpenOwn(context, "payments", seen);
        var rows = await own.Query<Payment>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                account = named,
                Caller.Of(context).Book,
                status,
                reference,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(
            page.List([.. rows.Select(r => PaymentAnswer.Of(r, r.PayerAccount == named ? Viewer.Payer : Viewer.Payee))], context)
        );
    }

    // Both sides by their own index, and of each no more than a page.
    const string AfterSql = $"""
        select {Payment.Columns} from (
            (select {Payment.Columns} from payments.payments p
              where p.payer_account = @account and p.book = @book and (@cursor::uuid is null or p.id < @cursor)
                and (@status::text is null or p.status = @status) and (@reference::text is null or p.reference = @reference)
              order by p.id desc limit @count)
            union all
            (select {Payment.Columns} from payments.payments p
              where p.payee_account = @account and p.book = @book and (@cursor::uuid is null or p.id < @cursor)
                and (@status::text is null or p.status = @status) and (@reference::text is null or p.reference = @reference)
              order by p.id desc limit @count)) as p
         order by p.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {Payment.Columns} from (
            (select {Payment.Columns} from payments.payments p
              where p.payer_account = @account and p.book = @book and p.id > @cursor
                and (@status::text is null or p.status = @status) and (@reference::text is null or p.reference = @reference)
              order by p.id limit @count)
            union all
            (select {Payment.Columns} from payments.payments p
              where p.payee_account = @account and p.book = @book and p.id > @cursor
                and (@status::text is null or p.status = @status) and (@reference::text is null or p.reference = @reference)
              order by p.id limit @count)) as p
         order by p.id limit @count
        """;
}
