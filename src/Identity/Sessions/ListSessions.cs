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

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        HttpContext context,
        Database database,
        Remembered remembered,
        TimeProvider time
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        var (caller, now) = (Caller.Of(context), time.GetUtcNow());
        var all = await remembered.Sessions(caller.Id, Read, context.RequestAborted);
        var live = all.Sessions.Where(s => s.ExpiresAt > now);
        var rows = page.Backwards
            ? live.Reverse().Where(s => s.Id.CompareTo(cursor!.Value) > 0)
            : live.Where(s => cursor is null || s.Id.CompareTo(cursor.Value) < 0);
        return Results.Ok(page.List([.. rows.Take(page.Rows).Select(s => s with { IsCurrent = s.Id == caller.Session })], context));

        async Task<LiveSessions> Read()
        {
            await using var own = await OwnRows.Open(database, "identity", context);
            return new LiveSessions(await own.Query<SessionAnswer>(LiveSql, new { now }));
        }
    }

    // Whose they are, row-level security knows; how many there are is limited where they begin.
    const string LiveSql = """
        select id, false as is_current, device, user_agent, host(address) as address, created_at, last_seen_at, expires_at
          from identity.sessions
         where ended_at is null and expires_at > @now
         order by id desc
        """;
}

/// <summary>Where somebody is signed in, the newest first.</summary>
sealed record LiveSessions(IReadOnlyList<ListSessions.SessionAnswer> Sessions);
