using Hazina.Ledger.Decisions;
using Microsoft.Extensions.Logging;

namespace Hazina.Ledger.Writing;

/// <summary>
/// Takes what was submitted, in turns with the writers of other processes, and makes batches of it. One thread; nothing else changes the
/// state. <see cref="RunTurn"/> is one step, so that the simulation can drive it.
/// </summary>
sealed partial class Writer(
    IJournalStore store,
    SubmissionQueue queue,
    LedgerOptions options,
    TimeProvider clock,
    Func<Guid> newId,
    ILogger logger,
    Lane lane,
    Lane hashing
)
{
    const int DueAtOnce = 2_000;
    static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);

    readonly List<Item> carried = [];
    readonly Snapshots snapshots = new(options);
    readonly RecentIds recentIds = new(options.IdsKnownSince);
    readonly Stack<DraftBuffers> spare = new();
    bool isUnconfirmed;
    LedgerState? state;
    Doubt? doubt;
    long turnKeptSince;
    long lastClockAsked,
        lastClockTick;
    DateTimeOffset lastClock;
    long mark;

    /// <summary>The published state; null until the journal was read for the first time.</summary>
    public LedgerState? State => Volatile.Read(ref state);

    /// <summary>Called after a batch was published, with its number.</summary>
    public Action<long> Published { get; set; } = _ => { };

    /// <summary>Whether there is work left: carried over, in doubt, or queued.</summary>
    public bool HasWork => carried.Count > 0 || doubt is not null || queue.Count > 0;

    /// <summary>Reads the journal if that was not done, or must be done again.</summary>
    public LedgerState Ready()
    {
        if (state is { } known)
            return known;
        var (loaded, checkpoint) = store.Load();
        snapshots.Start(loaded, checkpoint);
        recentIds.Forget();
        isUnconfirmed = true;
        Volatile.Write(ref state, loaded);
        Published(loaded.Head.Number);
        Loaded(logger, loaded.Accounts.Count, loaded.Head.Number, loaded.Head.LastRow);
        return loaded;
    }

    /// <summary>One turn: settles a doubt, catches up, decides a batch, commits it, answers.</summary>
    /// <exception cref="StoreLostException">The session is gone; call again. Nothing that was taken from the queue is lost.</exception>
    public void RunTurn()
    {
        Ready();
        if (doubt is not null)
            Settle();
        queue.Take(carried, options.BatchSize);
        if (carried.Count == 0 && !IsOwnWorkDue() && !IsMarkDue())
            return;
        var items = new List<Item>(carried);
        carried.Clear();
        try
        {
            Process(items);
        }
        catch (HistoryDivergedException e)
        {
            HistoryDiverged(logger, e);
            Forget();
        }
        finally
        {
            carried.InsertRange(0, items);
            LetGoOfTurn();
        }
    }

    /// <summary>Applies what other processes have appended.</summary>
    public void Follow()
    {
        // While a commit is in doubt, its batch in the journal would look like somebody else's.
        if (doubt is not null)
            return;
        try
        {
            CatchUp(Ready());
        }
        catch (HistoryDivergedException e)
        {
            // After a failover that lost batches it is rebuilt, whether that shows in a turn or here.
            HistoryDiverged(logger, e);
            Forget();
        }
    }

    /// <summary>Drops the state, so that it is read afresh.</summary>
    public void Forget()
    {
        Volatile.Write(ref state, null);
        lastClockTick = 0;
    }

    /// <summary>Answers everything that waits with "nothing was recorded, send it again". In doubt is not "nothing".</summary>
    public void Abandon()
    {
        queue.Close();
        queue.Take(carried, int.MaxValue);
        foreach (var item in carried)
            AnswerAll(item, OutcomeStatus.Retry, Refusals.Busy.Code);
        carried.Clear();
        // Only the journal knows what became of these, and the same posting sent again asks it.
        foreach (var item in doubt?.Items ?? [])
            item.Submission.Fail(
                new TimeoutException("The process stopped while the commit was in doubt. Send the same posting again: its id tells.")
            );
    }

    /// <summary>
    /// A batch is wanted that is recorded after a time, though it be empty: what is told of that time does not change any more. Called by anybody.
    /// </summary>
    public void Mark(DateTimeOffset time) => InterlockedMax(ref mark, time.UtcTicks);

    bool IsMarkDue() =>
        state is { } now
        && Volatile.Read(ref mark) is var wanted
        && now.Head.RecordedAt.UtcTicks <= wanted
        && EstimatedTime().UtcTicks > wanted;

    static void InterlockedMax(ref long to, long value)
    {
        for (var seen = Volatile.Read(ref to); seen < value; )
        {
            var before = Interlocked.CompareExchange(ref to, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    bool IsOwnWorkDue() =>
        state is { } now && (now.NextExpiry() is { } expiry && expiry <= EstimatedTime() || snapshots.IsDue(EstimatedTime()));

    /// <summary>When the writer next has something to do of its own accord.</summary>
    public TimeSpan UntilOwnWork(TimeSpan atMost)
    {
        if (state?.NextExpiry() is not { } expiry)
            return atMost;
        var wait = expiry - EstimatedTime();
        return wait < Soon ? Soon
            : wait < atMost ? wait
            : atMost;
    }

    /// <summary>What the journal's clock should read now; decisions never use it.</summary>
    DateTimeOffset EstimatedTime() => lastClockTick == 0 ? clock.GetUtcNow() : lastClock + clock.GetElapsedTime(lastClockTick);

    /// <summary>Commits the items as one batch, or as several where one of them cannot be stored. Answered ones leave the list.</summary>
    void Process(List<Item> items)
    {
        var sizes = new Stack<int>([items.Count]);
        var isWhole = true;
        while (sizes.TryPop(out var size))
        {
            var part = items.GetRange(0, Math.Min(size, items.Count));
            items.RemoveRange(0, part.Count);
            try
            {
                // Without items there may be work of the writer's own.
                if (part.Count > 0 || isWhole)
                    Commit(part, mayGrow: isWhole);
            }
            catch (BatchRejectedException e)
            {
                // Blamed ones are answered and the others tried again; without blame it is halved until the culprit is alone.
                isWhole = false;
                Rejected(part, e, sizes);
            }
            finally
            {
                items.InsertRange(0, part);
            }
        }
    }

    void Rejected(List<Item> part, BatchRejectedException e, Stack<int> sizes)
    {
        // That a row was changed meanwhile is told to who asked: it happens every day.
        if (e.Reason == RejectedBecause.Missed)
            Missed(logger, part.Count, e.Items.Count);
        else
            BatchRejected(logger, e.Reason, part.Count, e);
        if (part.Count == 0 && e.Reason != RejectedBecause.Blocked)
            throw new BrokenInvariantException("the writer's own rows can be stored", e);
        var (status, code) = e.Reason switch
        {
            RejectedBecause.Missed => (OutcomeStatus.Conflict, Refusals.Conflict.Code),
            RejectedBecause.Blocked => (OutcomeStatus.Retry, Refusals.Busy.Code),
            _ => (OutcomeStatus.Faulty, Refusals.Faulty.Code),
        };
        var isEverybody = part.Count <= 1 || e.Reason == RejectedBecause.Blocked;
        var blamed =
            e.Items.Count > 0 ? e.Items
            : isEverybody ? [.. Enumerable.Range(0, part.Count)]
            : [];
        if (blamed.Count > 0 || part.Count == 0)
        {
            foreach (var place in blamed.OrderDescending())
            {
                AnswerAll(part[place], status, code);
                part.RemoveAt(place);
            }

            sizes.Push(part.Count);
            return;
        }

        sizes.Push(part.Count - (part.Count / 2));
        sizes.Push(part.Count / 2);
    }

    static void AnswerAll(Item item, OutcomeStatus status, string code)
    {
        for (var i = item.Index; i < item.Index + item.Weight; i++)
            item.Submission.Answer(
                i,
                new Outcome
                {
                    Id = item.Submission.Postings[i].Id,
                    Status = status,
                    Code = code,
                }
            );
    }

    [LoggerMessage(2001, LogLevel.Information, "The ledger is read: {Accounts} accounts, batch {Batch}, row {Row}")]
    static partial void Loaded(ILogger logger, int accounts, long batch, long row);

    [LoggerMessage(2002, LogLevel.Warning, "The journal has another history than this process remembers; reading it again")]
    static partial void HistoryDiverged(ILogger logger, Exception e);

    [LoggerMessage(2003, LogLevel.Warning, "A batch of {Items} was rejected: {Reason}")]
    static partial void BatchRejected(ILogger logger, RejectedBecause reason, int items, Exception e);

    [LoggerMessage(2006, LogLevel.Debug, "Of a batch of {Items}, {Missed} found a row changed")]
    static partial void Missed(ILogger logger, int items, int missed);

    [LoggerMessage(2004, LogLevel.Warning, "The commit of batch {Batch} is in doubt; its callers wait until that is settled")]
    static partial void InDoubt(ILogger logger, long batch);

    [LoggerMessage(2005, LogLevel.Information, "The commit of batch {Batch} is settled: committed = {Committed}")]
    static partial void Settled(ILogger logger, long batch, bool committed);
}
