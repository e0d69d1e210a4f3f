using Hazina.Testing;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>A key, wallets with money on them that may not go below zero, and the callers who move it.</summary>
sealed class Town : IAsyncDisposable
{
    const int Wallets = 200;
    const decimal First = 1_000m;

    readonly string key;
    readonly IReadOnlyList<Seat> seats;
    readonly Guid[] wallets = [.. Enumerable.Range(0, Wallets).Select(_ => Guid.CreateVersion7())];

    Town(string key, IReadOnlyList<Seat> seats)
    {
        (this.key, this.seats) = (key, seats);
        Crowd = NewCrowd();
    }

    public Memory Memory { get; } = new();

    public Crowd Crowd { get; private set; }

    /// <param name="seats">They serve.</param>
    /// <param name="database">Where commands find the database, as they are told: <c>--data FOLDER</c> or <c>--database CONNECTION</c>.</param>
    public static async Task<Town> FoundAsync(IReadOnlyList<Seat> seats, params string[] database)
    {
        string[] make = ["key", "create", "--name", "town", "--book", "live", "--all-permissions", .. database];
        var (exitCode, made, errors) = await HazinaProcess.RunAsync(seats[0].DataFolder, make);
        Assert.True(exitCode == 0, errors);
        var town = new Town(made.Trim(), seats);
        var cash = Guid.CreateVersion7();
        await town.MustAsync([Open(cash, "asset", "none")]);
        await town.MustAsync(town.wallets.Select(wallet => Open(wallet, "liability", "0.00")));
        await town.MustAsync(town.wallets.Chunk(50).Select(some => Whims.Funding(cash, some, First)));
        return town;
    }

    public void Start(int callers, int seed) => Crowd.Start(callers, seed, wallets);

    /// <summary>Other callers, who know what the first were told.</summary>
    public async Task ReplaceCrowdAsync()
    {
        await Crowd.DisposeAsync();
        Crowd = NewCrowd();
    }

    /// <summary>Has everything answered, and compares it with what there is.</summary>
    /// <param name="ownerConnectionString">The superuser's, for looking at the journal.</param>
    public async Task<string> ReckonAsync(string ownerConnectionString)
    {
        await Crowd.SettleAsync();
        var reckoning = new Reckoning(ownerConnectionString, key, Memory);
        await reckoning.HoldAsync(seats);
        await reckoning.AskAgainAsync(Crowd, seats, atMost: 1_500);
        return $"{reckoning.Posted} posted, {reckoning.Refused} refused";
    }

    async Task MustAsync(IEnumerable<Ask> asks) =>
        await Parallel.ForEachAsync(
            asks,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (ask, _) => Assert.True((await Crowd.AskAsync(ask, seats[0]))?.All(t => t.IsPosted), ask.Body)
        );

    static Ask Open(Guid id, string accountClass, string floor) =>
        new(
            AskKind.Single,
            "/v1/ledger/accounts",
            $$"""{"id": "{{id}}", "currency": "KES", "class": "{{accountClass}}", "floor": "{{floor}}"}""",
            [new Wish(id, [])]
        );

    Crowd NewCrowd() => new(key, seats, Memory);

    public ValueTask DisposeAsync() => Crowd.DisposeAsync();
}
