using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Statements;

/// <summary>Finds the statement that a request names, and reads its lines.</summary>
sealed class StatementDesk(Database database, AccountDesk accounts)
{
    const int AtOnce = 1_000;

    /// <summary>One's own; staff sees every one of the book.</summary>
    public async Task<(Statement Statement, AccountRow Account, Refusal? Refusal)> See(HttpContext context, Guid id)
    {
        Statement? found;
        await using (var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted))
        {
            found = await connection.QuerySingleOrDefaultAsync<Statement>(
                new CommandDefinition(FindWriterSql, new { id }, cancellationToken: context.RequestAborted)
            );
        }

        // Who may see the account may see what was stated of it.
        if (found is not null && await accounts.See(context, found.AccountId) is { Refusal: null } seen)
            return (found, seen.Row, null);
        return (null!, null!, Refusals.NoSuchStatement.Because($"There is no statement {id}.", "statement"));
    }

    /// <summary>The lines in the order in which they were posted, as they are read: there may be very many.</summary>
    public async IAsyncEnumerable<StatementLine> Lines(
        Statement statement,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop
    )
    {
        var (balance, last) = (statement.OpeningBalance, (StatementLine?)null);
        while (true)
        {
            var page = await Page(statement, last, stop);
            foreach (var row in page)
            {
                last = row.After(balance);
                balance = last.Balance;
                yield return last;
            }

            if (page.Count < AtOnce)
                break;
        }

        // A file that does not add up is broken off rather than whole.
        if (balance != statement.ClosingBalance)
            throw new InvalidOperationException(
                $"The lines of statement {statement.Id} come to {balance} and not to {statement.ClosingBalance}."
            );
    }

    /// <summary>No connection is held while a slow reader takes what it was given.</summary>
    async Task<List<StatementLine>> Page(Statement statement, StatementLine? after, CancellationToken stop)
    {
        var values = new
        {
            account = statement.AccountId,
            start = statement.StartsAt,
            end = statement.EndsAt,
            time = after?.OccurredAt ?? statement.StartsAt,
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

    const string FindWriterSql = $"select {Statement.Columns} from accounts.statements s where s.id = @id";

    const string LinesWriterSql = """
        select a.id, a.occurred_at, a.type, a.side, a.amount, 0::numeric as balance, a.reference, a.description, a.counterparty, a.transaction_id,
               a.journal_row
          from accounts.activity a
         where a.account_id = @account and a.status = 'completed' and a.occurred_at >= @start and a.occurred_at < @end
           and (a.occurred_at, a.journal_row, a.id) > (@time, @row, @id)
         order by a.occurred_at, a.journal_row, a.id limit @count
        """;
}
