using System.ComponentModel;
using Dapper;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Administration;

/// <summary><c>GET /v1/users</c></summary>
static class ListUsers
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/users", Get)
            .WithSummary("List people")
            .WithDescription(
                "For staff: everybody who has registered, the newest first. An address may be somebody's claim that was never verified: see `email_verified`."
            )
            .Produces<ListOf<UserAnswer>>();

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("pending_verification, active, suspended or deleted.")] string? status,
        [Description("Who has this role, whichever others.")] string? role,
        [FromQuery(Name = "kyc_status"), Description("pending, under_review, approved or rejected.")] string? kycStatus,
        [Description("Exactly this address; upper and lower case are the same.")] string? email,
        [Description("Exactly this number, in E.164. A plus in a query is written %2B.")] string? phone,
        [Description("Exactly this name; upper and lower case are the same.")] string? username,
        HttpContext context,
        Database database
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        OneOf(check, status, "status", Words.All(typeof(UserStatus)));
        OneOf(check, role, "role", Role.All);
        OneOf(check, kycStatus, "kyc_status", Words.All(typeof(KycStatus)));
        var mail = email is null ? null : Contact.Email(email);
        check.That(email is null || mail is not null, "email", "wrong_format", "must be an e-mail address such as asha@example.com");
        // What a query's plus has become for whoever did not write it as it has to be.
        var number = phone is null ? null : Contact.Phone(phone.StartsWith(' ') ? $"+{phone[1..]}" : phone);
        check.That(phone is null || number is not null, "phone", "wrong_format", "must be a phone number such as +254712345678");
        check.OptionalText(username, "username", 50, min: 1);
        if (check.Failed(out var refusal))
            return refusal;

        var values = new
        {
            cursor,
            status,
            role,
            kycStatus,
            email = mail?.Value,
            phone = number?.Value,
            username,
            count = page.Rows,
        };
        await using var connection = await database.Writer("identity").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<UserRow>(
            new CommandDefinition(page.Backwards ? BeforeWriterSql : AfterWriterSql, values, cancellationToken: context.RequestAborted)
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static void OneOf(Validation check, string? given, string name, IReadOnlyList<string> words) =>
        check.That(given is null || words.Contains(given), name, "unknown_value", $"must be one of {string.Join(", ", words)}");

    // Written as the indexes are: one has the addresses that were verified, another those that are claimed.
    const string IsMeant = """
        (@status::text is null or u.status = @status)
           and (@role::text is null or u.roles @> array[@role::text])
           and (@kycStatus::text is null or u.kyc_status = @kycStatus)
           and (@email::text is null or u.email = @email and u.deleted_at is null and u.email_verified_at is not null
                                     or u.email = @email and u.deleted_at is null and u.email_verified_at is null)
           and (@phone::text is null or u.phone = @phone and u.deleted_at is null and u.phone_verified_at is not null
                                     or u.phone = @phone and u.deleted_at is null and u.phone_verified_at is null)
           and (@username::text is null or lower(u.username) = lower(@username) and u.deleted_at is null)
        """;

    const string AfterWriterSql = $"""
        select {UserRow.Columns} from {UserRow.Tables}
         where {IsMeant} and (@cursor::uuid is null or u.id < @cursor)
         order by u.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {UserRow.Columns} from {UserRow.Tables}
         where {IsMeant} and u.id > @cursor
         order by u.id limit @count
        """;
}
