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
    DateTimeOffset firstAt,
        lastAt;

    public int Count { get; private set; }

    public decimal PaidIn { get; private set; }

    public decimal Withdrawn { get; private set; }

    public DateTimeOffset? First { get; private set; }

    public DateTimeOffset? Last { get; private set; }

    public int FirstLine { get; private set; }

    public int LastLine { get; private set; }

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
        firstAt = before is null ? line.At : firstAt;
        (lastBalance, lastChange, lastAt) = (line.Balance, line.Change, line.At);
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
        return Shown(head) is { } shown && !Fits(shown, head)
            ? "The balances of its lines are not those that it begins and ends with."
            : null;
    }

    public decimal? Opening(StatementHead head) => head.Opening ?? Shown(head)?.Opening ?? head.Closing - PaidIn + Withdrawn;

    public decimal? Closing(StatementHead head) => head.Closing ?? Shown(head)?.Closing ?? head.Opening + PaidIn - Withdrawn;

    /// <summary>
    /// As its lines show it; null where they do not. What came and went back adds up from either end: then their times say which line is the newest, and where
    /// those are one, the head.
    /// </summary>
    (decimal Opening, decimal Closing)? Shown(StatementHead head)
    {
        if (isEverMissing || firstBalance is not { } first || lastBalance is not { } last)
            return null;
        var (rising, falling) = ((first - firstChange!.Value, last), (last - lastChange!.Value, first));
        var isNewestFirst =
            fallsAt > 0 || risesAt > 0 ? fallsAt > 0
            : firstAt != lastAt ? firstAt > lastAt
            : Fits(falling, head);
        return isNewestFirst ? falling : rising;
    }

    static bool Fits((decimal Opening, decimal Closing) shown, StatementHead head) =>
        (head.Opening ?? shown.Opening) == shown.Opening && (head.Closing ?? shown.Closing) == shown.Closing;

    static string Text(decimal amount) => amount.ToString("0.00##", CultureInfo.InvariantCulture);
}
