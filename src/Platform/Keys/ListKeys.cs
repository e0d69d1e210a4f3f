using Hazina.Platform.Counting;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Keys;

/// <summary><c>GET /v1/keys</c></summary>
static class ListKeys
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/keys", Get)
            .WithSummary("List one's keys")
            .WithDescription("The newest first, also those that have ended. The keys themselves are not in it: they are kept nowhere.")
            .Produces<ListOf<KeyAnswer>>();

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        HttpContext context,
        Database database,
        ICounters counters,
        TimeProvider time
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        await using var own = await OwnKeys.Open(database, context);
        var rows = await own.Query<ApiKeyRow>(page.Backwards ? BeforeSql : AfterSql, new { cursor, count = page.Rows });
        return Results.Ok(page.List(await KeyAnswer.Of(rows, counters, time.GetUtcNow(), context.RequestAborted), context));
    }

    // Whose they are, row-level security knows.
    const string AfterSql = """
        select id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at, addresses::text[] as addresses, requests_per_minute,
               replaces
          from platform.api_keys
         where @cursor::uuid is null or id < @cursor
         order by id desc limit @count
        """;

    const string BeforeSql = """
        select id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at, addresses::text[] as addresses, requests_per_minute,
               replaces
          from platform.api_keys
         where id > @cursor
         order by id limit @count
        """;
}
