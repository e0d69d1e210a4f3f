using System.ComponentModel;
using Hazina.Identity.Activities;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Organizations;

/// <summary><c>PATCH /v1/organizations/{organization}</c></summary>
static class ChangeOrganization
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/organizations/{organization}", Patch)
            .WithSummary("Change an organisation")
            .WithDescription("By its owners and admins. What is not given stays as it is; an empty text takes a field away.")
            .Produces<OrganizationAnswer>();

    [Description("What is to change; at least one field.")]
    public sealed record Request(
        string? LegalName = null,
        string? TradingName = null,
        OrganizationType? Type = null,
        string? RegistrationNumber = null,
        [property: Description("ISO 3166, two capital letters.")] string? Country = null,
        string? Email = null,
        [property: Description("In E.164, such as +254712345678.")] string? Phone = null
    );

    static async Task<IResult> Patch(Guid organization, Request body, HttpContext context, Database database, TimeProvider time)
    {
        var check = new Validation();
        check.That(body != new Request(), "/legal_name", "required", "or another field must be given: nothing would change");
        check.OptionalText(body.LegalName, "/legal_name", 255, min: 1);
        check.Names(body.TradingName, body.RegistrationNumber);
        check.Country(body.Country);
        var (email, phone) = check.Addresses(body.Email, body.Phone);
        if (check.Failed(out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        await using var membership = await Membership.Open(database, context, organization, OrganizationRight.Change, now);
        if (membership.Refusal is { } no)
            return no;
        var row = await membership.Find<OrganizationRow>(
            ChangeWriterSql,
            new
            {
                organization,
                user = membership.Actor,
                body.LegalName,
                body.TradingName,
                type = body.Type is { } type ? Words.Of(type) : null,
                body.RegistrationNumber,
                body.Country,
                email,
                phone,
                now,
            }
        );
        var fields = Details.FieldsOf(body);
        await membership.Write(
            membership.Actor,
            ActivityType.OrganizationChanged,
            before: null,
            new { fields },
            Events.OrganizationChanged.In(organization, now, new(organization, fields))
        );
        await membership.Commit();
        return Results.Ok(row!.Answer());
    }

    const string ChangeWriterSql = $"""
        update identity.organizations o
           set legal_name = coalesce(@legalName, o.legal_name), trading_name = nullif(coalesce(@tradingName, o.trading_name), ''),
               type = coalesce(@type, o.type), registration_number = nullif(coalesce(@registrationNumber, o.registration_number), ''),
               country = coalesce(@country, o.country), email = nullif(coalesce(@email, o.email), ''), phone = nullif(coalesce(@phone, o.phone), ''),
               updated_at = @now
          from identity.members m
         where o.id = @organization and m.organization_id = o.id and m.user_id = @user
        returning {OrganizationRow.Columns}
        """;
}
