using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Statements;

/// <summary>Finds the statement that a request names, and reads its lines.</summary>
sealed class StatementDesk(Database database, AccountDesk accounts)
{
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
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var balance = statement.OpeningBalance;
        var values = new
        {
            account = statement.AccountId,
            start = statement.StartsAt,
            end = statement.EndsAt,
        };
        await foreach (
            var row in connection.QueryUnbufferedAsync<StatementLine>(LinesWriterSql, values, commandTimeout: 300).WithCancellation(stop)
        )
        {
            var line = row.After(balance);
            balance = line.Balance;
            yield return line;
        }

        // A file that does not add up is broken off rather than whole.
        if (balance != statement.ClosingBalance)
            throw new InvalidOperationException(
                $"The lines of statement {statement.Id} come to {balance} and not to {statement.ClosingBalance}."
            );
    }

    const string FindWriterSql = $"select {Statement.Columns} from accounts.statements s where s.id = @id";

    const string LinesWriterSql = """
        select a.id, a.occurred_at, a.type, a.side, a.amount, 0::numeric as balance, a.reference, a.description, a.counterparty, a.transaction_id
          from accounts.activity a
         where a.account_id = @account and a.status = 'completed' and a.occurred_at >= @start and a.occurred_at < @end
         order by a.occurred_at, a.journal_row, a.id
        """;
}
