using System.ComponentModel;
using Dapper;
using Hazina.Platform;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Organizations;

/// <summary><c>GET /v1/organizations</c></summary>
static class ListOrganizations
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/organizations", Get)
            .WithSummary("List organisations")
            .WithDescription(
                """
                Those to which who is signed in belongs, and as what; the newest first. With `all=true` everybody's, for staff with the permission
                identity.organizations.read, who can narrow them down by the other parameters.
                """
            )
            .Produces<ListOf<OrganizationAnswer>>();

    /// <summary>Which of them.</summary>
    public sealed record Filter(
        [property: FromQuery(Name = "all"), Description("true: everybody's; for staff.")] bool? All,
        [property: FromQuery(Name = "status"), Description("active or suspended.")] string? Status,
        [property: FromQuery(Name = "type"), Description("One of the types of organisations.")] string? Type,
        [property: FromQuery(Name = "country"), Description("ISO 3166, two capital letters.")] string? Country,
        [property: FromQuery(Name = "name"), Description("How the legal or the trading name begins; upper and lower case are the same.")]
            string? Name,
        [property: FromQuery(Name = "member"), Description("To which this person belongs.")] Guid? Member
    )
    {
        public bool IsGiven => (Status ?? Type ?? Country ?? Name) is not null || Member is not null;
    }

    static async Task<IResult> Get([AsParameters] PageQuery query, [AsParameters] Filter filter, HttpContext context, Database database)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.That(filter.All == true || !filter.IsGiven, "all", "required", "must be true where the list is narrowed down");
        OneOf(check, filter.Status, "status", Words.All(typeof(OrganizationStatus)));
        OneOf(check, filter.Type, "type", Words.All(typeof(OrganizationType)));
        var isCountry = filter.Country is null || (filter.Country.Length == 2 && filter.Country.All(char.IsAsciiLetterUpper));
        check.That(isCountry, "country", "wrong_format", "must be two capital letters such as KE");
        check.OptionalText(filter.Name, "name", 255, min: 1);
        if (check.Failed(out var refusal))
            return refusal;
        if (filter.All == true)
            return await Everybodys(page, cursor, filter, context, database);

        await using var own = await OwnRows.Open(database, "identity", context);
        var rows = await own.Query<OrganizationRow>(page.Backwards ? BeforeSql : AfterSql, new { cursor, count = page.Rows });
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static async Task<IResult> Everybodys(Page page, Guid? cursor, Filter filter, HttpContext context, Database database)
    {
        var caller = Caller.Of(context);
        if (!caller.May(OrganizationPermissions.Read))
            return PlatformRefusals.PermissionMissing.Because(
                $"Who is signed in lacks the permission {OrganizationPermissions.Read}.",
                "all"
            );
        var values = new
        {
            cursor,
            filter.Status,
            filter.Type,
            filter.Country,
            filter.Name,
            filter.Member,
            user = caller.Id,
            count = page.Rows,
        };
        await using var connection = await database.Writer("identity").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<OrganizationRow>(
            new CommandDefinition(
                page.Backwards ? AllBeforeWriterSql : AllAfterWriterSql,
                values,
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static void OneOf(Validation check, string? given, string name, IReadOnlyList<string> words) =>
        check.That(given is null || words.Contains(given), name, "unknown_value", $"must be one of {string.Join(", ", words)}");

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

    // Whoever asks may be a member themselves, and then sees as what.
    const string All = $"""
        select {OrganizationRow.Columns}
          from identity.organizations o
          left join identity.members m on m.organization_id = o.id and m.user_id = @user
         where (@status::text is null or o.status = @status) and (@type::text is null or o.type = @type)
           and (@country::text is null or o.country = @country)
           and (@name::text is null or lower(o.legal_name) collate "C" ^@ lower(@name) or lower(o.trading_name) collate "C" ^@ lower(@name))
           and (@member::uuid is null or exists (select from identity.members b where b.organization_id = o.id and b.user_id = @member))
        """;

    const string AllAfterWriterSql = $"{All} and (@cursor::uuid is null or o.id < @cursor) order by o.id desc limit @count";

    const string AllBeforeWriterSql = $"{All} and o.id > @cursor order by o.id limit @count";
}
