using Hazina.Ledger.Decisions;
using Hazina.Ledger.Canonical;

namespace Hazina.Ledger.Writing;

/// <summary>Applies committed batches to a draft: what another process decided, and what is proved again.</summary>
static class Replaying
{
    public static void Apply(Draft draft, StoredBatch batch)
    {
        for (var at = 0; at < batch.Rows.Count;)
        {
            var end = at + 1;
            while (end < batch.Rows.Count && batch.Rows[end].Leg != 0)
                end++;
            Apply(draft, batch.Rows, at, end, batch.Details.GetValueOrDefault(batch.Rows[at].Seq));
            at = end;
        }
    }

    /// <summary>Applies one transaction: the rows from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public static void Apply(Draft draft, IReadOnlyList<JournalRow> rows, int start, int end, byte[]? content)
    {
        var id = rows[start].TransactionId;
        Invariant.Holds(rows[start].Legs == end - start, $"transaction {id} has all of its {rows[start].Legs} rows");
        var said = content is null ? null : PostingReader.Details(content);
        var commands = content is null ? null : PostingReader.StepsByPlace(content);
        draft.BeginTransaction();
        for (var i = start; i < end; i++)
        {
            var row = rows[i];
            Invariant.Holds(row.TransactionId == id && row.Leg == i - start, $"row {row.Seq} belongs to transaction {id}");
            var command = commands?.GetValueOrDefault(row.Leg);
            Invariant.Holds(
                command is not null || row.Kind is not (RowKind.Open or RowKind.Change or RowKind.Reserve),
                $"row {row.Seq} has the details that say what it does");
            draft.Apply(row, command, said?.Book);
        }

        foreach (var turnover in said?.Conditions.OfType<TurnoverAtMost>() ?? [])
        {
            var account = draft.Find(turnover.Account) ?? throw new BrokenInvariantException($"transaction {id} counts on an account that exists");
            draft.Count(turnover, account, id);
        }
    }
}

/// <summary>The clock of the journal's database went backwards, or far ahead.</summary>
sealed class ClockJumpedException(DateTimeOffset clock, DateTimeOffset expected)
    : Exception($"The database's clock reads {clock:O}, but {expected:O} was expected. Nothing is posted until the clock is right and the server is started again.");
