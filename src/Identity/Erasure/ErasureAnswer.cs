using System.ComponentModel;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Erasure;

[Description("Somebody's wish to be erased.")]
sealed record ErasureAnswer(
    DateTimeOffset AskedAt,
    [property: Description("When it takes effect; until then it can be stopped.")] DateTimeOffset DueAt,
    [property: Description("Why it could not take effect when it was due. It is tried again every hour.")] string? BlockedBy
)
{
    [Description("Always erasure.")]
    public string Object => "erasure";
}

/// <summary><c>GET /v1/me/erasure</c></summary>
static class GetErasure
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/me/erasure", Get)
            .WithSummary("See whether one is going to be erased")
            .WithDescription("404 where nobody has asked for it.")
            .Produces<ErasureAnswer>();

    static async Task<IResult> Get(HttpContext context, Database database)
    {
        await using var own = await OwnRows.Open(database, "identity", context);
        return await Read(own) is { } erasure ? Results.Ok(erasure) : Refusals.NoErasure.Because("Nobody has asked for it.");
    }

    public static async Task<ErasureAnswer?> Read(OwnRows own) =>
        (await own.Query<ErasureAnswer>(FindSql, new { user = own.User })).SingleOrDefault();

    const string FindSql = "select asked_at, due_at, blocked_by from identity.erasures where user_id = @user and done_at is null";
}
