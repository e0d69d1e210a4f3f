using System.Text.Unicode;
using Hazina.Bench.Http;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Bench.Peers;

/// <summary>The row-lock function behind an endpoint. It sends and reads fewer bytes than Hazina does.</summary>
sealed class RowLockOverHttp(string name, string what, int callers, bool hot = false)
    : EndpointPeer(name, "row-lock.sql", what, callers, Command, hot)
{
    protected override HttpBody BodyOf(Traffic traffic) =>
        new(
            "/transfers",
            1,
            to =>
            {
                var next = traffic.Next();
                Utf8.TryWrite(
                    to.GetSpan(256),
                    $$"""{"id":"{{next.Id}}","from":{{next.From}},"to":{{next.To}},"amount":{{next.Amount}}}""",
                    out var length
                );
                to.Advance(length);
            }
        );

    /// <summary>The server's process.</summary>
    public static Task<int> Serve(CancellationToken stop) => Serve("/transfers", Post, stop);

    sealed record Request(Guid Id, long From, long To, decimal Amount);

    sealed record Answer(Guid Id, string Status);

    static async Task Post(HttpContext context, NpgsqlDataSource source)
    {
        var asked = (await context.Request.ReadFromJsonAsync<Request>(context.RequestAborted))!;
        await using var command = source.CreateCommand("select transfer($1, $2, $3, $4)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = asked.Id, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = asked.From, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = asked.To, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = asked.Amount, NpgsqlDbType = NpgsqlDbType.Numeric });
        var isPosted = await command.ExecuteScalarAsync(context.RequestAborted) is (short)0;
        context.Response.StatusCode = isPosted ? StatusCodes.Status201Created : StatusCodes.Status409Conflict;
        await context.Response.WriteAsJsonAsync(new Answer(asked.Id, isPosted ? "posted" : "refused"), context.RequestAborted);
    }

    /// <summary>What the program is called with to be the server.</summary>
    public const string Command = "http-row-lock";
}
