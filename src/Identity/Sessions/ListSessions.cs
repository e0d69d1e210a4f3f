using System.ComponentModel;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Sessions;

/// <summary><c>GET /v1/sessions</c></summary>
static class ListSessions
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/sessions", Get)
            .WithSummary("List where one is signed in")
            .WithDescription("Live sessions, the newest first. When each was used last is known to about a minute.")
            .Produces<ListOf<SessionAnswer>>();

    [Description("A live session.")]
    public sealed record SessionAnswer(
        Guid Id,
        [property: Description("Whether it is the one that this call is made with.")] bool IsCurrent,
        string? Device,
        string? UserAgent,
        string? Address,
        DateTimeOffset CreatedAt,
        DateTimeOffset LastSeenAt,
        DateTimeOffset ExpiresAt
    )
    {
        [Description("Always session.")]
        public string Object => "session";
    }

    static async Task<IResult> Get([AsParameters] PageQuery query, HttpContext context, Database database, TimeProvider time)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        await using var own = await OwnRows.Open(database, "identity", context);
        var rows = await own.Query<SessionAnswer>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                cursor,
                current = Caller.Of(context).Session,
                now = time.GetUtcNow(),
                count = page.Rows,
            }
        );
        return Results.Ok(page.List(rows, context));
    }

    // Whose they are, row-level security knows.
    const string AfterSql = """
        select id, id = @current as is_current, device, user_agent, host(address) as address, created_at, last_seen_at, expires_at
          from identity.sessions
         where ended_at is null and expires_at > @now and (@cursor::uuid is null or id < @cursor)
         order by id desc limit @count
        """;

    const string BeforeSql = """
        select id, id = @current as is_current, device, user_agent, host(address) as address, created_at, last_seen_at, expires_at
          from identity.sessions
         where ended_at is null and expires_at > @now and id > @cursor
         order by id limit @count
        """;
}
