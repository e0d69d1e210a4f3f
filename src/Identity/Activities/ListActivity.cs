using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Activities;

/// <summary><c>GET /v1/me/activity</c></summary>
static class ListActivity
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me/activity", Get)
            .WithName("listMyActivity")
            .WithSummary("List what one did")
            .WithDescription(
                """
                Signing in and out, failed attempts in one's name, changes of password, second factors, addresses, profile and preferences, what staff did to
                the account, and organisations; the newest first.
                """
            )
            .Produces<ListOf<ActivityAnswer>>();

    static async Task<IResult> Get([AsParameters] PageQuery query, HttpContext context, Database database)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        await using var own = await OwnRows.Open(database, "identity", context);
        var rows = await own.Query<Row>(page.Backwards ? BeforeSql : AfterSql, new { cursor, count = page.Rows });
        return Results.Ok(
            page.List(
                [.. rows.Select(r => new ActivityAnswer(r.Id, Words.Read<ActivityType>(r.Type), r.Address, r.UserAgent, r.CreatedAt))],
                context
            )
        );
    }

    sealed record Row(Guid Id, string Type, string? Address, string? UserAgent, DateTimeOffset CreatedAt);

    // Whose they are, row-level security knows.
    const string AfterSql = """
        select id, type, host(address) as address, user_agent, created_at
          from identity.activities
         where @cursor::uuid is null or id < @cursor
         order by id desc limit @count
        """;

    const string BeforeSql = """
        select id, type, host(address) as address, user_agent, created_at
          from identity.activities
         where id > @cursor
         order by id limit @count
        """;
}
