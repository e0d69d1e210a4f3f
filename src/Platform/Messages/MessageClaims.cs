using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Messages;

/// <summary>
/// Who sends which message, for those who send: each is claimed before it is sent and marked after, so that it goes out at least once. What fails is tried
/// again, less and less often, for as long as messages are kept.
/// </summary>
sealed class MessageClaims(Database database, TimeProvider time)
{
    public const int Batch = 20;

    static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10),
        LastRetry = TimeSpan.FromHours(1);

    /// <summary>Those that are due, the oldest first; nobody else has them for as long as sending them may take.</summary>
    /// <param name="each">How long one may take.</param>
    public async Task<IReadOnlyList<ClaimedMessage>> Take(MessageChannel channel, TimeSpan each, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var now = time.GetUtcNow();
        var values = new
        {
            now,
            until = now + each * Batch + FirstRetry,
            count = Batch,
        };
        var sql = channel == MessageChannel.Email ? ClaimMailWriterSql : ClaimTextWriterSql;
        return (await connection.QueryAsync<ClaimedMessage>(new CommandDefinition(sql, values, cancellationToken: cancellation))).AsList();
    }

    /// <summary>Writes down what came of one.</summary>
    /// <param name="fault">Null: it was sent. A few words that say nothing of the person.</param>
    /// <param name="isFinal">Whether it would fail in the same way again.</param>
    public async Task End(ClaimedMessage message, string? fault, bool isFinal)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.Writer("platform").OpenConnectionAsync(CancellationToken.None);
        await connection.ExecuteAsync(
            EndWriterSql,
            new
            {
                message.Id,
                message.Attempts,
                status = fault is null ? "sent"
                : isFinal ? "failed"
                : "waiting",
                sent = fault is null ? now : (DateTimeOffset?)null,
                next = fault is null || isFinal ? (DateTimeOffset?)null : now + Pause(message.Attempts),
                fault,
            }
        );
    }

    static TimeSpan Pause(int attempts) => attempts > 9 ? LastRetry : FirstRetry * Math.Pow(2, attempts - 1);

    const string ClaimMailWriterSql = """
        update platform.messages m
           set attempts = m.attempts + 1, next_at = @until
          from (select id from platform.messages
                 where status = 'waiting' and channel = 'email' and (next_at is null or next_at <= @now)
                 order by id limit @count for update skip locked) due
         where m.id = due.id
        returning m.id, m.recipient, m.subject, m.body, m.attempts
        """;

    const string ClaimTextWriterSql = """
        update platform.messages m
           set attempts = m.attempts + 1, next_at = @until
          from (select id from platform.messages
                 where status = 'waiting' and channel = 'sms' and (next_at is null or next_at <= @now)
                 order by id limit @count for update skip locked) due
         where m.id = due.id
        returning m.id, m.recipient, m.subject, m.body, m.attempts
        """;

    // Not where the claim has run out and somebody else has it.
    const string EndWriterSql = """
        update platform.messages set status = @status, sent_at = @sent, next_at = @next, fault = @fault where id = @id and attempts = @attempts
        """;
}

/// <summary>A message that is ours to send.</summary>
/// <param name="Attempts">How often it has been tried, this one included.</param>
sealed record ClaimedMessage(Guid Id, string Recipient, string Subject, string Body, int Attempts);
