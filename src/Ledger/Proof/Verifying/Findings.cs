namespace Hazina.Ledger.Proof.Verifying;

/// <summary>What was found broken, by several threads at once; told in the order of the journal.</summary>
sealed class Findings
{
    /// <summary>A broken ledger may be broken in a million places; the first ones tell.</summary>
    const int Kept = 500;

    readonly Lock gate = new();
    readonly List<Finding> found = [];

    public int Count { get; private set; }

    public bool Any => Count > 0;

    public void Add(FindingKind kind, long? batch, long? row, string what)
    {
        lock (gate)
        {
            Count++;
            if (found.Count < Kept)
                found.Add(new Finding(kind, batch, row, what));
        }
    }

    /// <summary>The first of each place first: rows before the hashes over them, the journal before what follows from it.</summary>
    public IReadOnlyList<Finding> InOrder()
    {
        lock (gate)
        {
            return
            [
                .. found
                    .OrderBy(f => f.Batch is null && f.Row is null)
                    .ThenBy(f => f.Batch ?? long.MaxValue)
                    .ThenBy(f => f.Kind)
                    .ThenBy(f => f.Row ?? long.MaxValue),
            ];
        }
    }
}
