using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Organizations;

/// <summary><c>POST /v1/organizations</c></summary>
static class CreateOrganization
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/organizations", Post)
            .WithSummary("Make an organisation")
            .WithDescription("Whoever makes it becomes its owner, and invites the others. A person belongs to at most 50.")
            .Produces<OrganizationAnswer>(StatusCodes.Status201Created);

    [Description("What an organisation is.")]
    public sealed record Request(
        [property: Description("As it is registered; 1 to 255 characters.")] string? LegalName,
        OrganizationType? Type,
        [property: Description("Where it is registered: ISO 3166, two capital letters.")] string? Country,
        [property: Description("As its customers know it.")] string? TradingName = null,
        [property: Description("At most 50 characters.")] string? RegistrationNumber = null,
        string? Email = null,
        [property: Description("In E.164, such as +254712345678.")] string? Phone = null
    );

    static async Task<IResult> Post(Request body, HttpContext context, Database database, SessionRing ring, TimeProvider time)
    {
        var check = new Validation();
        var legalName = check.Text(body.LegalName, "/legal_name", 255);
        var type = check.Required(body.Type, "/type");
        check.Names(body.TradingName, body.RegistrationNumber);
        check.Country(check.Required(body.Country, "/country"));
        var (email, phone) = check.Addresses(body.Email, body.Phone);
        if (check.Failed(out var refusal))
            return refusal;

        var (user, stop, now) = (Caller.Of(context).Id, context.RequestAborted, time.GetUtcNow());
        var values = new
        {
            id = Guid.CreateVersion7(now),
            user,
            member = Guid.CreateVersion7(now),
            legalName,
            body.TradingName,
            type = Words.Of(type),
            body.RegistrationNumber,
            body.Country,
            email,
            phone,
            now,
        };
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (await Membership.NoRoom(connection, transaction, user, stop) is { } full)
            return full;
        var row = await connection.QuerySingleAsync<OrganizationRow>(
            new CommandDefinition(InsertWriterSql, values, transaction, cancellationToken: stop)
        );
        await ActivityLog.Write(
            connection,
            transaction,
            user,
            ActivityType.OrganizationCreated,
            context,
            now,
            Details.OfOrganization(
                row.Id,
                by: null,
                before: null,
                new
                {
                    owner = user,
                    row.Type,
                    row.Country,
                },
                Events.OrganizationCreated.In(row.Id, now, new(row.Id, user))
            )
        );
        await transaction.CommitAsync(stop);
        ring.ForgetAllOf(user);
        return Results.Created($"/v1/organizations/{row.Id}", row.Answer());
    }

    const string InsertWriterSql = """
        with o as (
            insert into identity.organizations
                   (id, legal_name, trading_name, type, registration_number, country, email, phone, created_at, updated_at)
            values (@id, @legalName, nullif(@tradingName, ''), @type, nullif(@registrationNumber, ''), @country, nullif(@email, ''), nullif(@phone, ''),
                    @now, @now)
            returning id, legal_name, trading_name, type, registration_number, country, email, phone, status, created_at, updated_at
        ), m as (
            insert into identity.members (id, organization_id, user_id, role, created_at, updated_at)
            values (@member, @id, @user, 'owner', @now, @now)
            returning role
        )
        select o.id, o.legal_name, o.trading_name, o.type, o.registration_number, o.country, o.email, o.phone, o.status, m.role, o.created_at, o.updated_at
          from o cross join m
        """;
}
