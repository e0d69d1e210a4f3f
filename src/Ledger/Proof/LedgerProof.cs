using Hazina.Ledger.Decisions;
using Hazina.Ledger.Proof.Exporting;
using Hazina.Ledger.Proof.Heads;
using Hazina.Ledger.Proof.Receipts;
using Hazina.Ledger.Proof.Verifying;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Ledger.Proof;

/// <summary>Proves a ledger from nothing but its journal, also while it is posting.</summary>
public static class LedgerProof
{
    /// <summary>
    /// Replays the journal from its first row, recomputes every balance, link and hash, and compares them with what is stored and with what was
    /// witnessed. Reads only, one moment of the database.
    /// </summary>
    /// <param name="database">Where the ledger is.</param>
    /// <param name="files">Keys and witnessed heads; what is found is noted there.</param>
    /// <param name="progress">Told after every few thousand rows.</param>
    /// <param name="cancel">Ends it early.</param>
    public static Task<VerifyReport> Verify(
        Database database,
        ProofFiles files,
        IProgress<VerifyProgress>? progress = null,
        CancellationToken cancel = default
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(files);
        return Task.Factory.StartNew(
            () => Run(database, files, progress, cancel),
            cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    /// <summary>The receipt of a transaction, as it is given without a server: with the key that servers sign with.</summary>
    /// <param name="database">Where the ledger is.</param>
    /// <param name="files">The key, and the heads that were witnessed. Where none was since the transaction's batch, the ledger's head is signed now.</param>
    /// <param name="transaction">Its id.</param>
    /// <returns>An indented JSON document in UTF-8; null where there is no such transaction.</returns>
    /// <exception cref="InvalidOperationException">It cannot be proved; the message says why.</exception>
    public static async Task<byte[]?> Receipt(Database database, ProofFiles files, Guid transaction)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(files);
        if (!File.Exists(files.KeyFile))
            throw new BrokenProofException(
                $"There is no key at {files.KeyFile}: a receipt is signed with the one that the server makes when it first starts."
            );
        using var key = HeadKey.Load(files.KeyFile);
        var source = database.Requests("ledger");
        return await new ReceiptWriter(source, key, batch => HeadFrom(source, files, key, batch)).Write(transaction, indented: true);
    }

    /// <summary>Checks a receipt without any ledger.</summary>
    /// <param name="document">The receipt, JSON in UTF-8.</param>
    /// <param name="publicKey">The ledger's public key in PEM, had from elsewhere than the receipt; null: the receipt's own must do.</param>
    public static ReceiptVerdict Check(ReadOnlyMemory<byte> document, string? publicKey = null) => ReceiptCheck.Run(document, publicKey);

    /// <summary>Writes a book's transactions out, in the order of the journal.</summary>
    /// <returns>How many transactions there were.</returns>
    /// <exception cref="InvalidOperationException">The book has no account.</exception>
    public static Task<long> Export(Database database, ExportFormat format, string book, TextWriter to, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(to);
        return Task.Factory.StartNew(
            () =>
            {
                var rows = new BookRows(database.Requests("ledger"), book);
                if (format == ExportFormat.Csv)
                {
                    var table = new CsvTable(to);
                    table.Begin();
                    return rows.ForEach(table.Write, cancel);
                }

                var journal = new HledgerJournal(to);
                journal.Begin(book);
                return rows.ForEach(journal.Write, cancel);
            },
            cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    static async Task<SignedHead?> HeadFrom(NpgsqlDataSource source, ProofFiles files, HeadKey key, long batch)
    {
        var file = new WitnessFile(files.WitnessFile);
        if (file.FirstFrom(batch, key.Id) is { } witnessed)
            return witnessed;
        await using var command = source.CreateCommand(HeadSql);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var head = new BatchHead(
            reader.GetInt64(0),
            reader.GetFieldValue<byte[]>(1),
            reader.GetInt64(2),
            reader.GetFieldValue<DateTimeOffset>(3)
        );
        var signed = key.Sign(reader.GetFieldValue<byte[]>(4), head, TimeProvider.System.GetUtcNow());
        file.Append(signed);
        return signed;
    }

    static VerifyReport Run(Database database, ProofFiles files, IProgress<VerifyProgress>? progress, CancellationToken cancel)
    {
        var keys = files.Keys();
        try
        {
            var findings = new Findings();
            using var witnessed = new WitnessedHeads(new WitnessFile(files.WitnessFile), keys, findings);
            using var verification = new Verification(database.Requests("ledger"), witnessed, findings, progress, cancel);
            var report = verification.Run();
            LastVerification.Write(files.VerifiedFile, report);
            return report;
        }
        finally
        {
            foreach (var key in keys.Values)
                key.Dispose();
        }
    }

    const string HeadSql = """
        select number, hash, last_row, recorded_at, (select hash from ledger.batches where number = 0)
        from ledger.batches order by number desc limit 1
        """;
}

/// <summary>What <see cref="LedgerProof.Export"/> writes.</summary>
public enum ExportFormat
{
    /// <summary>A journal for hledger, with a balance assertion at every posting.</summary>
    Hledger = 1,

    /// <summary>A table, a row each.</summary>
    Csv = 2,
}
