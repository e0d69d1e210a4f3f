using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Ledger;

/// <summary>
/// Where money moves. Postings of everybody ride on the same commits; an answer "posted" or "refused" is given after the commit, never
/// before. Thread-safe.
/// </summary>
public sealed partial class Journal : IHostedService, IDisposable
{
    readonly LedgerOptions options;
    readonly ILogger<Journal> logger;
    readonly SubmissionQueue queue;
    readonly Writer writer;
    readonly PostgresStore store;
    readonly Lane lane = new("ledger store");
    readonly Lane hashing = new("ledger hash");
    readonly BatchWaiters waiters = new();
    readonly CancellationTokenSource stopping = new();
    Thread? thread;
    bool disposed;
    readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Exception? failure;

    public Journal(Database database, IOptions<LedgerOptions> options, TimeProvider clock, ILogger<Journal> logger)
    {
        this.options = options.Value;
        this.logger = logger;
        queue = new SubmissionQueue(this.options.QueueCapacity);
        LedgerTelemetry.Watch(() => queue.Count);
        store = new PostgresStore(database, this.options, logger);
        writer = new Writer(store, queue, this.options, clock, Guid.CreateVersion7, logger, lane, hashing) { Published = waiters.Reached };
    }

    /// <summary>The last batch that reads of this process see; −1 before the journal was read.</summary>
    public long Head => writer.State?.Head.Number ?? -1;

    /// <summary>Why nothing can be posted until the server is started again; null when all is well.</summary>
    public Exception? Failure => Volatile.Read(ref failure);

    /// <summary>Postings waiting for the writer.</summary>
    public int Waiting => queue.Count;

    /// <summary>Whether it takes no more postings.</summary>
    internal bool IsClosed => queue.IsClosed;

    /// <summary>The published state, for reads inside the module; null before the journal was read.</summary>
    internal LedgerState? State => writer.State;

    /// <summary>Posts one transaction.</summary>
    /// <returns>What became of it, committed. <see cref="OutcomeStatus.Retry"/> when the queue is full or the server stops.</returns>
    /// <param name="posting">What is asked for.</param>
    /// <param name="cancel">Stops waiting; the posting may still be made, and its id tells.</param>
    /// <exception cref="ArgumentException">The posting is malformed (<see cref="PostingRules.FirstFlaw"/>).</exception>
    public async Task<Outcome> Post(Posting posting, CancellationToken cancel = default)
    {
        var outcomes = await Submit([posting], bulk: null, cancel);
        return outcomes[0];
    }

    /// <summary>Posts several transactions, each on its own, decided in this order.</summary>
    /// <returns>An outcome each, in the same order.</returns>
    /// <exception cref="ArgumentException">One of the postings is malformed.</exception>
    public Task<IReadOnlyList<Outcome>> PostMany(IReadOnlyList<Posting> postings, CancellationToken cancel = default) =>
        Submit(postings, bulk: null, cancel);

    /// <summary>Posts all of them or none. Only the bulk's id is sticky when one is refused: the others may be posted later.</summary>
    /// <param name="bulk">Chosen by the caller, never reused.</param>
    /// <param name="postings">At most 10,000, no two with the same id, reversal or key alongside.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="ArgumentException">One of the postings is malformed.</exception>
    public Task<IReadOnlyList<Outcome>> PostAll(Guid bulk, IReadOnlyList<Posting> postings, CancellationToken cancel = default)
    {
        if (PostingRules.FirstBulkFlaw(bulk, postings) is { } flaw)
            throw new ArgumentException($"{flaw.Field} {flaw.Detail}", nameof(postings));
        return Submit(postings, bulk, cancel);
    }

    /// <summary>Waits until reads of this process see a batch, for a caller who was told its number.</summary>
    public Task Reached(long batch, CancellationToken cancel = default)
    {
        if (Head >= batch)
            return Task.CompletedTask;
        var wait = waiters.For(batch);
        if (Head >= batch)
            waiters.Reached(Head);
        queue.Nudge();
        return wait.WaitAsync(cancel);
    }

    /// <summary>Waits until nothing can be recorded at a time or before it any more: what is told of it then never changes.</summary>
    internal async Task Settled(DateTimeOffset time, CancellationToken cancel)
    {
        while (State is not { } state || state.Head.RecordedAt <= time)
        {
            var next = waiters.For(Head + 1);
            writer.Mark(time);
            queue.Nudge();
            await next.WaitAsync(cancel);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: a posting must not wait because the pool is busy.
        thread = new Thread(Run) { IsBackground = true, Name = "ledger writer" };
        thread.Start();
        return Task.CompletedTask;
    }

    /// <summary>Takes no more, and answers what it has taken.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Close();
        if (thread is null)
            return; // something before the ledger failed to start
        var drained = stopped.Task;
        try
        {
            await drained.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await stopping.CancelAsync();
            await drained.WaitAsync(TimeSpan.FromSeconds(2), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        // The container knows it as the journal and as a hosted service, and disposes both.
        if (Interlocked.Exchange(ref disposed, true))
            return;
        stopping.Cancel();
        // Where a later service failed to start, nobody has stopped the writer. While it commits, what it uses has to stay.
        if (thread?.Join(TimeSpan.FromSeconds(10)) == false)
            return;
        lane.Dispose();
        hashing.Dispose();
        store.Dispose();
        queue.Dispose();
        stopping.Dispose();
    }

    Task<IReadOnlyList<Outcome>> Submit(IReadOnlyList<Posting> postings, Guid? bulk, CancellationToken cancel)
    {
        if (System.Transactions.Transaction.Current is not null)
            throw new InvalidOperationException("A posting commits with everybody's: it cannot be part of the caller's own transaction.");
        if (postings.Count == 0)
            return Task.FromResult<IReadOnlyList<Outcome>>([]);
        for (var i = 0; i < postings.Count; i++)
        {
            if (PostingRules.FirstFlaw(postings[i]) is { } flaw)
                throw new ArgumentException($"Posting {postings[i].Id}: {flaw.Field} {flaw.Detail}", nameof(postings));
        }

        if (Failure is { } reason)
            throw new InvalidOperationException("The ledger has stopped; the log says why.", reason);
        var submission = new Submission(postings, bulk);
        if (queue.TryAdd(submission))
            return submission.Answered.WaitAsync(cancel);
        return Task.FromResult<IReadOnlyList<Outcome>>([
            .. postings.Select(p => new Outcome
            {
                Id = p.Id,
                Status = OutcomeStatus.Retry,
                Code = Refusals.Busy.Code,
            }),
        ]);
    }
}
