using Hazina.Ledger.Decisions;
using Hazina.Ledger.Proof;
using Hazina.Ledger.Proof.Heads;
using Hazina.Money;
using Hazina.Platform.Postgres;
using Hazina.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Ledger.Tests.Proof;

/// <summary>A ledger of its own on a real PostgreSQL, with a key and a witness file; and a superuser who tampers with it.</summary>
sealed class ProvenLedger : IAsyncDisposable
{
    readonly TestDatabase test;
    readonly TemporaryFolder folder = new();

    ProvenLedger(TestDatabase test)
    {
        this.test = test;
        Database = Database.Owned(test.ConnectionString);
        Files = ProofFiles.In(folder.Path);
    }

    public static Currency Kes { get; } = Currency.Of("KES");

    public Database Database { get; }

    public ProofFiles Files { get; }

    public Journal Journal { get; private set; } = null!;

    /// <summary>Snapshots come every few rows, so that there are some.</summary>
    public static async Task<ProvenLedger> StartAsync(LedgerOptions? options = null)
    {
        var ledger = new ProvenLedger(await HazinaDatabase.CreateAsync());
        options ??= new LedgerOptions { SnapshotEvents = 4, CheckpointRows = 50 };
        ledger.Journal = new Journal(ledger.Database, Options.Create(options), TimeProvider.System, NullLogger<Journal>.Instance);
        await ledger.Journal.StartAsync(CancellationToken.None);
        return ledger;
    }

    /// <summary>A ledger that has seen everything, at rest.</summary>
    public static async Task<ProvenLedger> WithHistoryAsync(ulong seed = 7, int postings = 300)
    {
        var ledger = await StartAsync();
        await AnyHistory.PostAsync(ledger.Journal, seed, postings);
        await ledger.StopAsync();
        return ledger;
    }

    public Task StopAsync() => Journal.StopAsync(CancellationToken.None);

    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress = null) => LedgerProof.Verify(Database, Files, progress);

    /// <summary>Signs the head of the database and writes it to the witness file.</summary>
    public async Task<SignedHead> WitnessAsync()
    {
        using var key = HeadKey.LoadOrCreate(Files.KeyFile);
        var signed = key.Sign(
            await AskAsync<byte[]>("select hash from ledger.batches where number = 0"),
            await HeadAsync(),
            DateTimeOffset.UtcNow
        );
        new WitnessFile(Files.WitnessFile).Append(signed);
        return signed;
    }

    public async Task<BatchHead> HeadAsync()
    {
        await using var command = Owner()
            .CreateCommand("select number, hash, last_row, recorded_at from ledger.batches order by number desc limit 1");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new BatchHead(
            reader.GetInt64(0),
            reader.GetFieldValue<byte[]>(1),
            reader.GetInt64(2),
            reader.GetFieldValue<DateTimeOffset>(3)
        );
    }

    /// <summary>As a superuser who has switched the triggers off; must touch at least one row.</summary>
    public async Task TamperAsync(string sql)
    {
        await using var connection = await Owner().OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"set session_replication_role = replica; {sql}", connection);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = Owner().CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public NpgsqlDataSource Owner() => owner ??= NpgsqlDataSource.Create(test.ConnectionString + ";Pooling=false");

    NpgsqlDataSource? owner;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Journal.Dispose();
        await Database.DisposeAsync();
        await (owner?.DisposeAsync() ?? ValueTask.CompletedTask);
        await test.DisposeAsync();
        folder.Dispose();
    }
}
