using Hazina.Identity.SecondFactors;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Users;

/// <summary><c>GET /v1/me</c></summary>
static class GetMe
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me", Get)
            .WithSummary("Get whoever is signed in")
            .WithDescription("Names, addresses, roles, status and profile.")
            .Produces<UserAnswer>();

    static async Task<IResult> Get(HttpContext context, Database database)
    {
        await using var own = await OwnRows.Open(database, context);
        return Results.Ok(await Read(own));
    }

    public static async Task<UserAnswer> Read(OwnRows own) => (await own.Single<UserRow>(UserSql, new { id = own.User })).Answer();

    const string UserSql = $"""
        select u.id, u.username, u.full_name, u.first_name, u.last_name, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.account_type,
               u.roles, u.status, u.kyc_status, u.kyc_verified_at,
               {SecondFactor.IsThere} as second_factor,
               u.created_at, u.updated_at, u.last_login_at, p.date_of_birth,
               p.address_line1 as "AddressLine1", p.address_line2 as "AddressLine2", p.city, p.state, p.country, p.postal_code
          from identity.users u
          left join identity.profiles p on p.user_id = u.id
         where u.id = @id
        """;
}
