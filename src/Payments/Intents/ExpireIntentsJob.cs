using Dapper;
using Hazina.Platform.Canonical;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Logging;

namespace Hazina.Payments.Intents;

/// <summary>Ends intents that were not paid in time: all that is held of them is let go.</summary>
sealed partial class ExpireIntentsJob(Database database, IntentDesk desk, IntentEnd end, ILogger<ExpireIntentsJob> logger)
{
    const int AtOnce = 500;

    public async Task Run(CancellationToken stop)
    {
        while (true)
        {
            var due = await Due(stop);
            var ended = 0;
            foreach (var id in due)
                ended += await End(id, stop) ? 1 : 0;
            if (due.Count < AtOnce || ended == 0)
                return;
        }
    }

    async Task<bool> End(Guid intent, CancellationToken stop)
    {
        var (_, refusal) = await desk.Make(
            intent,
            NamedId.Of($"intent/{intent}/expiry", intent),
            // Under an id of its own each time: what was refused once is refused for ever.
            async (now, _) =>
                now.IsOpen ? (await end.Of(now, Guid.CreateVersion7(desk.Now), CancellationReason.Expired, stop), null) : (null, null),
            stop
        );
        if (refusal is not null)
            NotEnded(logger, intent, refusal.Type.Code);
        return refusal is null;
    }

    async Task<IReadOnlyList<Guid>> Due(CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        return
        [
            .. await connection.QueryAsync<Guid>(
                new CommandDefinition(DueWriterSql, new { now = desk.Now, count = AtOnce }, cancellationToken: stop)
            ),
        ];
    }

    [LoggerMessage(5002, LogLevel.Warning, "The intent {Intent} could not be ended yet: {Code}")]
    static partial void NotEnded(ILogger logger, Guid intent, string code);

    const string DueWriterSql = """
        select i.id from payments.intents i
         where i.status not in ('succeeded', 'canceled') and i.expires_at <= @now order by i.expires_at limit @count
        """;
}
