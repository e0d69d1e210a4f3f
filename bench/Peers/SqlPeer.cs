using Npgsql;

namespace Hazina.Bench.Peers;

/// <summary>A ledger written in SQL as its best: the tables of <c>tables.sql</c> in a schema of its own, and a way of posting into them.</summary>
/// <param name="name">Its name; also its schema's.</param>
/// <param name="functions">The file that makes its functions, where it has any.</param>
/// <param name="what">What it does, for the table.</param>
/// <param name="callers">How many call at the same time.</param>
abstract class SqlPeer(string name, string? functions, string what, int callers) : Workload(name, "PostgreSQL", what, callers)
{
    readonly string schema = name.Replace('-', '_');
    NpgsqlDataSource? source;

    /// <summary>Leads into its schema.</summary>
    protected string ConnectionString { get; private set; } = "";

    protected NpgsqlDataSource Source => source ?? throw new InvalidOperationException("Prepare comes first.");

    public override async Task Prepare(string connectionString, CancellationToken stop)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = schema, CommandTimeout = 60 };
        ConnectionString = settings.ConnectionString;
        source = NpgsqlDataSource.Create(settings);
        var sql = $"create schema {schema};" + Resource("tables.sql") + SeedSql;
        if (functions is not null)
            sql += Resource(functions);
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }

    public override async Task Check(long acknowledged, CancellationToken stop)
    {
        await using var command = Source.CreateCommand(CheckSql);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var (transactions, entries, wrong) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        var conserved = reader.GetDecimal(3) == Traffic.Accounts * Traffic.Opening;
        if (transactions != acknowledged || entries != 2 * acknowledged || wrong != 0 || !conserved)
            throw new InvalidOperationException(
                $"{Name} acknowledged {acknowledged} and holds {transactions} transactions, {entries} entries, {wrong} wrong balances."
            );
    }

    public override async ValueTask DisposeAsync()
    {
        if (source is not null)
            await source.DisposeAsync();
    }

    /// <summary>The text of a file of <c>peers/</c>.</summary>
    public static string Resource(string file)
    {
        using var stream = typeof(SqlPeer).Assembly.GetManifestResourceStream(file) ?? throw new FileNotFoundException(file);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    static readonly string SeedSql = $"""
        insert into accounts (id, balance) select n, {Traffic.Opening:F0} from generate_series(1, {Traffic.Accounts}) n;
        analyze accounts;
        """;

    const string CheckSql = $"""
        select (select count(*) from transactions), (select count(*) from entries),
            (select count(*) from accounts a
             left join (select account, sum(amount) as moved, count(*) as events from entries group by account) e on e.account = a.id
             where a.balance <> 1000000000 + coalesce(e.moved, 0) or a.version <> coalesce(e.events, 0)),
            (select sum(balance) from accounts)
        """;
}
