using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>One moment of the database (REPEATABLE READ, read-only), seen through as many connections as are wanted.</summary>
sealed class Snapshot : IDisposable
{
    readonly NpgsqlDataSource source;
    readonly NpgsqlConnection first;
    readonly NpgsqlTransaction transaction;
    readonly string name;

    public Snapshot(NpgsqlDataSource source)
    {
        this.source = source;
        first = source.OpenConnection();
        try
        {
            transaction = Begin(first, importing: null);
            name = (string)new NpgsqlCommand(ExportSql, first).ExecuteScalar()!;
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>A connection of one's own that sees this moment; to be disposed by whoever asked.</summary>
    public NpgsqlConnection Join()
    {
        var connection = source.OpenConnection();
        try
        {
            Begin(connection, name);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        transaction.Dispose();
        first.Dispose();
    }

    static NpgsqlTransaction Begin(NpgsqlConnection connection, string? importing)
    {
        var begun = connection.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        using var command = new NpgsqlCommand(
            importing is null ? BeginSql : $"set transaction snapshot '{importing}'; {BeginSql}",
            connection
        );
        command.ExecuteNonQuery();
        return begun;
    }

    // A connection waits while the others work; a sort may take its time.
    const string BeginSql = """
        set transaction read only;
        set local idle_in_transaction_session_timeout = 0;
        set local statement_timeout = 0;
        set local cursor_tuple_fraction = 1
        """;

    const string ExportSql = "select pg_export_snapshot()";
}

/// <summary>Rows of a query in its order, read a few thousand at a time, the next one in view.</summary>
sealed class RowsInOrder<T>
    where T : class
{
    const int AtOnce = 4_000;

    readonly NpgsqlConnection connection;
    readonly string name;
    readonly Func<NpgsqlDataReader, T> read;
    readonly Queue<T> fetched = new(AtOnce);
    bool isAtEnd;

    /// <param name="connection">May serve several of these.</param>
    /// <param name="name">Of the cursor, unique on the connection.</param>
    /// <param name="sql">The query, without parameters.</param>
    /// <param name="read">Reads a row.</param>
    public RowsInOrder(NpgsqlConnection connection, string name, string sql, Func<NpgsqlDataReader, T> read)
    {
        (this.connection, this.name, this.read) = (connection, name, read);
        using var command = new NpgsqlCommand(DeclareSql(name, sql), connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }

    /// <summary>The next row, which stays the next one; null at the end.</summary>
    public T? Peek()
    {
        if (fetched.Count == 0 && !isAtEnd)
            Fetch();
        return fetched.TryPeek(out var next) ? next : null;
    }

    public void Skip() => fetched.Dequeue();

    void Fetch()
    {
        using var command = new NpgsqlCommand(FetchSql(name), connection) { CommandTimeout = 0 };
        using var reader = command.ExecuteReader();
        while (reader.Read())
            fetched.Enqueue(read(reader));
        isAtEnd = fetched.Count < AtOnce;
    }

    static string DeclareSql(string name, string sql) => $"declare {name} no scroll cursor for {sql}";

    static string FetchSql(string name) => $"fetch forward {AtOnce} from {name}";
}
