using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Activities;

/// <summary><c>GET /v1/category-rules</c></summary>
static class ListRules
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/category-rules", Get)
            .WithName("listCategoryRules")
            .WithSummary("List rules for categories")
            .WithDescription("One's own, or those of an `organization`; the newest first.")
            .Produces<ListOf<CategoryRule>>();

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
        var rows = await own.Query<CategoryRule>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                holder,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List(rows, context));
    }

    const string AfterSql = """
        select id, contains, category, created_at from accounts.category_rules
         where owner_id = @holder and (@cursor::uuid is null or id < @cursor) order by id desc limit @count
        """;

    const string BeforeSql = """
        select id, contains, category, created_at from accounts.category_rules where owner_id = @holder and id > @cursor order by id limit @count
        """;
}
