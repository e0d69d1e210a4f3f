using System.Globalization;

namespace Hazina.Payments.Reconciliation;

/// <summary>
/// Adds a statement up while it is read, in whichever order its lines stand: opening and in less out is closing, and each line's balance is the one before it
/// and what it moved.
/// </summary>
sealed class RunningSum
{
    StatementLine? before;
    decimal? firstBalance,
        firstChange,
        lastBalance,
        lastChange;
    int fallsAt, // the line where it does not add up if the oldest is first
        risesAt; // … if the newest is
    bool isEverShown,
        isEverMissing;

    public int Count { get; private set; }

    public decimal PaidIn { get; private set; }

    public decimal Withdrawn { get; private set; }

    public DateTimeOffset? First { get; private set; }

    public DateTimeOffset? Last { get; private set; }

    public int FirstLine { get; private set; }

    public int LastLine { get; private set; }

    /// <summary>Whether the newest line stands first.</summary>
    bool IsNewestFirst => fallsAt > 0 && risesAt == 0;

    public void Add(StatementLine line)
    {
        Count++;
        if (First is null || line.At < First)
            (First, FirstLine) = (line.At, line.Line);
        if (Last is null || line.At > Last)
            (Last, LastLine) = (line.At, line.Line);
        // What has failed has moved nothing, and stands with the balance before it.
        if (!line.IsCompleted)
            return;
        if (line.Change > 0)
            PaidIn += line.Change;
        else
            Withdrawn -= line.Change;
        isEverShown |= line.Balance is not null;
        isEverMissing |= line.Balance is null;
        if (before is not null && line.Balance is { } balance && before.Balance is { } earlier)
        {
            if (fallsAt == 0 && earlier + line.Change != balance)
                fallsAt = line.Line;
            if (risesAt == 0 && balance + before.Change != earlier)
                risesAt = line.Line;
        }

        (firstBalance, firstChange) = before is null ? (line.Balance, line.Change) : (firstBalance, firstChange);
        (lastBalance, lastChange) = (line.Balance, line.Change);
        before = line;
    }

    /// <summary>What does not add up; null: nothing.</summary>
    public string? Fault(StatementHead head)
    {
        if (isEverShown && isEverMissing)
            return "Some lines show a balance, and others do not.";
        if (fallsAt > 0 && risesAt > 0)
        {
            var line = Math.Max(fallsAt, risesAt);
            return $"Line {line}: the balance is not the one beside it and what the line moved.";
        }

        var (opening, closing) = (Opening(head), Closing(head));
        if (opening is { } begun && closing is { } ended && begun + PaidIn - Withdrawn != ended)
            return $"{Text(begun)} and {Text(PaidIn)} less {Text(Withdrawn)} are not {Text(ended)}.";
        return
            Shown is (var shownOpening, var shownClosing)
            && (head.Opening is { } o && o != shownOpening || head.Closing is { } c && c != shownClosing)
            ? "The balances of its lines are not those that it begins and ends with."
            : null;
    }

    public decimal? Opening(StatementHead head) => head.Opening ?? Shown?.Opening ?? head.Closing - PaidIn + Withdrawn;

    public decimal? Closing(StatementHead head) => head.Closing ?? Shown?.Closing ?? head.Opening + PaidIn - Withdrawn;

    /// <summary>As its lines show it; null where they do not.</summary>
    (decimal Opening, decimal Closing)? Shown =>
        firstBalance is { } first && lastBalance is { } last && !isEverMissing
            ? IsNewestFirst
                ? (last - lastChange!.Value, first)
                : (first - firstChange!.Value, last)
            : null;

    static string Text(decimal amount) => amount.ToString("0.00##", CultureInfo.InvariantCulture);
}
