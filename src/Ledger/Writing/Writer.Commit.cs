using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>From BEGIN to the answers.</summary>
sealed partial class Writer
{
    static readonly Lookup NothingKnown = new();

    /// <summary>
    /// Decides and commits the items; those answered leave the list, those that must wait stay in it. While the queue is deep it goes on with
    /// further batches, each decided while the one before is being stored.
    /// </summary>
    /// <exception cref="BatchRejectedException">The batch whose items are in the list now cannot be stored as it is.</exception>
    void Commit(List<Item> items, bool mayGrow, bool evenIfEmpty = false)
    {
        Attempt? open = null;
        Attempt? next = null;
        Task<bool>? stored = null;
        try
        {
            var time = Begin();
            // A batch forms while the turn is waited for: whoever came in the meantime rides along.
            if (mayGrow)
                queue.Take(items, options.BatchSize);
            open = Decide(items, time);
            if (!Build(open, evenIfEmpty || IsMarkDue()))
            {
                store.Rollback();
                Drop(open);
                Answer(open);
                return;
            }

            for (; ; (open, next) = (next, null))
            {
                stored = Store(open);
                next = mayGrow ? DecideAhead(open) : null;
                var isCommitted = lane.Wait(stored);
                stored = null;
                if (!isCommitted)
                    LeaveInDoubt(open);
                if (next is null)
                {
                    Land(open);
                    return;
                }

                if (!GoOn(open, next))
                    return;
                next.MoveTo(items);
            }
        }
        catch (Exception e)
        {
            lane.Settle();
            TakeBack(next);
            // Deciding ahead has failed while this one was stored: it must be told all the same.
            if (stored is { IsCompletedSuccessfully: true } && open?.Buffers is not null)
                Told(open, stored.Result);
            // In doubt it stays as it is; landed it has given everything back.
            if (open?.Buffers is not null && open != doubt?.Attempt)
                Drop(open);
            if (e is not (StoreLostException or BatchRejectedException or HistoryDivergedException))
                store.Rollback();
            throw;
        }
    }

    Attempt Decide(List<Item> items, DateTimeOffset time)
    {
        var now = state!;
        if (recentIds.IsOver(time))
        {
            var (floor, ceiling) = recentIds.StretchAt(time);
            recentIds.Start(store.IdsBetween(floor, ceiling, RecentIds.MostAtStart), time);
        }

        var request = RequestFor(items);
        var lookup = request.IsEmpty ? NothingKnown : store.LookUp(request, now);
        var buffers = RentBuffers();
        var draft = new Draft(now, time, buffers);
        var attempt = new Attempt(draft, buffers, new BatchBuilder(draft, lookup, hashing), items, clock.GetTimestamp());
        try
        {
            attempt.Builder.Expire(now.Due(time, DueAtOnce), newId);
            for (var place = 0; place < items.Count; place++)
            {
                attempt.Builder.Add(items[place], place);
                attempt.Builder.Advance(store);
            }

            return attempt;
        }
        catch
        {
            Drop(attempt);
            throw;
        }
    }

    /// <summary>False where there is nothing to commit.</summary>
    bool Build(Attempt attempt, bool evenIfEmpty)
    {
        var chosen = snapshots.Choose(attempt.Draft);
        var confirms = isUnconfirmed && attempt.Builder.Outcomes.Count > 0;
        if (attempt.Builder.IsEmpty && chosen.IsEmpty && !evenIfEmpty && !confirms)
            return false;
        attempt.Batch = attempt.Builder.Build(newId(), options.Node, snapshots.NextCheckpoint(state!), chosen);
        return true;
    }

    Task<bool> Store(Attempt attempt)
    {
        // Few rows are stored sooner than another thread is woken up.
        return
            attempt.Appended is null && attempt.Batch!.Rows.Count < BatchBuilder.RowsWorthSending && queue.Count <= options.DecideAheadAbove
            ? Task.FromResult(Stored())
            : lane.Start(Stored);

        bool Stored()
        {
            attempt.Appended?.GetAwaiter().GetResult();
            store.Write(attempt.Batch!);
            return store.Commit();
        }
    }

    void LeaveInDoubt(Attempt attempt)
    {
        Told(attempt, isCommitted: false);
        throw new StoreLostException("The commit is in doubt.");
    }

    void Told(Attempt attempt, bool isCommitted)
    {
        if (isCommitted)
        {
            Land(attempt);
            return;
        }

        InDoubt(logger, attempt.Batch!.Header.Number);
        doubt = new Doubt(attempt, [.. attempt.Items]);
        attempt.Items.Clear();
    }

    /// <summary>A committed batch becomes the state, and its callers are told.</summary>
    void Land(Attempt attempt)
    {
        isUnconfirmed = false;
        LedgerTelemetry.Committed(attempt.Batch!.Header.Number, attempt.Batch.Rows.Count, clock.GetElapsedTime(attempt.Began), clock);
        Publish(attempt);
        Answer(attempt);
    }

    void Publish(Attempt attempt)
    {
        var batch = attempt.Batch!;
        foreach (var id in attempt.Builder.Ids)
            recentIds.Add(id);
        var touched = attempt.Draft.Touched.ToArray();
        attempt.Draft.Publish(HeadOf(batch.Header, batch.Hash));
        snapshots.Committed(touched, new ChosenPositions(batch.Snapshots, batch.Saved), batch.Header, batch.Checkpoint);
        Return(attempt);
        Published(batch.Header.Number);
    }

    /// <summary>Nothing of the attempt has become true; its items stay where they are.</summary>
    void Drop(Attempt attempt)
    {
        attempt.Builder.Settle();
        attempt.Draft.Drop();
        Return(attempt);
    }

    /// <summary>Nobody uses its buffers any more.</summary>
    void Return(Attempt attempt)
    {
        if (attempt.Buffers is { } buffers)
            spare.Push(buffers);
        attempt.Buffers = null;
    }

    DraftBuffers RentBuffers()
    {
        if (!spare.TryPop(out var buffers))
            return new DraftBuffers();
        buffers.Clear();
        return buffers;
    }

    static void Answer(Attempt attempt)
    {
        var builder = attempt.Builder;
        foreach (var (item, index, outcome) in builder.Outcomes)
            item.Submission.Answer(index, outcome);
        foreach (var kind in builder.Outcomes.CountBy(o => (o.Outcome.Status, o.Outcome.Replayed)))
            LedgerTelemetry.Answered(kind.Key.Status, kind.Key.Replayed, kind.Value);
        attempt.Items.Clear();
        attempt.Items.AddRange(builder.Deferred);
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
                    if (posting.Steps[s] is Reserve reserve && !recentIds.IsNew(reserve.Id))
                        reservations.Add(reserve.Id);
                }
            }
        }

        return new LookupRequest(ids, reversed, reservations);
    }

    static BatchHead HeadOf(in Canonical.BatchHeader header, byte[] hash) => new(header.Number, hash, header.LastRow, header.RecordedAt);

    /// <summary>A batch on its way.</summary>
    sealed class Attempt(Draft draft, DraftBuffers buffers, BatchBuilder builder, List<Item> items, long began)
    {
        public Draft Draft => draft;

        public BatchBuilder Builder => builder;

        /// <summary>What it is made of; those answered leave the list.</summary>
        public List<Item> Items { get; private set; } = items;

        /// <summary>When its deciding began, by the process's own clock.</summary>
        public long Began => began;

        /// <summary>What the draft works in; null once that was given back.</summary>
        public DraftBuffers? Buffers { get; set; } = buffers;

        /// <summary>Null until it is decided to the end.</summary>
        public BatchContents? Batch { get; set; }

        /// <summary>Its rows being sent, where they are sent before the rest.</summary>
        public Task<bool>? Appended { get; set; }

        /// <summary>Its items are kept in another list from here on.</summary>
        public void MoveTo(List<Item> list)
        {
            list.AddRange(Items);
            Items = list;
        }
    }
}
