using Dapper;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Organizations;

/// <summary><c>GET /v1/organizations/{organization}</c></summary>
static class GetOrganization
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/organizations/{organization}", Get)
            .WithSummary("Get an organisation")
            .WithDescription("One's own; staff sees every one.")
            .Produces<OrganizationAnswer>();

    static async Task<IResult> Get(Guid organization, HttpContext context, Database database)
    {
        await using (var own = await OwnRows.Open(database, "identity", context))
        {
            if (await own.Query<OrganizationRow>(FindSql, new { organization }) is [var row])
                return Results.Ok(row.Answer());
        }

        if (!Caller.Of(context).May(OrganizationPermissions.Read))
            return Membership.NoSuchOrganization(organization);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(context.RequestAborted);
        var any = await connection.QuerySingleOrDefaultAsync<OrganizationRow>(
            new CommandDefinition(FindAnyWriterSql, new { organization }, cancellationToken: context.RequestAborted)
        );
        return any is null ? Membership.NoSuchOrganization(organization) : Results.Ok(any.Answer());
    }

    // Whose it is, row-level security knows.
    const string FindSql = $"""
        select {OrganizationRow.Columns}
          from identity.organizations o
          join identity.members m on m.organization_id = o.id
         where o.id = @organization
        """;

    public const string FindAnyWriterSql = $"""
        select {OrganizationRow.Columns}
          from identity.organizations o
          left join identity.members m on false
         where o.id = @organization
        """;
}
