using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Payments.Providers;

/// <summary>Paths on which rails call back: what stands at their end is known to the rail alone, and is kept as its hash.</summary>
sealed class CallbackTokens(Database database, TimeProvider time)
{
    const int Bytes = 16;

    /// <summary>In letters.</summary>
    public const int Length = 22;

    /// <summary>A new one.</summary>
    /// <param name="kind"><c>result</c> of the call, or <c>status</c>: the answer to one query, taken once.</param>
    public async Task<Uri> Make(ProviderCall call, RailSettings settings, string kind, CancellationToken stop)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    hash = HashOf(token),
                    call = call.Id,
                    kind,
                    now = time.GetUtcNow(),
                },
                cancellationToken: stop
            )
        );
        var start = settings.CallbackBase!.TrimEnd('/');
        return new Uri(settings is KcbSettings ? $"{start}/k/{token}" : $"{start}/v1/callbacks/{call.Provider}/{token}");
    }

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    const string InsertWriterSql = """
        insert into payments.callback_tokens (hash, call_id, kind, made_at) values (@hash, @call, @kind, @now)
        """;
}
