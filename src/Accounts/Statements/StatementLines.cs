using System.Runtime.CompilerServices;
using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts.Statements;

/// <summary>Reads what moved money on an account, in the order in which it was posted, each with the balance after it.</summary>
sealed class StatementLines(Database database)
{
    const int AtOnce = 1_000;

    /// <param name="opening">What was on the account before.</param>
    public async IAsyncEnumerable<StatementLine> Read(
        Guid account,
        DateTimeOffset start,
        DateTimeOffset end,
        decimal opening,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        var (balance, last) = (opening, (StatementLine?)null);
        while (true)
        {
            var page = await Page(account, start, end, last, stop);
            foreach (var row in page)
            {
                last = row.After(balance);
                balance = last.Balance;
                yield return last;
            }

            if (page.Count < AtOnce)
                break;
        }
    }

    /// <summary>No connection is held while a slow reader takes what it was given.</summary>
    async Task<List<StatementLine>> Page(
        Guid account,
        DateTimeOffset start,
        DateTimeOffset end,
        StatementLine? after,
        CancellationToken stop
    )
    {
        var values = new
        {
            account,
            start,
            end,
            time = after?.OccurredAt ?? start,
            row = after?.JournalRow ?? -1,
            id = after?.Id ?? Guid.Empty,
            count = AtOnce,
        };
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        return (
            await connection.QueryAsync<StatementLine>(
                new CommandDefinition(LinesWriterSql, values, commandTimeout: 120, cancellationToken: stop)
            )
        ).AsList();
    }

    const string LinesWriterSql = """
        select a.id, a.occurred_at, a.type, a.side, a.amount, 0::numeric as balance, a.reference, a.description, a.counterparty, a.transaction_id,
               a.journal_row
          from accounts.activity a
         where a.account_id = @account and a.status = 'completed' and a.occurred_at >= @start and a.occurred_at < @end
           and (a.occurred_at, a.journal_row, a.id) > (@time, @row, @id)
         order by a.occurred_at, a.journal_row, a.id limit @count
        """;
}
