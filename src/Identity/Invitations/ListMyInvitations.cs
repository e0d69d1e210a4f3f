using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Invitations;

/// <summary><c>GET /v1/me/invitations</c></summary>
static class ListMyInvitations
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me/invitations", Get)
            .WithSummary("List the invitations that wait for one")
            .WithDescription("Those that were sent to an address which who is signed in has verified, and are open; the newest first.")
            .Produces<ListOf<InvitationAnswer>>();

    static async Task<IResult> Get([AsParameters] PageQuery query, HttpContext context, Database database, TimeProvider time)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        await using var own = await OwnRows.Open(database, "identity", context);
        var values = new
        {
            user = Caller.Of(context).Id,
            cursor,
            now,
            count = page.Rows,
        };
        var rows = await own.Query<InvitationRow>(page.Backwards ? BeforeSql : AfterSql, values);
        return Results.Ok(page.List([.. rows.Select(r => r.Answer(now))], context));
    }

    // Row-level security shows an admin those of the organisation, too: those to oneself have to be asked for.
    const string AfterSql = $"""
        select {InvitationRow.Columns}
          from identity.invitations i
         where i.status = 'open' and i.expires_at > @now and {InvitationRow.IsTo} and (@cursor::uuid is null or i.id < @cursor)
         order by i.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {InvitationRow.Columns}
          from identity.invitations i
         where i.status = 'open' and i.expires_at > @now and {InvitationRow.IsTo} and i.id > @cursor
         order by i.id limit @count
        """;
}
