using Dapper;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Providers;

/// <summary>
/// The job: what was said to rails and by them goes after <see cref="RailOptions.KeepMessages"/>, with the paths on which they could call back. Calls, their
/// receipts and what was booked stay.
/// </summary>
sealed class MessageSweeper(CallBook book, IOptions<RailOptions> options)
{
    const int AtOnce = 5_000,
        MostRounds = 200;

    public async Task Run(CancellationToken stop)
    {
        var before = book.Now - options.Value.KeepMessages;
        // Ids begin with their time, so what is old comes first.
        var values = new
        {
            before,
            bound = Guid.CreateVersion7(before),
            count = AtOnce,
        };
        await using var connection = await book.Open(stop);
        foreach (var sql in new[] { MessagesWriterSql, CallbacksWriterSql, TokensWriterSql })
        {
            for (var round = 0; round < MostRounds; round++)
            {
                if (
                    await connection.ExecuteAsync(new CommandDefinition(sql, values, commandTimeout: 120, cancellationToken: stop)) < AtOnce
                )
                    break;
            }
        }
    }

    const string MessagesWriterSql = """
        delete from payments.provider_messages m
         where m.id in (select o.id from payments.provider_messages o where o.id < @bound order by o.id limit @count)
        """;

    const string CallbacksWriterSql = """
        delete from payments.callbacks k
         where k.id in (select o.id from payments.callbacks o where o.id < @bound and o.status <> 'received' order by o.id limit @count)
        """;

    const string TokensWriterSql = """
        delete from payments.callback_tokens t
         where t.hash in (select o.hash from payments.callback_tokens o where o.made_at < @before order by o.made_at limit @count)
        """;
}
