using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;

namespace Hazina.Payments.Providers;

/// <summary>What was said to a rail and what it said, call by call, in order; without secrets, and encrypted, since it names people.</summary>
sealed class MessageLog(Database database, FieldCipher cipher, TimeProvider time)
{
    const int Longest = 16 * 1024;

    public static readonly EncryptedColumn Column = new("payments", "provider_messages", "content");

    /// <param name="kind">request, answer, callback or fault.</param>
    /// <param name="what">Which one (<c>stk push</c>), or what went wrong.</param>
    /// <param name="status">Of HTTP.</param>
    public async Task Write(Guid call, string kind, string what, int? status, string? content, CancellationToken stop)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var text = content is { Length: > Longest } ? content[..Longest] : content;
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id,
                    call,
                    kind,
                    what = what.Length > 60 ? what[..60] : what,
                    status,
                    content = text is null ? null : cipher.Seal(Encoding.UTF8.GetBytes(text), Column.PlaceOf(id)),
                    now = time.GetUtcNow(),
                },
                cancellationToken: stop
            )
        );
    }

    /// <summary>A body as it may be kept: without what is named like a secret, and without paths that are one.</summary>
    public static string Shown(JsonNode? body)
    {
        var copy = Secrets.LeftOut(body?.DeepClone());
        HidePaths(copy);
        return copy?.ToJsonString() ?? "";
    }

    static void HidePaths(JsonNode? node)
    {
        if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields.ToList())
            {
                if (value is JsonValue && name.EndsWith("url", StringComparison.OrdinalIgnoreCase))
                    fields[name] = Secrets.Mark;
                else
                    HidePaths(value);
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
                HidePaths(item);
        }
    }

    /// <summary>What was said of a call, the oldest first.</summary>
    public async Task<IReadOnlyList<CallMessage>> Of(Guid call, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(OfCallWriterSql, new { call }, cancellationToken: stop));
        return
        [
            .. rows.Select(r => new CallMessage(
                r.Id,
                r.Kind,
                r.What,
                r.Status,
                r.Content is null ? null : Encoding.UTF8.GetString(cipher.Open(r.Content, Column.PlaceOf(r.Id))),
                r.At
            )),
        ];
    }

    sealed record Row(Guid Id, string Kind, string What, int? Status, byte[]? Content, DateTimeOffset At);

    const string InsertWriterSql = """
        insert into payments.provider_messages (id, call_id, kind, what, status, content, at) values (@id, @call, @kind, @what, @status, @content, @now)
        """;

    const string OfCallWriterSql = """
        select m.id, m.kind, m.what, m.status, m.content, m.at from payments.provider_messages m where m.call_id = @call order by m.id limit 500
        """;
}

/// <summary>Something that was said between us and a rail.</summary>
/// <param name="Kind">request, answer, callback or fault.</param>
/// <param name="Status">Of HTTP.</param>
sealed record CallMessage(Guid Id, string Kind, string What, int? Status, string? Content, DateTimeOffset At);
