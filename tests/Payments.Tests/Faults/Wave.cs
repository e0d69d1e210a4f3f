using System.Collections.Concurrent;
using Dapper;
using Hazina.Payments.Tests.Paying;

namespace Hazina.Payments.Tests.Faults;

/// <summary>
/// Many lives side by side, each of which breaks off once at its place; and under them the server ends again and again, each time at a place that is named,
/// with all that it is at.
/// </summary>
sealed class Wave
{
    public const decimal Funds = 1_000_000;

    const int AtOnce = 8;

    readonly ConcurrentDictionary<int, Life> lives = new();
    readonly ConcurrentDictionary<Guid, Life?> known = new();
    readonly DateTime began = DateTime.UtcNow;

    Wave(MortalServer server, Customer asha, Guid incoming, Guid outgoing, Shop shop) =>
        (Server, Asha, Incoming, Outgoing, Shop) = (server, asha, incoming, outgoing, shop);

    public MortalServer Server { get; }

    public Customer Asha { get; }

    /// <summary>Where her top-ups go.</summary>
    public Guid Incoming { get; }

    /// <summary>What her withdrawals are taken from; there are <see cref="Funds"/> on it at first, as on the shop's customer's.</summary>
    public Guid Outgoing { get; }

    public Shop Shop { get; }

    public IReadOnlyCollection<Life> Lives => [.. lives.Values];

    /// <summary>How often the server has ended.</summary>
    public int Deaths { get; private set; }

    /// <summary>How long it took at most until another had come in its place.</summary>
    public TimeSpan Slowest { get; private set; }

    public static async Task<Wave> Prepare(MortalServer server)
    {
        var asha = await server.Someone();
        var (incoming, outgoing) = (await asha.Account(), await asha.Account(Funds));
        await using var owner = await server.Owner();
        // All that she sends away goes to phones and accounts that are new.
        await owner.ExecuteAsync(
            """
            insert into accounts.holder_tiers (owner_type, owner_id, book, tier, approval, set_at)
            select 'user', a.owner_id, a.book, 'premium', gen_random_uuid(), now() from accounts.accounts a where a.id = @outgoing
            """,
            new { outgoing }
        );
        return new Wave(server, asha, incoming, outgoing, await Shop.Open(server, Funds));
    }

    /// <summary>Begins all of these, and more while a death is still to come.</summary>
    /// <param name="cells">The first of them.</param>
    /// <param name="places">At which the server ends, one after the other.</param>
    /// <param name="most">At most so many lives.</param>
    public async Task Run(IReadOnlyList<Cell> cells, IReadOnlyList<string> places, Random random, int most)
    {
        var isOver = false;
        var begun = Parallel.ForEachAsync(
            Some(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (life, _) => await life.Begin(this)
        );
        foreach (var place in places)
        {
            var died = await Watch(place, random.Next(1, 12));
            if (await Task.WhenAny(died, begun) == begun && await Task.WhenAny(died, Aftermath.AllIsHeard(this)) != died)
                break;
            var at = TimeProvider.System.GetTimestamp();
            await Server.Replace();
            var took = TimeProvider.System.GetElapsedTime(at);
            Slowest = took > Slowest ? took : Slowest;
            Deaths++;
        }

        await Watch(place: null, 0);
        isOver = true;
        await begun;

        IEnumerable<Life> Some()
        {
            for (var i = 0; i < most && (i < cells.Count || !isOver); i++)
                yield return lives[i] = new Life(i < cells.Count ? cells[i] : Cell.Of(random.Next()), i);
        }
    }

    /// <summary>Has the server that is there end when somebody has passed a place so many times.</summary>
    async Task<Task> Watch(string? place, int times)
    {
        var died = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (await Server.Points()).Passing = (passed, call) =>
        {
            if (passed == place && Interlocked.Decrement(ref times) == 0)
                died.SetResult();
            if (died.Task.IsCompleted)
                throw new InvalidOperationException($"The server ends at {place}.");
            if (known.GetOrAdd(call, Find) is { } life && life.BreaksOffAt(passed))
                throw new InvalidOperationException($"The test breaks off at {passed}.");
        };
        return died.Task;
    }

    /// <summary>Whose call it is; null for those of earlier waves.</summary>
    Life? Find(Guid call)
    {
        using var owner = Server.Owner().GetAwaiter().GetResult();
        var amount = owner.QuerySingleOrDefault<decimal?>(
            "select amount from payments.provider_calls where id = @call and created_at >= @began",
            new { call, began }
        );
        return amount is { } its ? lives.GetValueOrDefault(Life.NumberOf(its)) : null;
    }
}
