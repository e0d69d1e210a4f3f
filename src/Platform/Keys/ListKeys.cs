using System.ComponentModel;
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
            .WithSummary("List keys")
            .WithDescription(
                "One's own, or those of an organisation; the newest first, also those that have ended. The keys themselves are kept nowhere, and not in it."
            )
            .Produces<ListOf<KeyAnswer>>();

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("Those of this organisation, where one's role in it includes manage_keys.")] Guid? organization,
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

        var (owner, no) = Caller.Of(context).OwnerOf(organization, "organization");
        if (owner is null)
            return no!;
        var values = new
        {
            owner = owner.Id,
            cursor,
            count = page.Rows,
        };
        await using var own = await OwnRows.Open(database, "platform", context);
        var rows = await own.Query<ApiKeyRow>(page.Backwards ? BeforeSql : AfterSql, values);
        return Results.Ok(page.List(await KeyAnswer.Of(rows, counters, time.GetUtcNow(), context.RequestAborted), context));
    }

    // Whose they may be, row-level security knows.
    const string AfterSql = """
        select id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at, addresses::text[] as addresses, requests_per_minute,
               replaces, owner_type, owner_id
          from platform.api_keys
         where owner_id = @owner and (@cursor::uuid is null or id < @cursor)
         order by id desc limit @count
        """;

    const string BeforeSql = """
        select id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at, addresses::text[] as addresses, requests_per_minute,
               replaces, owner_type, owner_id
          from platform.api_keys
         where owner_id = @owner and id > @cursor
         order by id limit @count
        """;
}
