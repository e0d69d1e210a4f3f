namespace Hazina.Payments.Tests.Faults;

/// <summary>Beside nothing else: three processes come and go, and what they leave undone has its deadlines.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class KillCollection
{
    public const string Name = "Kills";
}

/// <summary>
/// Many callers pay, capture, give back, top up, withdraw and pay out of several sources over HTTP, and ask again until they are answered, while servers and
/// PostgreSQL are killed under them.
/// </summary>
[Collection(KillCollection.Name)]
public sealed class KillTests(ITestOutputHelper output)
{
    const int Kills = 12,
        Travellers = 4,
        Traders = 2,
        MostLives = 400,
        MostAskedAgain = 10_000;

    static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(30);

    [Fact]
    public async Task Whatever_is_killed_each_call_has_one_answer_and_each_is_charged_once_or_not_at_all()
    {
        Assert.SkipUnless(LongRun.Asked, "It takes minutes: ./hazina test --long 10m runs it.");
        var started = TimeProvider.System.GetTimestamp();
        do await Round(LongRun.Seed());
        while (TimeProvider.System.GetElapsedTime(started) < LongRun.Duration);
    }

    async Task Round(int seed)
    {
        var started = TimeProvider.System.GetTimestamp();
        Tell($"Seed {seed}: {LongRun.SeedVariable}={seed} does it once more");
        var random = new Random(seed);
        await using var servers = await KilledServers.Begin(seed);
        var (wave, trade) = (await Wave.Prepare(servers), await Trade.Open(servers));
        Tell("All are there");
        servers.Wire.IsBad = true;
        using var over = new CancellationTokenSource();
        var number = 0;
        var callers = Task.WhenAll([
            .. Some(
                Travellers,
                async its =>
                {
                    if (Interlocked.Increment(ref number) is var n && n < MostLives)
                        await wave.Add(Payer(its), n).Begin(wave);
                }
            ),
            .. Some(Traders, trade.Next),
        ]);
        var killed = await Kill(servers, random, callers);
        await over.CancelAsync();
        await callers;
        servers.Wire.IsBad = false;
        Tell($"Killed: {killed}; {wave.Lives.Count} over rails, {trade.Count} payments, {servers.Wire.Count} calls were answered");

        var aftermath = new Aftermath(wave);
        await aftermath.Find();
        await trade.Hold(servers);
        await aftermath.Hold();
        Tell("All have come to their end");
        await servers.Wire.AskAgain(atMost: MostAskedAgain);
        Assert.Empty(servers.Wire.Contradictions);
        await servers.Verify();
        Tell($"All agrees; {aftermath.Found} came by statement");

        void Tell(string what) => output.WriteLine($"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s: {what}");

        IEnumerable<Task> Some(int count, Func<Random, Task> act) =>
            Enumerable
                .Range(0, count)
                .Select(_ => random.Next())
                .ToList()
                .Select(its =>
                    Task.Run(async () =>
                    {
                        var own = new Random(its);
                        using var pace = new PeriodicTimer(Breath);
                        while (!over.IsCancellationRequested)
                        {
                            await act(own);
                            await pace.WaitForNextTickAsync();
                        }
                    })
                );
    }

    /// <summary>What takes two people is not done while they are being killed.</summary>
    static Cell Payer(Random random)
    {
        while (true)
        {
            if (Cell.Of(random.Next()) is { Act: not Act.Reversal } cell)
                return cell;
        }
    }

    /// <summary>The database and a server first, then each again and again, and the database with a server.</summary>
    static async Task<string> Kill(KilledServers servers, Random random, Task callers)
    {
        var (first, second) = (servers.First, servers.Second);
        var acts = new (string Name, Func<Task> Do)[]
        {
            ("PostgreSQL", servers.KillPostgres),
            (first.Name, () => KilledServers.Kill(first)),
            (second.Name, () => KilledServers.Kill(second)),
            ($"PostgreSQL with {first.Name}", () => Task.WhenAll(servers.KillPostgres(), KilledServers.Kill(first))),
        };
        (string Name, Func<Task> Do)[] order = [acts[0], acts[random.Next(1, 3)]];
        random.Shuffle(order);
        var killed = new List<string>();
        for (var i = 0; i < Kills && !callers.IsCompleted; i++)
        {
            await Task.WhenAll(
                KilledServers.Hears(first, random.Next(10, 60), callers),
                KilledServers.Hears(second, random.Next(10, 60), callers)
            );
            var (name, act) = i < order.Length ? order[i] : acts[random.Next(acts.Length)];
            await act();
            killed.Add(name);
        }

        await Task.WhenAll(KilledServers.Hears(first, 20, callers), KilledServers.Hears(second, 20, callers));
        return string.Join(", ", killed);
    }
}
