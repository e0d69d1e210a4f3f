using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.LinkedLogins;

/// <summary><c>GET /v1/me/linked-logins</c></summary>
static class ListLinkedLogins
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me/linked-logins", Get)
            .WithSummary("List one's linked logins")
            .WithDescription("The newest first.")
            .Produces<ListOf<LinkedLoginAnswer>>();

    static async Task<IResult> Get([AsParameters] PageQuery query, HttpContext context, Database database)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        await using var own = await OwnRows.Open(database, "identity", context);
        var rows = await own.Query<LinkedLoginAnswer>(page.Backwards ? BeforeSql : AfterSql, new { cursor, count = page.Rows });
        return Results.Ok(page.List(rows, context));
    }

    // Whose they are, row-level security knows.
    const string AfterSql = """
        select id, provider, email, created_at, last_used_at
          from identity.linked_logins
         where @cursor::uuid is null or id < @cursor
         order by id desc limit @count
        """;

    const string BeforeSql = """
        select id, provider, email, created_at, last_used_at from identity.linked_logins where id > @cursor order by id limit @count
        """;
}
