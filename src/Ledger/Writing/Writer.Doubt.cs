using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>Commits of which nobody knows whether they happened.</summary>
sealed partial class Writer
{
    /// <summary>
    /// Settles a doubt in a turn of its own. Found is answered only after one further commit: a standby that must have the first has it
    /// then. Not found is tried again.
    /// </summary>
    void Settle()
    {
        var open = doubt!;
        store.Begin(keepTurn: false);
        var found = store.HasAttempt(open.Attempt.Batch!.Header.Attempt);
        store.Rollback();
        var attempt = open.Attempt;
        Settled(logger, attempt.Batch!.Header.Number, found);
        if (!found)
        {
            if (!open.IsPublished)
                Drop(attempt);
            else
                Forget(); // found once and lost since: a failover to a standby without it
            doubt = null;
            carried.InsertRange(0, open.Items);
            Ready();
            return;
        }

        if (!open.IsPublished)
        {
            // The attempt names my last batch as its previous one, so it stands on my history; a state read since then has it already.
            open.IsPublished = true;
            if (attempt.Draft.State == state)
                Publish(attempt);
        }

        CommitNothing();
        doubt = null;
        Answer(attempt);
        carried.InsertRange(0, attempt.Items);
    }

    /// <summary>One further commit. In doubt itself, it has no callers: the doubt before it stays open.</summary>
    void CommitNothing()
    {
        var before = doubt;
        try
        {
            Commit([], mayGrow: false, evenIfEmpty: true);
        }
        catch (StoreLostException) when (doubt != before)
        {
            // The empty batch may be in the journal: whether it is, the next catching up tells.
            Drop(doubt!.Attempt);
            doubt = before;
            throw;
        }
        catch (HistoryDivergedException)
        {
            Forget();
            throw new StoreLostException("The journal has another history; the doubt is settled after it was read again.");
        }
        catch (BatchRejectedException e)
        {
            throw new StoreLostException("The further commit that settles a doubt could not be made; it is tried again.", e);
        }
    }

    /// <summary>A commit of which nobody knows whether it happened.</summary>
    /// <param name="Items">Those who wait for what it came to.</param>
    sealed record Doubt(Attempt Attempt, List<Item> Items)
    {
        /// <summary>Found in the journal, and part of the state; the further commit is still to come.</summary>
        public bool IsPublished { get; set; }
    }
}
