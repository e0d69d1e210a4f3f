using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>
/// While a batch is being stored the next one is decided, over it. Nothing of that is told or stored before the journal's head is the batch below,
/// in a turn of its own: anything else takes it back, and its items are decided again.
/// </summary>
sealed partial class Writer
{
    /// <summary>Decides what waits, as far as nothing needs to be asked of the journal for it. Null where there is nothing to gain.</summary>
    Attempt? DecideAhead(Attempt below)
    {
        var after = below.Draft.Time.AddTicks(TimeSpan.TicksPerMicrosecond);
        var time = lastClock > after ? lastClock : after;
        if (
            queue.Count <= options.DecideAheadAbove
            || carried.Count > 0
            || below.Builder.Deferred.Count > 0
            || recentIds.IsOver(time)
            || IsAnyDue(below.Draft, time)
        )
            return null;
        var items = new List<Item>();
        queue.Take(items, options.BatchSize);
        var known = items.FindIndex(i => !IsNew(i, below.Builder));
        if (known >= 0)
        {
            carried.AddRange(items[known..]);
            items.RemoveRange(known, items.Count - known);
        }

        if (items.Count == 0)
            return null;
        var buffers = RentBuffers();
        var draft = new Draft(below.Draft.State, time, buffers, below.Draft);
        var attempt = new Attempt(draft, buffers, new BatchBuilder(draft, NothingKnown, hashing), items, clock.GetTimestamp());
        try
        {
            for (var place = 0; place < items.Count; place++)
                attempt.Builder.Add(items[place], place);
            if (draft.Rows.Count >= BatchBuilder.RowsWorthSending)
                attempt.Builder.BeginHashing();
            return attempt;
        }
        catch
        {
            TakeBack(attempt);
            throw;
        }
    }

    /// <summary>Whether a reservation's time is over: that is a row before all others of its batch.</summary>
    bool IsAnyDue(Draft below, DateTimeOffset time) =>
        below.State.NextExpiry() <= time
        || below.Reservations.Values.Any(r => r is { IsNew: true, Reservation.ExpiresAt: { } at } && at <= time);

    /// <summary>Whether neither the journal nor the batch being stored has any of its ids.</summary>
    bool IsNew(Item item, BatchBuilder below)
    {
        if (item.IsBulk && !IsNew(item.Id))
            return false;
        for (var i = item.Index; i < item.Index + item.Weight; i++)
        {
            var posting = item.Submission.Postings[i];
            if (posting.Reverses is not null || !IsNew(posting.Id))
                return false;
            for (var s = 0; s < posting.Steps.Count; s++)
            {
                if (posting.Steps[s] is Reserve reserve && !IsNew(reserve.Id))
                    return false;
            }
        }

        return true;

        bool IsNew(Guid id) => recentIds.IsNew(id) && !below.Ids.Contains(id);
    }

    /// <summary>
    /// The batch is committed: lands it, and begins with the next one. False where somebody else had a turn in between; then the next one is taken
    /// back.
    /// </summary>
    bool GoOn(Attempt committed, Attempt next)
    {
        // Where the turn is ours without doubt, the store begins with the next one while callers are told. Otherwise they do not wait for it.
        var isTurnKept = store.KeepsTurn && clock.GetElapsedTime(turnKeptSince) < options.KeepTurnFor;
        var isLanded = false;
        try
        {
            if (!isTurnKept)
            {
                LandBelow();
                store.ReleaseTurn();
                turnKeptSince = 0;
            }

            if (!BeginAfter(committed.Batch!))
            {
                LandBelow();
                store.Rollback();
                TakeBack(next);
                return false;
            }

            next.Appended = lane.Start(() =>
            {
                store.Append(next.Draft.Rows);
                return true;
            });
        }
        finally
        {
            LandBelow();
        }

        Build(next, evenIfEmpty: true);
        return true;

        void LandBelow()
        {
            if (isLanded)
                return;
            isLanded = true;
            Land(committed);
            next.Draft.Landed();
        }
    }

    /// <summary>Has the turn again, and says whether the journal's head is this batch.</summary>
    bool BeginAfter(BatchContents batch)
    {
        var asked = clock.GetTimestamp();
        var start = store.Begin(keepTurn: queue.Count > options.KeepTurnAbove);
        if (turnKeptSince == 0)
            turnKeptSince = clock.GetTimestamp();
        try
        {
            CheckClock(start.Clock, asked);
        }
        catch
        {
            store.Rollback();
            throw;
        }

        return start.HeadNumber == batch.Header.Number && start.HeadHash.AsSpan().SequenceEqual(batch.Hash);
    }

    /// <summary>What was decided ahead has not happened; its items come first in the next turn.</summary>
    void TakeBack(Attempt? ahead)
    {
        if (ahead is null)
            return;
        Drop(ahead);
        carried.InsertRange(0, ahead.Items);
    }
}
