using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>One batch from BEGIN to the answers.</summary>
sealed partial class Writer
{
    static readonly Lookup NothingKnown = new();

    /// <summary>Decides and commits the items; those answered leave the list, those that must wait stay in it.</summary>
    void Commit(List<Item> items, bool mayGrow, bool evenIfEmpty = false)
    {
        using var activity = LedgerTelemetry.Activities.StartActivity("ledger.batch");
        var time = Begin();
        var began = clock.GetTimestamp();
        // A batch forms while the turn is waited for: whoever came in the meantime rides along.
        if (mayGrow)
            queue.Take(items, options.BatchSize);
        var now = state!;
        if (recentIds.IsOver(time))
            recentIds.Start(store.NewestIdBelow(RecentIds.CeilingFor(time)), time);
        var request = RequestFor(items);
        var lookup = request.IsEmpty ? NothingKnown : store.LookUp(request, now);
        buffers.Clear();
        var draft = new Draft(now, time, buffers);
        var builder = new BatchBuilder(draft, lookup);
        BatchContents batch;
        bool isCommitted;
        try
        {
            builder.Expire(now.Due(time, DueAtOnce), newId);
            for (var place = 0; place < items.Count; place++)
            {
                builder.Add(items[place], place);
                builder.Advance(store);
            }

            var taken = snapshots.Choose(draft);
            if (builder.IsEmpty && taken.Count == 0 && !evenIfEmpty && !(isUnconfirmed && builder.Outcomes.Count > 0))
            {
                draft.Drop();
                store.Rollback();
                Answer(builder, items);
                return;
            }

            batch = builder.Build(newId(), options.Node, snapshots.NextCheckpoint(now), taken);
            store.Write(batch);
            isCommitted = store.Commit();
        }
        catch (Exception e)
        {
            builder.Settle();
            draft.Drop();
            if (e is not (StoreLostException or BatchRejectedException or HistoryDivergedException))
                store.Rollback();
            throw;
        }

        if (!isCommitted)
        {
            InDoubt(logger, batch.Header.Number);
            doubt = new Doubt(draft, batch, builder, [.. items]);
            buffers = new DraftBuffers(); // these are the doubt's now
            items.Clear();
            throw new StoreLostException("The commit is in doubt.");
        }

        isUnconfirmed = false;
        LedgerTelemetry.Committed(batch.Rows.Count, clock.GetElapsedTime(began));
        activity?.SetTag("hazina.batch", batch.Header.Number).SetTag("hazina.rows", batch.Rows.Count);
        Publish(draft, batch, builder.Ids);
        Answer(builder, items);
    }

    /// <summary>Has the turn, an up-to-date state, and the batch's time.</summary>
    DateTimeOffset Begin()
    {
        var asked = clock.GetTimestamp();
        var start = store.Begin(keepTurn: queue.Count > options.KeepTurnAbove);
        if (turnKeptSince == 0)
            turnKeptSince = clock.GetTimestamp();
        try
        {
            CheckClock(start.Clock, asked);
            if (start.HeadNumber != state!.Head.Number)
                CatchUp(state);
            if (start.HeadNumber != state.Head.Number || !start.HeadHash.AsSpan().SequenceEqual(state.Head.Hash))
                throw new HistoryDivergedException();
        }
        catch (Exception e) when (e is not StoreLostException)
        {
            store.Rollback();
            throw;
        }

        return start.Clock > state.Head.RecordedAt ? start.Clock : state.Head.RecordedAt;
    }

    /// <summary>A clock that jumps would expire holds, or order rows wrongly: an operator has to look at it.</summary>
    /// <remarks>It was read between question and answer. A process that is frozen in between sees an old reading, which is no jump.</remarks>
    void CheckClock(DateTimeOffset reading, long asked)
    {
        var head = state!.Head;
        if (head.RecordedAt - reading > options.ClockTolerance)
            throw new ClockJumpedException(reading, head.RecordedAt);
        if (lastClockTick != 0)
        {
            var earliest = lastClock + clock.GetElapsedTime(lastClockTick, asked);
            var latest = lastClock + clock.GetElapsedTime(lastClockAsked);
            if (earliest - reading > options.ClockTolerance || reading - latest > options.ClockTolerance)
                throw new ClockJumpedException(reading, reading < earliest ? earliest : latest);
        }

        lastClock = reading;
        (lastClockAsked, lastClockTick) = (asked, clock.GetTimestamp());
    }

    void CatchUp(LedgerState now)
    {
        foreach (var batch in store.ReadAfter(now.Head.Number))
        {
            if (batch.Header.Number != now.Head.Number + 1 || !batch.PreviousHash.AsSpan().SequenceEqual(now.Head.Hash))
                throw new HistoryDivergedException();
            var draft = new Draft(now, batch.Header.RecordedAt);
            try
            {
                Replaying.Apply(draft, batch);
            }
            catch
            {
                draft.Drop();
                throw;
            }

            foreach (var row in batch.Rows)
                recentIds.Add(row.TransactionId);
            foreach (var id in batch.OtherIds)
                recentIds.Add(id);
            isUnconfirmed = true;
            var touched = draft.Touched.ToArray();
            draft.Publish(HeadOf(batch.Header, batch.Hash));
            snapshots.Followed(touched, batch.Header.FirstRow, batch.Header.RecordedAt);
            Published(batch.Header.Number);
        }
    }

    void Publish(Draft draft, BatchContents batch, IReadOnlyCollection<Guid> ids)
    {
        foreach (var id in ids)
            recentIds.Add(id);
        var touched = draft.Touched.ToArray();
        draft.Publish(HeadOf(batch.Header, batch.Hash));
        snapshots.Committed(touched, batch.Snapshots, batch.Header.FirstRow, batch.Checkpoint, batch.Header.RecordedAt);
        Published(batch.Header.Number);
    }

    static void Answer(BatchBuilder builder, List<Item> items)
    {
        foreach (var (item, index, outcome) in builder.Outcomes)
            item.Submission.Answer(index, outcome);
        foreach (var kind in builder.Outcomes.CountBy(o => (o.Outcome.Status, o.Outcome.Replayed)))
            LedgerTelemetry.Answered(kind.Key.Status, kind.Key.Replayed, kind.Value);
        items.Clear();
        items.AddRange(builder.Deferred);
    }

    /// <summary>
    /// Settles a doubt in a turn of its own. Found is answered only after one further commit: a standby that must have the first has it
    /// then. Not found is tried again.
    /// </summary>
    void Settle()
    {
        var open = doubt!;
        store.Begin(keepTurn: false);
        var found = store.HasAttempt(open.Batch.Header.Attempt);
        store.Rollback();
        Settled(logger, open.Batch.Header.Number, found);
        if (!found)
        {
            if (!open.IsPublished)
                open.Draft.Drop();
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
            if (open.Draft.State == state)
                Publish(open.Draft, open.Batch, open.Builder.Ids);
        }

        CommitNothing();
        doubt = null;
        var answered = open.Items;
        Answer(open.Builder, answered);
        carried.InsertRange(0, answered);
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
            doubt!.Draft.Drop();
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

    void LetGoOfTurn()
    {
        if (queue.Count > options.KeepTurnAbove && clock.GetElapsedTime(turnKeptSince) < options.KeepTurnFor)
            return;
        turnKeptSince = 0;
        store.ReleaseTurn();
    }

    /// <summary>What the journal must be asked before these can be decided.</summary>
    LookupRequest RequestFor(List<Item> items)
    {
        var ids = new List<Guid>();
        var reversed = new List<Guid>();
        var reservations = new List<Guid>();
        foreach (var item in items)
        {
            if (item.IsBulk && !recentIds.IsNew(item.Id))
                ids.Add(item.Id);
            for (var i = item.Index; i < item.Index + item.Weight; i++)
            {
                var posting = item.Submission.Postings[i];
                if (!recentIds.IsNew(posting.Id))
                    ids.Add(posting.Id);
                if (posting.Reverses is { } original)
                    reversed.Add(original);
                for (var s = 0; s < posting.Steps.Count; s++)
                {
                    if (posting.Steps[s] is Reserve reserve)
                        reservations.Add(reserve.Id);
                }
            }
        }

        return new LookupRequest(ids, reversed, reservations);
    }

    static BatchHead HeadOf(in Canonical.BatchHeader header, byte[] hash) => new(header.Number, hash, header.LastRow, header.RecordedAt);
}
