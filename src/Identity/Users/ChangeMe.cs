using System.ComponentModel;
using System.Text.RegularExpressions;
using Hazina.Identity.Activities;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Users;

/// <summary><c>PATCH /v1/me</c></summary>
static partial class ChangeMe
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/me", Patch)
            .WithSummary("Change one's names and profile")
            .WithDescription(
                "What is not given stays as it is; an empty text takes a field away. Status, roles and addresses are not changed here."
            )
            .Produces<UserAnswer>();

    [Description("Names and profile; at least one of them.")]
    public sealed record Request(
        [property: Description("3 to 50 letters, digits, dots, hyphens and underscores, a letter first. Unique in upper and lower case.")]
            string? Username = null,
        string? FullName = null,
        string? FirstName = null,
        string? LastName = null,
        AccountType? AccountType = null,
        ProfileRequest? Profile = null
    );

    [Description("A profile.")]
    public sealed record ProfileRequest(
        DateOnly? DateOfBirth = null,
        string? AddressLine1 = null,
        string? AddressLine2 = null,
        string? City = null,
        string? State = null,
        [property: Description("ISO 3166, two capital letters.")] string? Country = null,
        string? PostalCode = null
    );

    static async Task<IResult> Patch(Request body, HttpContext context, Database database, TimeProvider time)
    {
        var check = new Validation();
        Check(body, check, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        if (check.Failed(out var refusal))
            return refusal;

        var now = time.GetUtcNow();
        await using var own = await OwnRows.Open(database, "identity", context);
        try
        {
            await own.Execute(
                UpdateUserSql,
                new
                {
                    id = own.User,
                    body.Username,
                    body.FullName,
                    body.FirstName,
                    body.LastName,
                    accountType = body.AccountType is { } type ? Words.Of(type) : null,
                    now,
                }
            );
        }
        catch (PostgresException e) when (e.ConstraintName == "users_username_key")
        {
            return Refusals.UsernameTaken.Because($"The username {body.Username} is taken.", "/username");
        }

        if (body.Profile is { } profile)
        {
            await own.Execute(
                UpsertProfileSql,
                new
                {
                    id = own.User,
                    profile.DateOfBirth,
                    line1 = profile.AddressLine1,
                    line2 = profile.AddressLine2,
                    profile.City,
                    profile.State,
                    profile.Country,
                    profile.PostalCode,
                    now,
                }
            );
        }

        var fields = Details.FieldsOf(body);
        await own.Note(
            ActivityType.ProfileChanged,
            context,
            now,
            new() { After = new { fields }, Events = [Events.UserProfileChanged.About(own.User, now, new(own.User, fields))] }
        );
        var answer = await GetMe.Read(own);
        await own.Commit();
        return Results.Ok(answer);
    }

    static void Check(Request body, Validation check, DateOnly today)
    {
        check.That(body != new Request(), "/full_name", "required", "or another field must be given: nothing would change");
        if (check.OptionalText(body.Username, "/username", 50) is { Length: > 0 } username)
            check.That(
                UsernameForm().IsMatch(username),
                "/username",
                "wrong_format",
                "must be 3 to 50 letters, digits, dots, hyphens and underscores, a letter first"
            );
        check.OptionalText(body.FullName, "/full_name", 255);
        check.OptionalText(body.FirstName, "/first_name", 150);
        check.OptionalText(body.LastName, "/last_name", 150);
        if (body.Profile is not { } profile)
            return;
        check.That(profile != new ProfileRequest(), "/profile", "required", "must hold a field: nothing would change");
        check.That(
            profile.DateOfBirth is null || (profile.DateOfBirth.Value.Year >= 1900 && profile.DateOfBirth < today),
            "/profile/date_of_birth",
            "out_of_range",
            "must be after 1899 and before today"
        );
        check.OptionalText(profile.AddressLine1, "/profile/address_line1", 255);
        check.OptionalText(profile.AddressLine2, "/profile/address_line2", 255);
        check.OptionalText(profile.City, "/profile/city", 100);
        check.OptionalText(profile.State, "/profile/state", 100);
        check.OptionalText(profile.PostalCode, "/profile/postal_code", 20);
        check.That(
            profile.Country is null or "" || (profile.Country.Length == 2 && profile.Country.All(char.IsAsciiLetterUpper)),
            "/profile/country",
            "wrong_format",
            "must be two capital letters such as KE"
        );
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._-]{2,49}\z", RegexOptions.None, 1000)]
    private static partial Regex UsernameForm();

    const string UpdateUserSql = """
        update identity.users
           set username = nullif(coalesce(@username, username), ''), full_name = nullif(coalesce(@fullName, full_name), ''),
               first_name = nullif(coalesce(@firstName, first_name), ''), last_name = nullif(coalesce(@lastName, last_name), ''),
               account_type = coalesce(@accountType, account_type), updated_at = @now
         where id = @id
        """;

    const string UpsertProfileSql = """
        insert into identity.profiles as p
               (user_id, date_of_birth, address_line1, address_line2, city, state, country, postal_code, created_at, updated_at)
        values (@id, @dateOfBirth, nullif(@line1, ''), nullif(@line2, ''), nullif(@city, ''), nullif(@state, ''), nullif(@country, ''),
                nullif(@postalCode, ''), @now, @now)
        on conflict (user_id) do update
           set date_of_birth = coalesce(@dateOfBirth, p.date_of_birth), address_line1 = nullif(coalesce(@line1, p.address_line1), ''),
               address_line2 = nullif(coalesce(@line2, p.address_line2), ''), city = nullif(coalesce(@city, p.city), ''),
               state = nullif(coalesce(@state, p.state), ''), country = nullif(coalesce(@country, p.country), ''),
               postal_code = nullif(coalesce(@postalCode, p.postal_code), ''), updated_at = @now
        """;
}
