using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Withdrawals;

/// <summary><c>GET /v1/withdrawals</c></summary>
static class ListWithdrawals
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/withdrawals", Get)
            .WithSummary("List withdrawals")
            .WithDescription("Of all accounts that you may see, or of one; the newest first.")
            .Produces<ListOf<WithdrawalAnswer>>();

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("Of one account.")] Guid? account,
        HttpContext context,
        CustomerAccounts accounts
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        await using var own = await accounts.OpenOwn(context, "payments");
        var rows = await own.Query<Withdrawal>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                Caller.Of(context).Book,
                account,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    const string AfterSql = $"""
        select {Withdrawal.Columns} from payments.withdrawals w
         where w.book = @book and (@account::uuid is null or w.account_id = @account) and (@cursor::uuid is null or w.id < @cursor)
         order by w.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {Withdrawal.Columns} from payments.withdrawals w
         where w.book = @book and (@account::uuid is null or w.account_id = @account) and w.id > @cursor
         order by w.id limit @count
        """;
}
