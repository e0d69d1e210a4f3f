using Dapper;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Identity.Administration;

/// <summary><c>GET /v1/users/{user}</c></summary>
static class GetUser
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/users/{user}", Get)
            .WithSummary("Get a person")
            .WithDescription("For staff: names, addresses, roles, standing and why, profile.")
            .Produces<UserAnswer>();

    static async Task<IResult> Get(Guid user, HttpContext context, Database database)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(context.RequestAborted);
        return await Find(connection, transaction: null, user, context.RequestAborted) is { } answer
            ? Results.Ok(answer)
            : NoSuchUser(user);
    }

    /// <summary>As staff sees them.</summary>
    public static async Task<UserAnswer?> Find(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        Guid user,
        CancellationToken cancellation
    )
    {
        if (
            await connection.QuerySingleOrDefaultAsync<UserRow>(
                new CommandDefinition(UserWriterSql, new { user }, transaction, cancellationToken: cancellation)
            )
            is not { } row
        )
            return null;
        var reasons = await connection.QuerySingleAsync<Reasons>(
            new CommandDefinition(ReasonsWriterSql, new { user }, transaction, cancellationToken: cancellation)
        );
        return row.Answer() with { StatusReason = reasons.Status, KycReason = reasons.Kyc };
    }

    public static Refusal NoSuchUser(Guid user) => Refusals.NoSuchUser.Because($"There is no user {user}.", "user");

    sealed record Reasons(string? Status, string? Kyc);

    const string UserWriterSql = $"select {UserRow.Columns} from {UserRow.Tables} where u.id = @user";

    const string ReasonsWriterSql = """
        select (select a.details ->> 'reason' from identity.activities a
                 where a.user_id = @user and a.type in ('suspended', 'reinstated') order by a.id desc limit 1) as status,
               (select a.details ->> 'reason' from identity.activities a
                 where a.user_id = @user and a.type = 'kyc_status_changed' order by a.id desc limit 1) as kyc
        """;
}
