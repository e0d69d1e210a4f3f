using System.Security.Cryptography;
using Hazina.Ledger.Proof.Heads;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>
/// Compares the chain with what was witnessed outside of the database: who rewrites all of it, hashes included, cannot rewrite that. The file is
/// read in step with the chain.
/// </summary>
sealed class WitnessedHeads(WitnessFile? file, IReadOnlyDictionary<string, ECDsa> keys, Findings findings) : IDisposable
{
    /// <summary>A restored ledger starts over at a lower number; more out of order than this are not remembered one by one.</summary>
    const int LateKept = 100_000;

    readonly IEnumerator<WitnessLine> lines = (file?.Read() ?? []).GetEnumerator();
    readonly List<SignedHead> late = [];
    readonly HashSet<string> unknownKeys = [];
    string ledger = "";
    SignedHead? next;
    int torn;

    public long Compared { get; private set; }

    /// <summary>The chain has this batch. Called in their order, the genesis first.</summary>
    public void Reached(long batch, byte[] hash)
    {
        if (batch == 0)
        {
            ledger = Convert.ToHexStringLower(hash);
            MoveNext();
        }

        for (; next is { } head && head.Batch <= batch; MoveNext())
        {
            if (head.Batch == batch)
                Compare(head, hash);
            else if (late.Count < LateKept)
                late.Add(head);
        }
    }

    /// <summary>What is left once the chain has ended.</summary>
    public void CompareAtEnd(NpgsqlConnection connection, long lastBatch)
    {
        SignedHead? furthest = null;
        for (; next is { } head; MoveNext())
        {
            if (head.Batch > lastBatch)
                furthest = furthest is null || head.Batch > furthest.Batch ? head : furthest;
            else if (late.Count < LateKept)
                late.Add(head);
        }

        if (furthest is not null && IsOurs(furthest))
        {
            findings.Add(
                FindingKind.Lost,
                lastBatch + 1,
                null,
                $"Batch {furthest.Batch} with row {furthest.LastRow} was witnessed at {furthest.SignedAt}, but the journal ends with batch "
                    + $"{lastBatch}: batches "
                    + $"{lastBatch + 1} to {furthest.Batch} are lost."
            );
        }

        CompareLate(connection);
    }

    /// <summary>What was not checked, and why.</summary>
    public IEnumerable<string> Remarks()
    {
        if (file is null)
            yield return "No file of witnessed heads was given: whoever rewrites the whole chain is not found.";
        else if (!File.Exists(file.Path))
            yield return $"There are no witnessed heads at {file.Path}: whoever rewrites the whole chain is not found.";
        if (torn > 0)
            yield return $"{torn} lines of {file!.Path} are torn, as a crash leaves them.";
        if (unknownKeys.Count > 0)
            yield return $"Heads signed by the keys {string.Join(", ", unknownKeys.Order())} were compared, but their signatures were not "
                + $"checked: these public keys are not at hand.";
    }

    public void Dispose() => lines.Dispose();

    void CompareLate(NpgsqlConnection connection)
    {
        if (late.Count == 0)
            return;
        var hashes = new Dictionary<long, byte[]>();
        using (
            var command = new NpgsqlCommand(HashesSql, connection)
            {
                CommandTimeout = 0,
                Parameters = { new() { Value = late.Select(h => h.Batch).Distinct().ToArray() } },
            }
        )
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
                hashes[reader.GetInt64(0)] = reader.GetFieldValue<byte[]>(1);
        }

        foreach (var head in late)
            Compare(head, hashes.GetValueOrDefault(head.Batch) ?? []);
    }

    void Compare(SignedHead head, byte[] hash)
    {
        Compared++;
        if (!IsOurs(head) || head.Hash == Convert.ToHexStringLower(hash))
            return;
        findings.Add(
            FindingKind.Witness,
            head.Batch,
            null,
            $"Batch {head.Batch} was witnessed at {head.SignedAt} with the hash {Short(head.Hash)}, but the journal has "
                + $"{(hash.Length == 0 ? "no such batch" : Short(Convert.ToHexStringLower(hash)))}: it was rewritten since, in this batch or before it."
        );
    }

    /// <summary>Whether it is signed, by a key that is known or is not at hand, and speaks of this ledger.</summary>
    bool IsOurs(SignedHead head)
    {
        if (!keys.TryGetValue(head.Key, out var key))
        {
            unknownKeys.Add(head.Key);
        }
        else if (!head.IsSignedBy(key))
        {
            findings.Add(
                FindingKind.Witness,
                head.Batch,
                null,
                $"The witnessed head of batch {head.Batch} is not signed by the key {head.Key} that it names: the file of heads was changed."
            );
            return false;
        }

        if (head.Ledger == ledger)
            return true;
        findings.Add(
            FindingKind.Witness,
            head.Batch,
            null,
            $"The head of batch {head.Batch}, witnessed at {head.SignedAt}, is one of another ledger ({Short(head.Ledger)}; this one is "
                + $"{Short(ledger)}): the database is not "
                + "the one that was witnessed."
        );
        return false;
    }

    static string Short(string hash) => hash.Length > 12 ? hash[..12] + "…" : hash;

    void MoveNext()
    {
        next = null;
        while (next is null && lines.MoveNext())
        {
            next = lines.Current.Head;
            if (next is null && lines.Current.IsTorn)
                torn++;
            else if (next is null)
                findings.Add(
                    FindingKind.Witness,
                    null,
                    null,
                    $"Line {lines.Current.Line} of {file!.Path} is no signed head: the file was changed."
                );
        }
    }

    const string HashesSql = "select number, hash from ledger.batches where number = any($1)";
}
