using System.Runtime.InteropServices;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>Applies committed batches to a draft: what another process decided, and what is proved again.</summary>
static class Replaying
{
    public static void Apply(Draft draft, StoredBatch batch)
    {
        var rows = CollectionsMarshal.AsSpan(batch.Rows);
        for (var at = 0; at < rows.Length; )
        {
            var end = EndOfTransaction(rows, at);
            Apply(draft, rows[at..end], batch.Details.GetValueOrDefault(rows[at].Seq) is { } content ? SaidDetails.Of(content) : null);
            at = end;
        }
    }

    /// <summary>Where the transaction that starts at <paramref name="at"/> ends: before the next row that is a first one.</summary>
    public static int EndOfTransaction(ReadOnlySpan<JournalRow> rows, int at)
    {
        var end = at + 1;
        while (end < rows.Length && rows[end].Leg != 0)
            end++;
        return end;
    }

    /// <summary>Applies one transaction.</summary>
    /// <param name="draft">Where it is applied.</param>
    /// <param name="rows">All of its rows.</param>
    /// <param name="details">What it says beyond them; null where they say all.</param>
    public static void Apply(Draft draft, ReadOnlySpan<JournalRow> rows, SaidDetails? details)
    {
        var id = rows[0].TransactionId;
        Invariant.Holds(rows[0].Legs == rows.Length, $"transaction {id} has all of its {rows[0].Legs} rows");
        draft.BeginTransaction();
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            Invariant.Holds(
                row.TransactionId == id && row.Leg == i && row.Legs == rows.Length,
                $"row {row.Seq} is the one at {i} of the {rows.Length} of transaction {id}"
            );
            var command = details?.Commands.GetValueOrDefault(row.Leg);
            Invariant.Holds(
                command is not null || row.Kind is not (RowKind.Open or RowKind.Change or RowKind.Reserve),
                $"row {row.Seq} has the details that say what it does"
            );
            draft.Apply(row, command, details?.Said.Book);
        }

        foreach (var condition in details?.Said.Conditions ?? [])
        {
            if (condition is not TurnoverAtMost turnover)
                continue;
            var account =
                draft.Find(turnover.Account) ?? throw new BrokenInvariantException($"transaction {id} counts on an account that exists");
            draft.Count(turnover, account, id);
        }
    }
}

/// <summary>The details of a transaction, read.</summary>
/// <param name="Said">Everything but its id, kind, and the steps that its rows say by themselves.</param>
/// <param name="Commands">What its open, change and reserve rows do, by their place in the transaction.</param>
sealed record SaidDetails(Posting Said, IReadOnlyDictionary<int, Step> Commands)
{
    public static SaidDetails Of(ReadOnlyMemory<byte> content) => new(PostingReader.Details(content), PostingReader.StepsByPlace(content));
}

/// <summary>The clock of the journal's database went backwards, or far ahead.</summary>
sealed class ClockJumpedException(DateTimeOffset clock, DateTimeOffset expected)
    : Exception(
        $"The database's clock reads {clock:O}, but {expected:O} was expected. Nothing is posted until the clock is right and the server is started again."
    );
