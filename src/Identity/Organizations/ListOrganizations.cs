using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Organizations;

/// <summary><c>GET /v1/organizations</c></summary>
static class ListOrganizations
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/organizations", Get)
            .WithSummary("List one's organisations")
            .WithDescription("Those to which who is signed in belongs, and as what; the newest first.")
            .Produces<ListOf<OrganizationAnswer>>();

    static async Task<IResult> Get([AsParameters] PageQuery query, HttpContext context, Database database)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        await using var own = await OwnRows.Open(database, "identity", context);
        var rows = await own.Query<OrganizationRow>(page.Backwards ? BeforeSql : AfterSql, new { cursor, count = page.Rows });
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    // Whose they are, row-level security knows: of members it shows one's own rows alone.
    const string AfterSql = $"""
        select {OrganizationRow.Columns}
          from identity.organizations o
          join identity.members m on m.organization_id = o.id
         where @cursor::uuid is null or o.id < @cursor
         order by o.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {OrganizationRow.Columns}
          from identity.organizations o
          join identity.members m on m.organization_id = o.id
         where o.id > @cursor
         order by o.id limit @count
        """;
}
