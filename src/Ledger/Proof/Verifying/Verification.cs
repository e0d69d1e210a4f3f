using System.Collections.Concurrent;
using System.Diagnostics;
using Hazina.Ledger.Decisions;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>
/// One run over one moment of the database. Some threads read and hash slices, each over its own connection; this one replays them in order. No more
/// than a few slices are in memory at any time.
/// </summary>
sealed class Verification(
    NpgsqlDataSource source,
    WitnessedHeads witnessed,
    Findings findings,
    IProgress<VerifyProgress>? progress,
    CancellationToken cancel
) : IDisposable
{
    /// <summary>PostgreSQL needs as much again, and the replay one more.</summary>
    static readonly int Readers = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    readonly BlockingCollection<(Slice Slice, TaskCompletionSource<SliceContents> Contents)> work = new(Readers);
    readonly BlockingCollection<Task<SliceContents>> ordered = new(Readers + 1);
    readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    readonly ConcurrentBag<List<JournalRow>> spare = [];
    readonly Snapshot snapshot = new(source);
    long transactions;
    long rows;

    public VerifyReport Run()
    {
        var started = Stopwatch.GetTimestamp();
        using var chain = snapshot.Join();
        using var side = snapshot.Join();
        var of = TotalRows(side);
        progress?.Report(new VerifyProgress(0, of, "reading accounts"));
        var planner = new Planner(chain, witnessed, findings);
        var genesis = planner.Genesis();
        var accounts = new StoredAccounts(side, findings);
        var reservations = new StoredReservations(side, findings);
        var snapshots = new StoredSnapshots(side, findings);
        var books = new StoredBooks(side, findings);
        var replayer = new Replayer(
            new BatchHead(0, genesis.Hash, 0, genesis.Header.RecordedAt),
            accounts,
            reservations,
            snapshots,
            books,
            findings
        );

        ReplayAll(planner, replayer, of);
        progress?.Report(new VerifyProgress(rows, of, "comparing what is stored"));
        if (replayer.Ended is null)
        {
            accounts.CompareAtEnd(replayer.State);
            reservations.CompareAtEnd(replayer.State);
            snapshots.CompareAtEnd(replayer.State);
            books.CompareAtEnd();
            StoredCounters.CompareAtEnd(side, replayer.State, findings);
        }

        new Guards(side, findings).Check(planner.Last!);
        witnessed.CompareAtEnd(side, planner.Last!.Header.Number);
        return Report(planner, replayer, Stopwatch.GetElapsedTime(started));
    }

    public void Dispose()
    {
        stop.Dispose();
        work.Dispose();
        ordered.Dispose();
        snapshot.Dispose();
    }

    void ReplayAll(Planner planner, Replayer replayer, long of)
    {
        List<Task> threads = [Start(() => Plan(planner))];
        for (var i = 0; i < Readers; i++)
            threads.Add(Start(ReadSlices));
        try
        {
            foreach (var task in ordered.GetConsumingEnumerable(stop.Token))
            {
                task.Wait(stop.Token);
                var contents = task.GetAwaiter().GetResult();
                replayer.Apply(contents);
                transactions += contents.Transactions;
                rows += contents.Rows.Count;
                contents.Rows.Clear();
                spare.Add(contents.Rows);
                progress?.Report(new VerifyProgress(rows, of, "replaying"));
            }
        }
        catch
        {
            stop.Cancel();
            cancel.ThrowIfCancellationRequested();
            Task.WhenAll(threads).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
            // What ended a thread is the reason; that the others were told to stop is not.
            foreach (
                var reason in threads.Select(t => t.Exception?.InnerException).Where(e => e is not null and not OperationCanceledException)
            )
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(reason!);
            throw;
        }

        Task.WaitAll([.. threads], CancellationToken.None);
    }

    Task Start(Action action) =>
        Task.Factory.StartNew(
            () =>
            {
                try
                {
                    action();
                }
                catch
                {
                    stop.Cancel();
                    throw;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    void Plan(Planner planner)
    {
        foreach (var slice in planner.Slices())
        {
            var contents = new TaskCompletionSource<SliceContents>(TaskCreationOptions.RunContinuationsAsynchronously);
            work.Add((slice, contents), stop.Token);
            ordered.Add(contents.Task, stop.Token);
        }

        work.CompleteAdding();
        ordered.CompleteAdding();
    }

    void ReadSlices()
    {
        using var connection = snapshot.Join();
        var reader = new SliceReader(connection, findings);
        var hasher = new SliceHasher(findings);
        var documents = new DocumentCheck(connection, findings);
        foreach (var (slice, contents) in work.GetConsumingEnumerable(stop.Token))
        {
            var read = reader.Read(slice, spare.TryTake(out var used) ? used : []);
            documents.Check(read, isProved: hasher.Check(read));
            contents.SetResult(read);
        }
    }

    static long TotalRows(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(TotalRowsSql, connection);
        return (long)command.ExecuteScalar()!;
    }

    VerifyReport Report(Planner planner, Replayer replayer, TimeSpan took)
    {
        var state = replayer.State;
        var sums = Sums(state);
        foreach (var book in sums.Where(b => b.Debits != b.Credits))
            findings.Add(
                FindingKind.Journal,
                null,
                null,
                $"Book {book.Book} does not sum to zero in {book.Currency}: debits {book.Debits}, credits {book.Credits}."
            );
        var remarks = witnessed.Remarks().ToList();
        if (replayer.Ended is { } reason)
            remarks.Insert(
                0,
                $"The replay ended where {reason}; the hashes were checked to the end, but what is stored of accounts, reservations and "
                    + $"counters was not compared."
            );
        return new VerifyReport
        {
            Found = findings.Count,
            Findings = findings.InOrder(),
            Rows = rows,
            Transactions = transactions,
            Refusals = planner.Refusals,
            Batches = planner.Batches,
            Accounts = state.Accounts.Count,
            IsReplayed = replayer.Ended is null,
            Books = sums,
            Head = planner.Last!.Header.Number,
            HeadHash = Convert.ToHexStringLower(planner.Last.Hash),
            Witnessed = witnessed.Compared,
            Remarks = remarks,
            Took = took,
        };
    }

    static IReadOnlyList<BookSum> Sums(LedgerState state) =>
        [
            .. state
                .Accounts.GroupBy(a => (a.Book, a.Currency.Code))
                .OrderBy(g => g.Key.Book, StringComparer.Ordinal)
                .ThenBy(g => g.Key.Code, StringComparer.Ordinal)
                .Select(g => new BookSum(
                    g.Key.Book,
                    g.Key.Code,
                    g.LongCount(),
                    g.Sum(a => Math.Max(0m, a.Now.Net)),
                    g.Sum(a => Math.Max(0m, -a.Now.Net))
                )),
        ];

    const string TotalRowsSql = "select coalesce(max(last_row), 0) from ledger.batches";
}
