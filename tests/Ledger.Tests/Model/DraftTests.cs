using Hazina.Ledger.Decisions;
using Hazina.Ledger.Tests.Simulation;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Model;

public sealed class DraftTests
{
    static readonly AnyScript Any = new(new Ids(1), Given.Start, TimeSpan.FromSeconds(1));

    [Fact]
    public void A_refusal_leaves_no_trace_in_the_draft() =>
        Always.Holds(
            Any.Scripts(30),
            script =>
            {
                var draft = new Draft(new LedgerState(), Given.Start);
                foreach (var posting in PostingsOf(script))
                {
                    var before = StateDump.Of(draft);
                    var no = Decision.Decide(draft, posting, FactsIn(draft, posting));
                    if (no is not null)
                        Assert.Equal(before, StateDump.Of(draft));
                }
            },
            times: 300
        );

    [Fact]
    public void An_atomic_bulk_that_is_taken_back_leaves_no_trace() =>
        Always.Holds(
            Any.Scripts(30),
            script =>
            {
                var draft = new Draft(new LedgerState(), Given.Start);
                foreach (var operation in script.Played())
                {
                    var before = StateDump.Of(draft);
                    IReadOnlyList<Posting> postings =
                        operation is Send send ? send.Postings
                        : operation is SendAll all ? all.Postings
                        : [];
                    draft.BeginBulk();
                    foreach (var posting in postings)
                        _ = Decision.Decide(draft, posting, FactsIn(draft, posting));
                    if (operation is SendAll)
                    {
                        draft.UndoBulk();
                        Assert.Equal(before, StateDump.Of(draft));
                    }
                    else
                    {
                        draft.EndBulk();
                    }
                }
            },
            times: 300
        );

    [Fact]
    public void A_dropped_draft_leaves_no_trace_in_the_state() =>
        Always.Holds(
            Any.Scripts(30),
            script =>
            {
                using var ledger = new OneWriter();
                foreach (var operation in script.Played())
                {
                    var before = StateDump.Of(ledger.State);
                    var draft = new Draft(ledger.State, ledger.Time.GetUtcNow());
                    foreach (var due in ledger.State.Due(draft.Time, 100))
                        Decision.Expire(draft, due, Given.Tx(1));
                    foreach (var posting in operation is Send send ? send.Postings : [])
                        _ = Decision.Decide(draft, posting, Facts.None);
                    draft.Drop();
                    Assert.Equal(before, StateDump.Of(ledger.State));
                    Assert.All(ledger.State.Accounts, a => Assert.Equal(-1, a.Slot));
                    ledger.Play(operation);
                }
            },
            times: 200
        );

    [Fact]
    public void The_batches_give_the_same_state_again_byte_for_byte() =>
        Always.Holds(
            Any.Scripts(60),
            script =>
            {
                using var ledger = new OneWriter(
                    new LedgerOptions
                    {
                        SnapshotEvents = 4,
                        SnapshotAge = TimeSpan.FromSeconds(20),
                        CheckpointRows = 20,
                    }
                );
                foreach (var operation in script.Played())
                    ledger.Play(operation);
                Assert.Equal(StateDump.Of(ledger.State), StateDump.Of(ledger.Journal.Replayed()));
                Assert.Equal(StateDump.Of(ledger.State), StateDump.Of(ledger.Journal.Tables.Load(ledger.Journal.Head).State));
            },
            times: 300
        );

    static IEnumerable<Posting> PostingsOf(Script script) =>
        script
            .Played()
            .SelectMany(o =>
                o is Send send ? send.Postings
                : o is SendAll all ? all.Postings
                : []
            )
            .DistinctBy(p => p.Id);

    /// <summary>Reversals find their originals in the draft, as if they had been committed.</summary>
    static Facts FactsIn(Draft draft, Posting posting)
    {
        JournalRow[] rows = [.. draft.Rows.Where(r => r.TransactionId == posting.Reverses)];
        var original =
            rows.Length == 0 ? null : new Original([.. rows.Where(r => r.Kind == RowKind.Leg)], IsReversal: false, IsReversed: false);
        return new Facts(original, new HashSet<Guid>());
    }
}
