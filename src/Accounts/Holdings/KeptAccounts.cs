using Dapper;
using Hazina.Ledger;
using Hazina.Platform.Caching;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts.Holdings;

/// <summary>
/// Accounts as they are shown, kept in the <see cref="Cache"/> under <c>account:{id}</c> for half an hour: all but the balance, which is the ledger's. Whose
/// an account is never changes, so who may see it can be told from here; what may be done with it is asked of the tables.
/// </summary>
sealed class KeptAccounts(Cache cache, Database database, Books books)
{
    static readonly TimeSpan Length = TimeSpan.FromMinutes(30);

    /// <summary>Whoever's it is; null when the book has none with this id.</summary>
    public async Task<AccountRow?> Find(string book, Guid id, CancellationToken stop)
    {
        // Of ids that the ledger does not know nothing is kept: anybody could make up a great many.
        var kept =
            books.Find(book, [id]).Count == 0 ? await Read(id, stop) : await cache.Read(KeyOf(id), Length, () => Read(id, stop), stop);
        return kept.Row is { } row && row.Book == book ? row : null;
    }

    /// <summary>In the transaction that changes something of these accounts.</summary>
    public ValueTask Changes(params IEnumerable<Guid> accounts) => cache.Remove([.. accounts.Select(KeyOf)]);

    /// <summary>For what changes with a posting, whose commit is the ledger's: what is kept goes before it, and again after it.</summary>
    public async Task<Outcome> While(Guid account, Func<Task<Outcome>> post)
    {
        await Changes(account);
        try
        {
            return await post();
        }
        finally
        {
            await Changes(account);
        }
    }

    async Task<Kept> Read(Guid id, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        return new Kept(
            await connection.QuerySingleOrDefaultAsync<AccountRow>(
                new CommandDefinition(FindWriterSql, new { id }, cancellationToken: stop)
            )
        );
    }

    static string KeyOf(Guid account) => $"account:{account}";

    /// <param name="Row">Null: a ledger account that is nobody's, and never will be.</param>
    sealed record Kept(AccountRow? Row);

    const string FindWriterSql = $"select {AccountRow.Columns} from accounts.accounts a where a.id = @id";
}
