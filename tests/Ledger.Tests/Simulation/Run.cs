using FsCheck.Fluent;
using Hazina.Ledger.Tests.Model;
using Hazina.Ledger.Writing;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>One run by seed: some processes, a workload, and everything that can go wrong; then calm, and a close look at what is left.</summary>
sealed class Run
{
    const int Actions = 90;
    static readonly AnyScript Workload = new(new Ids(1), Given.Start, TimeSpan.FromSeconds(1));

    /// <summary>Making a script takes as long as a run, and it is the order of things that is looked at here.</summary>
    const ulong RunsOfAScript = 8;

    static Tuple<ulong, Script>? lastScript;

    readonly Random random;
    readonly ManualTime time = new(Given.Start);
    readonly SimulatedJournal journal;
    readonly Faults faults;
    readonly Lies lies;
    readonly bool isAsynchronous;
    readonly LedgerOptions options;
    readonly Dictionary<Submission, SimulatedProcess> processOf = [];
    readonly HashSet<SimulatedProcess> stopped = [];
    readonly List<SimulatedProcess> processes = [];
    readonly Answers answers;
    readonly Queue<Operation> work;
    readonly List<Operation> done = [];
    int ids;
    int depth;

    public Run(ulong seed, Lies? lies = null)
    {
        random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        this.lies = lies ?? Lies.None;
        journal = new SimulatedJournal(time);
        isAsynchronous = this.lies == Lies.None && random.Next(8) == 0;
        faults = new Faults(random)
        {
            Lost = Pick(0, 5, 30),
            Interleaved = Pick(0, 60, 200),
            InDoubt = Pick(0, 50, 200),
            Warned = Pick(0, 0, 60),
            RefusedAtCommit = Pick(0, 0, 0, 40),
            LetOthersRun = LetOthersRun,
        };
        options = new LedgerOptions
        {
            BatchSize = Pick(1, 3, 16),
            SnapshotEvents = Pick(2, 8),
            SnapshotAge = TimeSpan.FromSeconds(Pick(1, 10)),
            CheckpointRows = Pick(10, 60),
            KeepTurnAbove = Pick(0, 2, 1_000),
            DecideAheadAbove = Pick(0, 0, 2, 1_000),
            IdsKnownSince = TimeSpan.FromDays(Pick(0, 40_000)),
            KeepTurnFor = TimeSpan.FromMilliseconds(Pick(0, 250)),
        };
        answers = new Answers(journal)
        {
            MayBeFaulty = faults.RefusedAtCommit > 0,
            MayBeLost = isAsynchronous,
            IsStopped = s => stopped.Contains(processOf[s]),
        };
        work = new Queue<Operation>(ScriptOf(seed / RunsOfAScript).Operations.Where(o => o is Send or SendAll));
        for (var i = Pick(1, 2, 2, 3); i > 0; i--)
            processes.Add(NewProcess());
    }

    public int Batches => journal.Batches.Count;

    public int Told => answers.Count;

    public void Go()
    {
        for (var i = 0; i < Actions; i++)
        {
            Act();
            answers.Collect();
        }

        Calm();
        Check();
    }

    static Script ScriptOf(ulong number)
    {
        if (lastScript is { } last && last.Item1 == number)
            return last.Item2;
        var script = Workload.Scripts(60).Generator.Sample(1, new FsCheck.Rnd(number), 30).Single();
        lastScript = Tuple.Create(number, script);
        return script;
    }

    void Act()
    {
        switch (random.Next(100))
        {
            case < 30:
                HandIn(work.Count > 0 ? work.Dequeue() : Once());
                break;
            case < 36:
                HandIn(Once());
                break;
            case < 84:
                Any().Step();
                break;
            case < 92:
                time.Advance(TimeSpan.FromMilliseconds(random.Next(random.Next(10) == 0 ? 40_000 : 700)));
                break;
            case < 95:
                journal.FailOver(random.Next(4), isAsynchronous);
                break;
            case < 97:
                Restart(isKilled: true);
                break;
            case < 98:
                Restart(isKilled: false);
                break;
            default:
                var all = processes.ToList();
                all.ForEach(p => p.Step());
                break;
        }
    }

    /// <summary>Something that was handed in before, or something simple.</summary>
    Operation Once() => done.Count > 0 ? done[random.Next(done.Count)] : new Send([Given.Opening(2)]);

    void HandIn(Operation operation)
    {
        if (!done.Contains(operation))
        {
            operation = operation switch
            {
                Send send => new Send([.. send.Postings.Select(Alongside)]),
                SendAll all => WithoutSharedKeys(all with { Postings = [.. all.Postings.Select(Alongside)] }),
                _ => operation,
            };
            done.Add(operation);
        }

        var submission = operation is SendAll bulk
            ? new Submission(bulk.Postings, bulk.Bulk)
            : new Submission(((Send)operation).Postings, null);
        var process = Any();
        processOf.Add(submission, process);
        Assert.True(process.TryHandIn(submission));
        answers.Expect(submission);
    }

    Posting Alongside(Posting posting)
    {
        List<AlongsideRow> rows = [];
        if (random.Next(2) == 0)
            rows.AddRange(SimulatedModule.WhenPosted(posting));
        switch (random.Next(24))
        {
            case < 4:
                var key = $"row {random.Next(3)}";
                rows.Add(new AlongsideRow(SimulatedModule.Update, key, [key, journal.Tables.VersionOf(key)]));
                break;
            case 4:
                rows.Add(new AlongsideRow(SimulatedModule.Poison, null, []));
                break;
            case 5:
                rows.Add(new AlongsideRow(SimulatedModule.Locked, null, []));
                break;
        }

        return posting with
        {
            WhenPosted = rows,
            WhenRefused = random.Next(2) == 0 ? SimulatedModule.WhenRefused(posting) : [],
        };
    }

    static SendAll WithoutSharedKeys(SendAll all) =>
        PostingRules.FirstBulkFlaw(all.Bulk, all.Postings) is null
            ? all
            : all with
            {
                Postings = [.. all.Postings.Select(p => p with { WhenPosted = [] })],
            };

    void Restart(bool isKilled)
    {
        var process = Any();
        if (process.IsRunning)
            return;
        if (isKilled)
        {
            process.Kill();
            answers.Unheard.UnionWith(answers.Open.Where(s => processOf[s] == process).SelectMany(s => s.Postings).Select(p => p.Id));
            answers.Forget(s => processOf[s] == process);
        }
        else
        {
            stopped.Add(process);
            process.Stop();
            answers.Collect();
            answers.Unheard.UnionWith(answers.Open.Where(s => processOf[s] == process).SelectMany(s => s.Postings).Select(p => p.Id));
            answers.Forget(s => processOf[s] == process);
        }

        processes[processes.IndexOf(process)] = NewProcess();
    }

    /// <summary>While one process waits inside a call.</summary>
    void LetOthersRun(SimulatedStore who)
    {
        if (depth >= 2)
            return;
        depth++;
        if (random.Next(20) == 0)
            journal.FailOver(random.Next(3), isAsynchronous);
        for (var i = random.Next(3); i >= 0; i--)
            Any().Step();
        depth--;
    }

    /// <summary>Everything works again: whoever waits must be answered soon.</summary>
    void Calm()
    {
        faults.Stop();
        // A process that is ahead of the journal finds out when it next wants to write.
        for (var i = 0; i < processes.Count; i++)
        {
            var last = new Submission([Given.Posting(900 + i, new Open(Given.Wallet(900 + i), Given.Kes, AccountClass.Asset))], null);
            processOf.Add(last, processes[i]);
            processes[i].TryHandIn(last);
            answers.Expect(last);
        }

        for (var round = 0; answers.Open.Count > 0 || processes.Exists(p => p.Writer.HasWork); round++)
        {
            Assert.True(round < 500, $"{answers.Open.Count} submissions stay unanswered");
            foreach (var process in processes)
                process.Step();
            time.Advance(TimeSpan.FromMilliseconds(5));
            answers.Collect();
        }
    }

    void Check()
    {
        answers.AreTrueForEver();
        JournalProof.Holds(journal);
        AlongsideProof.Holds(journal, done);
        var replayed = StateDump.Of(journal.Replayed());
        foreach (var process in processes)
        {
            process.Writer.Follow();
            Assert.Equal(replayed, StateDump.Of(process.Writer.State!));
            Assert.All(process.Writer.State!.Accounts, a => Assert.Equal((-1, -1), (a.Slot, a.OtherSlot)));
        }
    }

    SimulatedProcess NewProcess() => new(journal, faults, lies, options, NewId);

    SimulatedProcess Any() => processes[random.Next(processes.Count)];

    int Pick(params ReadOnlySpan<int> from) => from[random.Next(from.Length)];

    /// <summary>A UUIDv7 of the simulated time.</summary>
    Guid NewId()
    {
        var milliseconds = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new Guid(unchecked((int)(milliseconds >> 16)), unchecked((short)milliseconds), 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0]).Plus(
            ++ids
        );
    }
}
