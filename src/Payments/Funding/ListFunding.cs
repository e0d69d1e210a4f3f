using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Funding;

/// <summary><c>GET /v1/funding-sessions</c></summary>
static class ListFunding
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/funding-sessions", Get)
            .WithName("listFundingSessions")
            .WithSummary("List funding sessions")
            .WithDescription("Of all accounts that you may see, or of one; the newest first.")
            .Produces<ListOf<FundingAnswer>>();

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
        var rows = await own.Query<FundingSession>(
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
        select {FundingSession.Columns} from payments.funding_sessions s
         where s.book = @book and (@account::uuid is null or s.account_id = @account) and (@cursor::uuid is null or s.id < @cursor)
         order by s.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {FundingSession.Columns} from payments.funding_sessions s
         where s.book = @book and (@account::uuid is null or s.account_id = @account) and s.id > @cursor
         order by s.id limit @count
        """;
}
