using Dapper;
using Hazina.Identity.Organizations;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Members;

/// <summary><c>GET /v1/organizations/{organization}/members</c></summary>
static class ListMembers
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/organizations/{organization}/members", Get)
            .WithSummary("List the members of an organisation")
            .WithDescription("For its members: who belongs to it and as what, whoever joined last first. Addresses are not in it.")
            .Produces<ListOf<MemberAnswer>>();

    static async Task<IResult> Get(Guid organization, [AsParameters] PageQuery query, HttpContext context, Database database)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        // Names of others are not for row-level security's own rows: the writer reads them, for a member alone.
        var values = new
        {
            organization,
            user = Caller.Of(context).Id,
            cursor,
            count = page.Rows,
        };
        var stop = context.RequestAborted;
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        if (!await connection.QuerySingleAsync<bool>(new CommandDefinition(IsMemberWriterSql, values, cancellationToken: stop)))
            return Membership.NoSuchOrganization(organization);
        var rows = await connection.QueryAsync<MemberRow>(
            new CommandDefinition(page.Backwards ? BeforeWriterSql : AfterWriterSql, values, cancellationToken: stop)
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    const string IsMemberWriterSql = """
        select exists (select from identity.members where organization_id = @organization and user_id = @user)
        """;

    const string AfterWriterSql = $"""
        select {MemberRow.Columns}
          from identity.members m
          join identity.users u on u.id = m.user_id
         where m.organization_id = @organization and (@cursor::uuid is null or m.id < @cursor)
         order by m.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {MemberRow.Columns}
          from identity.members m
          join identity.users u on u.id = m.user_id
         where m.organization_id = @organization and m.id > @cursor
         order by m.id limit @count
        """;
}
