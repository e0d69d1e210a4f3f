using Hazina.Ledger.Writing;
using Hazina.Platform.Postgres;
using Hazina.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>A real PostgreSQL with the ledger's tables and the trial module's; any number of servers on it; and a superuser who plays fate.</summary>
sealed class RealLedger : IAsyncDisposable
{
    static readonly Lock Gate = new();
    static readonly Dictionary<string, Task> Roles = [];

    readonly string owner;
    readonly IAsyncDisposable test;
    readonly List<Journal> journals = [];
    readonly List<Database> databases = [];
    readonly NpgsqlDataSource superuser;

    RealLedger(string owner, IAsyncDisposable test)
    {
        (this.owner, this.test) = (owner, test);
        superuser = NpgsqlDataSource.Create(owner + ";Pooling=false");
    }

    public static async Task<RealLedger> CreateAsync()
    {
        var fresh = await HazinaDatabase.CreateAsync();
        return await On(fresh.ConnectionString, fresh);
    }

    /// <summary>On a database that is migrated already.</summary>
    public static async Task<RealLedger> On(string owner, IAsyncDisposable test)
    {
        var ledger = new RealLedger(owner, test);
        Task role;
        var server = new NpgsqlConnectionStringBuilder(owner) { Database = "" }.ConnectionString;
        lock (Gate)
        {
            if (!Roles.TryGetValue(server, out role!))
                Roles.Add(server, role = ledger.Execute(TrialModule.RoleSql));
        }

        await role;
        await ledger.Execute(TrialModule.TablesSql);
        return ledger;
    }

    /// <summary>A server's journal, with cash and two wallets of 100 if nobody has opened them yet.</summary>
    public async Task<Journal> StartAsync(LedgerOptions? options = null, string settings = "")
    {
        var journal = new Journal(
            Open(settings),
            Options.Create(options ?? new LedgerOptions()),
            TimeProvider.System,
            NullLogger<Journal>.Instance
        );
        journals.Add(journal);
        await journal.StartAsync(CancellationToken.None);
        var opened = await journal.Post(Given.Opening(2)).WaitAsync(TimeSpan.FromSeconds(45)); // sooner than PostgreSQL ends who is idle
        Assert.True(opened.IsPosted, $"{opened}");
        return journal;
    }

    /// <summary>The writer's store alone, without a thread.</summary>
    public PostgresStore Store(LedgerOptions? options = null) => new(Open(), options ?? new LedgerOptions(), NullLogger.Instance);

    public Database Open(string settings = "")
    {
        var database = Database.Owned(owner + settings);
        databases.Add(database);
        return database;
    }

    public ValueTask<NpgsqlConnection> Superuser() => superuser.OpenConnectionAsync();

    public async Task Execute(string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> Ask<T>(string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public Task<long> Batches() => Ask<long>("select max(number) from ledger.batches");

    /// <summary>As if a standby that lacked the last batch, one of nothing but legs, had taken over.</summary>
    public async Task LoseLastBatch() =>
        await Execute(
            """
            set session_replication_role = replica;
            delete from ledger.journal where seq >= (select first_row from ledger.batches order by number desc limit 1);
            delete from ledger.book_batches where batch = (select max(number) from ledger.batches);
            delete from ledger.batches where number = (select max(number) from ledger.batches);
            """
        );

    /// <summary>What is on a wallet, by the journal's own rows.</summary>
    public Task<decimal> Balance(int wallet = 1) =>
        Ask<decimal>(
            $"""
            select coalesce((select balance_after from ledger.entries where account_id = '{Given.Wallet(
                wallet
            )}' order by seq desc limit 1), 0)
            """
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var journal in journals)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await journal.StopAsync(patience.Token);
            journal.Dispose();
        }

        foreach (var database in databases)
            await database.DisposeAsync();
        await superuser.DisposeAsync();
        await test.DisposeAsync();
    }
}
