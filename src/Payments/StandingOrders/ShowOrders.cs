using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.StandingOrders;

/// <summary><c>GET /v1/standing-orders</c>, <c>…/{order}</c> and <c>…/{order}/runs</c></summary>
static class ShowOrders
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/standing-orders", List)
            .WithName("listStandingOrders")
            .WithSummary("List standing orders")
            .WithDescription("Of all accounts that you may see, or of one; the newest first, by status.")
            .Produces<ListOf<OrderAnswer>>();
        routes
            .MapGet("/standing-orders/{order}", Get)
            .WithName("getStandingOrder")
            .WithSummary("Get a standing order")
            .WithDescription("How it stands, and when it is due next.")
            .Produces<OrderAnswer>();
        routes
            .MapGet("/standing-orders/{order}/runs", Runs)
            .WithName("listStandingOrderRuns")
            .WithSummary("List what became of a standing order's dates")
            .WithDescription("Each date that it has come to, the latest first: paid, failed and why, or not paid yet.")
            .Produces<ListOf<RunAnswer>>();
    }

    static async Task<IResult> Get(Guid order, HttpContext context, OrderDesk desk)
    {
        var (row, refusal) = await desk.See(context, order);
        return refusal is not null ? refusal : Results.Ok(row.Answer());
    }

    static async Task<IResult> List(
        [FromQuery, Description("Of one account.")] Guid? account,
        [FromQuery, Description("Only those with this status, such as active.")] string? status,
        [AsParameters] PageQuery query,
        HttpContext context,
        CustomerAccounts accounts
    )
    {
        var check = new Validation();
        check.WordOf<OrderStatus>(status, "status");
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        await using var own = await accounts.OpenOwn(context, "payments");
        var rows = await own.Query<StandingOrder>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                Caller.Of(context).Book,
                account,
                status,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static async Task<IResult> Runs(
        Guid order,
        [AsParameters] PageQuery query,
        HttpContext context,
        CustomerAccounts accounts,
        OrderDesk desk
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var (_, refusal) = await desk.See(context, order);
        if (refusal is not null)
            return refusal;
        await using var own = await accounts.OpenOwn(context, "payments");
        var rows = await own.Query<OrderRun>(
            page.Backwards ? RunsBeforeSql : RunsAfterSql,
            new
            {
                order,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    const string AfterSql = $"""
        select {StandingOrder.Columns} from payments.standing_orders o
         where o.book = @book and (@account::uuid is null or o.account_id = @account) and (@status::text is null or o.status = @status)
           and (@cursor::uuid is null or o.id < @cursor)
         order by o.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {StandingOrder.Columns} from payments.standing_orders o
         where o.book = @book and (@account::uuid is null or o.account_id = @account) and (@status::text is null or o.status = @status)
           and o.id > @cursor
         order by o.id limit @count
        """;

    // Their ids begin with the time of their dates.
    const string RunsAfterSql = $"""
        select {OrderRun.Columns} from payments.standing_order_runs r
         where r.order_id = @order and (@cursor::uuid is null or r.id < @cursor) order by r.id desc limit @count
        """;

    const string RunsBeforeSql = $"""
        select {OrderRun.Columns} from payments.standing_order_runs r
         where r.order_id = @order and r.id > @cursor order by r.id limit @count
        """;
}
