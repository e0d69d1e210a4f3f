using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Beneficiaries;

/// <summary><c>GET /v1/beneficiaries</c></summary>
static class ListBeneficiaries
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/beneficiaries", Get)
            .WithSummary("List saved recipients")
            .WithDescription("One's own, or those of an `organization`; the newest first.")
            .Produces<ListOf<BeneficiaryAnswer>>();

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("The organisation's; yourself when not said.")] Guid? organization,
        HttpContext context,
        AccountDesk desk,
        Database database
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;
        var access = await desk.Access(context);
        var holder = organization ?? access.Person ?? access.Caller.KeyOfOrganization;
        await using var own = await access.Open(database, context.RequestAborted);
        var rows = await own.Query<BeneficiaryRow>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                holder,
                access.Book,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    const string AfterSql = $"""
        select {BeneficiaryRow.Columns} from accounts.beneficiaries b
         where b.owner_id = @holder and b.book = @book and (@cursor::uuid is null or b.id < @cursor) order by b.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {BeneficiaryRow.Columns} from accounts.beneficiaries b
         where b.owner_id = @holder and b.book = @book and b.id > @cursor order by b.id limit @count
        """;
}
