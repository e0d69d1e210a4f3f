using Hazina.Ledger.Writing;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>Follows the chain of batches from the genesis, and cuts it into slices.</summary>
sealed class Planner(NpgsqlConnection connection, WitnessedHeads witnessed, Findings findings)
{
    /// <summary>Enough rows that a slice is worth its queries, few enough that several of them fit into memory.</summary>
    const int RowsInSlice = 16_384;

    const int BatchesInSlice = 4_096;

    public long Batches { get; private set; }

    public long Refusals { get; private set; }

    /// <summary>The last batch there is; null before the chain was read.</summary>
    public StoredHead? Last { get; private set; }

    /// <summary>The genesis.</summary>
    /// <exception cref="InvalidOperationException">There is no ledger.</exception>
    public StoredHead Genesis()
    {
        using var command = new NpgsqlCommand(GenesisSql, connection);
        using var reader = command.ExecuteReader();
        if (!reader.Read())
            throw new InvalidOperationException("The ledger has no batches, not even the genesis.");
        var genesis = Read(reader, follows: true);
        var header = genesis.Header;
        if (header.Number != 0)
            Tell(header.Number, $"The chain begins with batch {header.Number}; those before it are missing.");
        else if (
            header.LastRow != 0
            || !genesis
                .Hash.AsSpan()
                .SequenceEqual(System.Security.Cryptography.SHA256.HashData(header.Attempt.ToByteArray(bigEndian: true)))
        )
            Tell(0, "Batch 0, the genesis, is not as every ledger begins.");
        witnessed.Reached(0, genesis.Hash);
        return Last = genesis;
    }

    /// <summary>The batches after the genesis.</summary>
    public IEnumerable<Slice> Slices()
    {
        var batches = new List<StoredHead>();
        var rows = 0L;
        using var command = new NpgsqlCommand(BatchesSql, connection) { CommandTimeout = 0 };
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var batch = Follow(Read(reader, follows: true));
            batches.Add(batch);
            rows += batch.Header.LastRow - batch.Header.FirstRow + 1;
            if (rows < RowsInSlice && batches.Count < BatchesInSlice)
                continue;
            yield return new Slice(batches);
            batches = [];
            rows = 0;
        }

        if (batches.Count > 0)
            yield return new Slice(batches);
    }

    StoredHead Follow(StoredHead batch)
    {
        var last = Last!;
        var (header, before) = (batch.Header, last.Header);
        var follows = true;
        if (header.Number != before.Number + 1)
        {
            Tell(
                before.Number + 1,
                header.Number == before.Number + 2
                    ? $"Batch {before.Number + 1} is missing."
                    : $"Batches {before.Number + 1} to {header.Number - 1} are missing."
            );
            follows = false;
        }
        else if (!batch.PreviousHash.AsSpan().SequenceEqual(last.Hash))
        {
            Tell(
                header.Number,
                $"Batch {header.Number} does not name the hash of batch {before.Number} as the one before it: one of the two was changed."
            );
        }

        if (follows && header.FirstRow != before.LastRow + 1)
        {
            Tell(
                header.Number,
                $"Batch {header.Number} begins at row {header.FirstRow}, but batch {before.Number} ends at row {before.LastRow}."
            );
            follows = false;
        }

        if (header.RecordedAt < before.RecordedAt)
            Tell(header.Number, $"Batch {header.Number} is of an earlier time than the one before it.");
        witnessed.Reached(header.Number, batch.Hash);
        Batches++;
        Refusals += header.Refusals;
        return Last = batch with { Follows = follows };
    }

    void Tell(long batch, string what) => findings.Add(FindingKind.Chain, batch, null, what);

    public static StoredHead Read(NpgsqlDataReader reader, bool follows) =>
        new(
            PostgresStore.ReadHeader(reader),
            reader.GetFieldValue<byte[]>(10),
            reader.GetFieldValue<byte[]>(11),
            reader.GetFieldValue<byte[]>(12),
            follows
        );

    public const string Columns =
        "number, format, first_row, last_row, transactions, refusals, bulks, node, attempt, recorded_at, previous_hash, root, hash";

    const string GenesisSql = $"select {Columns} from ledger.batches order by number limit 1";

    const string BatchesSql = $"""
        select {Columns} from ledger.batches where number > (select min(number) from ledger.batches) order by number
        """;
}
