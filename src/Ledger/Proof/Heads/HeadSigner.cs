using Hazina.Ledger.Decisions;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Ledger.Proof.Heads;

/// <summary>
/// Signs the newest head every few seconds when there is a new one, and when the server stops, and gives it to the witnesses. The head is the one in
/// the writer's memory, which nobody who changes the database can change.
/// </summary>
sealed partial class HeadSigner : BackgroundService
{
    /// <summary>A receipt has to name every batch up to the next signed head: under load there is one at least this often.</summary>
    const long BatchesBetween = 1_000;

    readonly Journal journal;
    readonly Database database;
    readonly TimeProvider clock;
    readonly ILogger<HeadSigner> logger;
    readonly ProofOptions options;
    readonly ProofFiles? files;
    readonly WebhookWitness? webhook;
    readonly SemaphoreSlim signing = new(1, 1);
    HeadKey? key;
    WitnessFile? file;
    byte[]? ledger;
    SignedHead? last;

    public HeadSigner(
        Journal journal,
        Database database,
        IOptions<LedgerOptions> options,
        ProofPlaces places,
        TimeProvider clock,
        ILogger<HeadSigner> logger
    )
    {
        (this.journal, this.database, this.clock, this.logger) = (journal, database, clock, logger);
        this.options = options.Value.Proof;
        files = places.Files;
        webhook = this.options.Webhook is { } address ? new WebhookWitness(address, clock, logger) : null;
    }

    /// <summary>The last head that this process has signed; null before the first, or where there is no key.</summary>
    public SignedHead? Last => Volatile.Read(ref last);

    /// <summary>What everybody may check with; null where nothing is signed.</summary>
    public HeadKey? Key => key;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (files is null)
        {
            NotSigned(logger);
        }
        else
        {
            key = HeadKey.LoadOrCreate(files.KeyFile);
            file = new WitnessFile(files.WitnessFile);
            Ready(logger, key.Id, files.WitnessFile);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>After the journal, which is stopped before this: the last batch of all is signed too.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (key is not null)
            await TrySign(CancellationToken.None);
        if (webhook is not null)
            await webhook.Stop(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        key?.Dispose();
        webhook?.Dispose();
        signing.Dispose();
    }

    /// <summary>Signs the head of this moment, unless that is done already.</summary>
    /// <returns>The newest signed head; null where nothing is signed, or the journal is not read yet.</returns>
    public async Task<SignedHead?> Sign(CancellationToken cancel)
    {
        if (key is null || journal.State is not { } state)
            return null;
        await signing.WaitAsync(cancel);
        try
        {
            BatchHead head;
            lock (state.Gate)
                head = state.Head;
            if (last is { } done && done.Batch >= head.Number)
                return done;
            var signed = key.Sign(ledger ??= await Genesis(cancel), head, clock.GetUtcNow());
            file!.Append(signed);
            Witnessed(logger, signed.Batch, signed.Hash, signed.LastRow, signed.Key, signed.Signature!);
            webhook?.Send(signed);
            Volatile.Write(ref last, signed);
            return signed;
        }
        finally
        {
            signing.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (key is null)
            return;
        await CompareWithLast(stoppingToken);
        Task? busy = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            if (journal.State is not null)
                await TrySign(stoppingToken);
            busy = busy is { IsCompleted: false } ? busy : journal.Reached((last?.Batch ?? 0) + BatchesBetween, CancellationToken.None);
            await Task.WhenAny(busy, Task.Delay(options.SignEvery, clock, stoppingToken));
        }

        // The journal lets its waiters go when it ends.
        _ = busy?.ContinueWith(t => t.Exception, TaskScheduler.Default);
    }

    async Task TrySign(CancellationToken cancel)
    {
        try
        {
            await Sign(cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NpgsqlException or TimeoutException)
        {
            CannotWitness(logger, e);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The server stops; the last head is signed there.
        }
    }

    /// <summary>The cheapest proof of all, at every start: what was witnessed last is still there.</summary>
    async Task CompareWithLast(CancellationToken cancel)
    {
        try
        {
            if (file!.Last() is not { } witnessed)
                return;
            await using var command = database.Requests("ledger").CreateCommand(HashSql);
            command.Parameters.Add(new NpgsqlParameter { Value = witnessed.Batch });
            var stored = await command.ExecuteScalarAsync(cancel) is byte[] hash ? Convert.ToHexStringLower(hash) : "nothing";
            if (stored != witnessed.Hash || witnessed.Ledger != Convert.ToHexStringLower(await Genesis(cancel)))
                Differs(logger, witnessed.Batch, witnessed.SignedAt, witnessed.Hash, stored, file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NpgsqlException)
        {
            CannotWitness(logger, e);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    async Task<byte[]> Genesis(CancellationToken cancel)
    {
        await using var command = database.Requests("ledger").CreateCommand(GenesisSql);
        return (byte[])(await command.ExecuteScalarAsync(cancel))!;
    }

    [LoggerMessage(2301, LogLevel.Information, "Heads are signed with the key {Key} and witnessed in {File}")]
    static partial void Ready(ILogger logger, string key, string file);

    [LoggerMessage(
        2302,
        LogLevel.Warning,
        "Heads are not signed: neither data nor Ledger:Proof:KeyFile and Ledger:Proof:WitnessFile are set"
    )]
    static partial void NotSigned(ILogger logger);

    [LoggerMessage(2303, LogLevel.Information, "Batch {Batch} has the hash {Hash}, up to row {Row}; signed by {Key}: {Signature}")]
    static partial void Witnessed(ILogger logger, long batch, string hash, long row, string key, string signature);

    [LoggerMessage(2304, LogLevel.Error, "The head cannot be witnessed; it is tried again")]
    static partial void CannotWitness(ILogger logger, Exception e);

    [LoggerMessage(
        2305,
        LogLevel.Critical,
        "Batch {Batch} was witnessed at {SignedAt} with the hash {Witnessed}, but the database has {Stored}. It is not the ledger that was "
            + "witnessed, or it lost or "
            + "changed something since: run 'hazina ledger verify'. If another database was meant to be here, move {File} away"
    )]
    static partial void Differs(ILogger logger, long batch, string signedAt, string witnessed, string stored, string file);

    const string GenesisSql = "select hash from ledger.batches where number = 0";

    const string HashSql = "select hash from ledger.batches where number = $1";
}
