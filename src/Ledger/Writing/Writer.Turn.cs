using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>The turn: taking it, being up to date in it, letting it go.</summary>
sealed partial class Writer
{
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
            {
                recentIds.Add(row.TransactionId);
                if (row is { Kind: RowKind.Reserve, Reservation: { } reservation })
                    recentIds.Add(reservation);
            }

            foreach (var id in batch.OtherIds)
                recentIds.Add(id);
            isUnconfirmed = true;
            var touched = draft.Touched.ToArray();
            draft.Publish(HeadOf(batch.Header, batch.Hash));
            snapshots.Followed(touched, batch.Header);
            Published(batch.Header.Number);
        }
    }

    void LetGoOfTurn()
    {
        if (queue.Count > options.KeepTurnAbove && clock.GetElapsedTime(turnKeptSince) < options.KeepTurnFor)
            return;
        turnKeptSince = 0;
        store.ReleaseTurn();
    }
}
