using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Contacts;

/// <summary><c>GET /v1/me/contact-change</c></summary>
static class GetContactChange
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me/contact-change", Get)
            .WithSummary("Get the change of an address")
            .WithDescription("The newest one, open or over.")
            .Produces<ContactChange>();

    static async Task<IResult> Get(HttpContext context, Database database)
    {
        await using var own = await OwnRows.Open(database, "identity", context);
        var rows = await own.Query<ContactChangeRow>(FindSql, new { });
        return rows is [var row] ? Results.Ok(row.Answer()) : Refusals.NoContactChange.Because("No address was ever changed.");
    }

    // Whose it is, row-level security knows.
    const string FindSql = "select id, channel, address, status, created_at, due_at from identity.contact_changes order by id desc limit 1";
}
