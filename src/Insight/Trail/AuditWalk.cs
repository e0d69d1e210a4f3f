namespace Hazina.Insight.Trail;

/// <summary>Follows the chain from entry to entry, and remembers where it does not hold.</summary>
/// <param name="known">An entry that was noted earlier; null: none was.</param>
sealed class AuditWalk(AuditMark? known)
{
    long number;
    byte[] hash = AuditRow.Beginning;
    long erased;
    long broken;
    string? first;
    bool wasKnownMet = known is null || known.Number == 0;

    public long Entries { get; private set; }

    public void Take(AuditRow row)
    {
        Entries++;
        if (row.IsOriginErased)
            erased++;
        if (row.Number == number)
            Break($"Entry {row.Number} is there twice.");
        else if (row.Number != number + 1)
            Break(number + 2 == row.Number ? $"Entry {number + 1} is missing." : $"Entries {number + 1} to {row.Number - 1} are missing.");
        else if (!row.PreviousHash.AsSpan().SequenceEqual(hash))
            Break($"Entry {row.Number} does not follow the entry before it: one of the two was changed.");
        if (row.Fault() is { } fault)
            Break($"Entry {row.Number} was changed: {fault}.");
        if (known is not null && row.Number == known.Number)
        {
            wasKnownMet = true;
            if (!string.Equals(Convert.ToHexString(row.Hash), known.Hash, StringComparison.OrdinalIgnoreCase))
                Break($"Entry {row.Number} is not the one that was noted.");
        }

        // From here on by what is stored: one entry that was changed is one break, not as many as follow.
        (number, hash) = (row.Number, row.Hash);
    }

    public AuditReport End(AuditMark head)
    {
        if (head.Number != number || !string.Equals(Convert.ToHexString(hash), head.Hash, StringComparison.OrdinalIgnoreCase))
            Break($"The last entry is {number}, and the head says {head.Number}: entries are missing at the end, or were added past it.");
        if (!wasKnownMet)
            Break($"Entry {known!.Number}, which was noted, is missing.");
        return new AuditReport(Entries, erased, broken, first, head);
    }

    void Break(string what)
    {
        broken++;
        first ??= what;
    }
}
