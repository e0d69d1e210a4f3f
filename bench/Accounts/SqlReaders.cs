using Npgsql;

namespace Hazina.Bench.Accounts;

/// <summary>A balance read as it is where balances are columns: by one prepared statement, on a connection of the caller's own.</summary>
sealed class SqlBalanceReader(string connectionString, Guid account) : ICaller
{
    NpgsqlConnection? connection;
    NpgsqlCommand? command;

    public async Task<int> Call()
    {
        if (command is null)
        {
            connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            command = new NpgsqlCommand(BalanceSql, connection);
            command.Parameters.Add(new NpgsqlParameter { Value = account });
            await command.PrepareAsync();
        }

        _ = await command.ExecuteScalarAsync() ?? throw new InvalidOperationException("The account has gone.");
        return 1;
    }

    public async ValueTask DisposeAsync()
    {
        if (command is not null)
            await command.DisposeAsync();
        if (connection is not null)
            await connection.DisposeAsync();
    }

    const string BalanceSql = "select credits - debits from ledger.accounts where id = $1";
}

/// <summary>A page in the middle of a list as it is where rows are counted off: by the same table and index, without a server in front of it.</summary>
sealed class OffsetReader(string connectionString, Guid account, int offset) : IAsyncDisposable
{
    readonly NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = true });

    /// <summary>The first entry's id.</summary>
    public async Task<Guid> First()
    {
        await using var command = source.CreateCommand(PageSql);
        command.Parameters.Add(new NpgsqlParameter { Value = account });
        command.Parameters.Add(new NpgsqlParameter { Value = offset });
        await using var reader = await command.ExecuteReaderAsync();
        Guid? first = null;
        while (await reader.ReadAsync())
            first ??= reader.GetGuid(0);
        return first ?? throw new InvalidOperationException("The list is not that long.");
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    const string PageSql = """
        select a.id, a.type, a.status, a.side, a.amount, a.balance_after, a.category, a.reference, a.description, a.counterparty, a.occurred_at
          from accounts.activity a where a.account_id = $1
         order by a.occurred_at desc, a.journal_row desc, a.id desc offset $2 limit 50
        """;
}
