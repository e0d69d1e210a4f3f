using Hazina.Platform.Counting;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Keys;

/// <summary><c>GET /v1/keys/{key}</c></summary>
static class GetKey
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/keys/{key}", Get)
            .WithSummary("Get a key")
            .WithDescription("What it may do, when it was used last, and how often in the last hour.")
            .Produces<KeyAnswer>();

    static async Task<IResult> Get(Guid key, HttpContext context, Database database, ICounters counters, TimeProvider time)
    {
        await using var own = await OwnRows.Open(database, "platform", context);
        return await Read(own, key) is { } row
            ? Results.Ok((await KeyAnswer.Of([row], counters, time.GetUtcNow(), context.RequestAborted))[0])
            : KeyRules.NoSuchKey(key);
    }

    public static async Task<ApiKeyRow?> Read(OwnRows own, Guid key) => (await own.Query<ApiKeyRow>(KeySql, new { key })).SingleOrDefault();

    const string KeySql = """
        select id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at, addresses::text[] as addresses, requests_per_minute,
               replaces, owner_type, owner_id
          from platform.api_keys
         where id = @key
        """;
}
