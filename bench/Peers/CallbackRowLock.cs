using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazina.Bench.Http;
using Hazina.Bench.Payments;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Bench.Peers;

/// <summary>A rail's callbacks behind an endpoint, kept and booked by the function of <c>callback-row-lock.sql</c>: who is answered has it booked.</summary>
sealed class CallbackRowLock(string name, string what, int callers)
    : EndpointPeer(name, "callback-row-lock.sql", what, callers, Command, hot: false)
{
    long next;

    public override string Unit => "callbacks/s";

    protected override HttpBody BodyOf(Traffic traffic) =>
        new(
            "/callbacks",
            1,
            to => to.Write(Encoding.UTF8.GetBytes(Prompts.Callback(Interlocked.Increment(ref next) - 1))),
            "\"ResultCode\":0"
        );

    public override async Task Check(long acknowledged, CancellationToken stop)
    {
        await using var command = Source.CreateCommand(CheckSql);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var (kept, booked, activity, wrong) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        if (kept != acknowledged || booked != acknowledged || activity != acknowledged || wrong != 0)
            throw new InvalidOperationException(
                $"{Name} acknowledged {acknowledged} and holds {kept} callbacks and {booked} bookings; {wrong} wrong balances."
            );
    }

    /// <summary>The server's process.</summary>
    public static Task<int> Serve(CancellationToken stop) => Serve("/callbacks", Post, stop);

    static async Task Post(HttpContext context, NpgsqlDataSource source)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var text = Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
        using var json = JsonDocument.Parse(text);
        var said = json.RootElement.GetProperty("Body").GetProperty("stkCallback");
        var prompt = long.Parse(said.GetProperty("CheckoutRequestID").GetString()!.AsSpan("ws_CO_".Length), CultureInfo.InvariantCulture);
        var receipt = said.GetProperty("CallbackMetadata").GetProperty("Item")[1].GetProperty("Value").GetString()!;
        await using var command = source.CreateCommand("select called_back($1, $2, $3, $4, $5)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = prompt, NpgsqlDbType = NpgsqlDbType.Bigint });
        var digest = SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length));
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = digest, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = receipt, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(), NpgsqlDbType = NpgsqlDbType.Uuid });
        var isBooked = await command.ExecuteScalarAsync(context.RequestAborted) is (short)0;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(isBooked ? """{"ResultCode":0}""" : """{"ResultCode":1}""", context.RequestAborted);
    }

    const string CheckSql = """
        select (select count(*) from callbacks), (select count(*) from movements), (select count(*) from activity),
            (select count(*) from accounts a
             left join (select account, sum(amount) as moved from entries group by account) e on e.account = a.id
             where a.balance <> 1000000000 + coalesce(e.moved, 0))
        """;

    /// <summary>What the program is called with to be the server.</summary>
    public const string Command = "callback-row-lock";
}
