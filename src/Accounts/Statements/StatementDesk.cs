using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Statements;

/// <summary>Finds the statement that a request names, and proves its lines while they are read.</summary>
sealed class StatementDesk(Database database, AccountDesk accounts, StatementLines lines)
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
    /// <exception cref="InvalidOperationException">At their end: they are not what was stated. A file of them is broken off.</exception>
    public async IAsyncEnumerable<StatementLine> Lines(
        Statement statement,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop
    )
    {
        using var digest = new StatementDigest(statement.OpeningBalance);
        var balance = statement.OpeningBalance;
        await foreach (var line in lines.Read(statement.AccountId, statement.StartsAt, statement.EndsAt, balance, stop))
        {
            balance = line.Balance;
            digest.Add(line);
            yield return line;
        }

        if (balance != statement.ClosingBalance)
            throw new InvalidOperationException(
                $"The lines of statement {statement.Id} come to {balance} and not to {statement.ClosingBalance}."
            );
        if (statement.LinesSha256 is { } stated && !stated.AsSpan().SequenceEqual(digest.Value()))
            throw new InvalidOperationException($"The lines of statement {statement.Id} are not those that were stated.");
    }

    const string FindWriterSql = $"select {Statement.Columns} from accounts.statements s where s.id = @id";
}
