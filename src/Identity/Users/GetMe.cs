using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
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

    static async Task<IResult> Get(HttpContext context, Database database, Remembered remembered)
    {
        return Results.Ok(await remembered.User(Caller.Of(context).Id, Read, context.RequestAborted));

        async Task<UserAnswer> Read()
        {
            await using var own = await OwnRows.Open(database, "identity", context);
            return await GetMe.Read(own);
        }
    }

    public static async Task<UserAnswer> Read(OwnRows own) => (await own.Single<UserRow>(UserSql, new { id = own.User })).Answer();

    const string UserSql = $"select {UserRow.Columns} from {UserRow.Tables} where u.id = @id";
}
