using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Messages;

/// <summary>Where messages to people wait to be sent, for a day at most: they hold codes that are worth nothing by then.</summary>
public sealed class MessageOutbox(Database database, TimeProvider time)
{
    static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>Puts a message out. Called after the commit of what it tells; where that is lost in between, the person asks again.</summary>
    public async Task Put(Message message, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        var now = time.GetUtcNow();
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id = Guid.CreateVersion7(now),
                    channel = message.Channel == MessageChannel.Email ? "email" : "sms",
                    message.To,
                    message.Subject,
                    message.Text,
                    status = message.IsWithheld ? "withheld" : "waiting",
                    now,
                },
                cancellationToken: cancellation
            )
        );
    }

    /// <summary>What waits for one person, the oldest first: for tests, and for a demo without a mail server.</summary>
    public async Task<IReadOnlyList<Message>> WaitingFor(string recipient, CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(WaitingWriterSql, new { recipient }, cancellationToken: cancellation)
        );
        return
        [
            .. rows.Select(r => new Message(
                r.Channel == "email" ? MessageChannel.Email : MessageChannel.Sms,
                r.Recipient,
                r.Subject,
                r.Body
            )),
        ];
    }

    internal async Task Sweep(CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(SweepWriterSql, new { before = time.GetUtcNow() - Kept }, cancellationToken: cancellation)
        );
    }

    sealed record Row(string Channel, string Recipient, string Subject, string Body);

    const string InsertWriterSql = """
        insert into platform.messages (id, channel, recipient, subject, body, status, created_at)
        values (@id, @channel, @to, @subject, @text, @status, @now)
        """;

    const string WaitingWriterSql = """
        select channel, recipient, subject, body from platform.messages where recipient = @recipient and status = 'waiting' order by id
        """;

    const string SweepWriterSql = "delete from platform.messages where created_at < @before";
}
