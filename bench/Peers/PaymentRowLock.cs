using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using Hazina.Bench.Http;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Bench.Peers;

/// <summary>Whole payments by row locks behind an endpoint, which takes the body's fingerprint and calls the function of <c>payment-row-lock.sql</c>.</summary>
sealed class PaymentRowLock(string name, string what, int callers, bool hot = false)
    : EndpointPeer(name, "payment-row-lock.sql", what, callers, Command, hot)
{
    public override string Unit => PaymentsUnit;

    /// <summary>Of these figures.</summary>
    public const string PaymentsUnit = "payments/s";

    protected override HttpBody BodyOf(Traffic traffic) =>
        new(
            "/payments",
            1,
            to =>
            {
                var next = traffic.Next();
                Utf8.TryWrite(
                    to.GetSpan(256),
                    $$"""{"payer":{{next.From}},"payee":{{next.To}},"amount":{{next.Amount}}}""",
                    out var length
                );
                to.Advance(length);
            },
            "\"status\":\"completed\"",
            () => traffic.NextId().ToString()
        );

    public override async Task Check(long acknowledged, CancellationToken stop)
    {
        await using var command = Source.CreateCommand(CheckSql);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var (payments, keys, activity, wrong) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        if (payments != acknowledged || keys != acknowledged || activity != 3 * acknowledged || wrong != 0)
            throw new InvalidOperationException(
                $"{Name} acknowledged {acknowledged} and holds {payments} payments; {wrong} wrong balances."
            );
    }

    /// <summary>The server's process.</summary>
    public static Task<int> Serve(CancellationToken stop) => Serve("/payments", Post, stop);

    sealed record Request(long Payer, long Payee, decimal Amount);

    sealed record Answer(Guid Id, string Status);

    static async Task Post(HttpContext context, NpgsqlDataSource source)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        var asked = JsonSerializer.Deserialize<Request>(bytes.Span, JsonSerializerOptions.Web)!;
        var id = Guid.CreateVersion7();
        await using var command = source.CreateCommand("select pay($1, $2, $3, $4, $5, $6)");
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = SHA256.HashData(bytes.Span), NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = asked.Payer, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = asked.Payee, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = asked.Amount, NpgsqlDbType = NpgsqlDbType.Numeric });
        var isPaid = await command.ExecuteScalarAsync(context.RequestAborted) is (short)0;
        context.Response.StatusCode = isPaid ? StatusCodes.Status201Created : StatusCodes.Status409Conflict;
        await context.Response.WriteAsJsonAsync(new Answer(id, isPaid ? "completed" : "refused"), context.RequestAborted);
    }

    const string CheckSql = """
        select (select count(*) from payments), (select count(*) from payment_keys), (select count(*) from activity),
            (select count(*) from accounts a
             left join (select account, sum(amount) as moved from entries group by account) e on e.account = a.id
             where a.balance <> 1000000000 + coalesce(e.moved, 0))
        """;

    /// <summary>What the program is called with to be the server.</summary>
    public const string Command = "payment-row-lock";
}
