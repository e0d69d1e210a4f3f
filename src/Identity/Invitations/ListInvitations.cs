using Hazina.Identity.Organizations;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Invitations;

/// <summary><c>GET /v1/organizations/{organization}/invitations</c></summary>
static class ListInvitations
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/organizations/{organization}/invitations", Get)
            .WithSummary("List the invitations of an organisation")
            .WithDescription("For its owners and admins: open or over, the newest first.")
            .Produces<ListOf<InvitationAnswer>>();

    static async Task<IResult> Get(
        Guid organization,
        [AsParameters] PageQuery query,
        HttpContext context,
        Database database,
        TimeProvider time
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        await using var own = await OwnRows.Open(database, "identity", context);
        if (await own.Query<string>(RoleSql, new { organization }) is not [var word])
            return Membership.NoSuchOrganization(organization);
        var role = Words.Read<OrganizationRole>(word);
        if (!role.Has(OrganizationRight.ManageMembers))
            return Refusals.OrganizationRightMissing.Because($"A member who is {word} lacks the right manage_members.");
        var values = new
        {
            organization,
            cursor,
            count = page.Rows,
        };
        var rows = await own.Query<InvitationRow>(page.Backwards ? BeforeSql : AfterSql, values);
        var now = time.GetUtcNow();
        return Results.Ok(page.List([.. rows.Select(r => r.Answer(now))], context));
    }

    // Whose role it is, row-level security knows.
    const string RoleSql = "select role from identity.members where organization_id = @organization";

    const string AfterSql = $"""
        select {InvitationRow.Columns}
          from identity.invitations i
         where i.organization_id = @organization and (@cursor::uuid is null or i.id < @cursor)
         order by i.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {InvitationRow.Columns}
          from identity.invitations i
         where i.organization_id = @organization and i.id > @cursor
         order by i.id limit @count
        """;
}
