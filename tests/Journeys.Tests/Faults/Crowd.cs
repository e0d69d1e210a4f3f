using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>
/// Callers who ask all the time, each mostly at one server. What is not answered they ask again later, with the same ids, at another.
/// </summary>
sealed class Crowd : IAsyncDisposable
{
    static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    readonly IReadOnlyList<Seat> seats;
    readonly Memory memory;
    readonly ConcurrentQueue<Ask> open = new();
    readonly ConcurrentQueue<string> unmarked = new();
    readonly HttpClient client = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) });
    readonly CancellationTokenSource stopping = new();
    Task callers = Task.CompletedTask;
    Exception? failure;

    public Crowd(string key, IReadOnlyList<Seat> seats, Memory memory)
    {
        (this.seats, this.memory) = (seats, memory);
        client.DefaultRequestHeaders.Add("X-API-Key", key);
    }

    /// <summary>What was asked and not answered.</summary>
    public IReadOnlyCollection<Ask> Open => [.. open];

    /// <summary>Repetitions whose answer did not say that it was one.</summary>
    public IEnumerable<string> Unmarked => unmarked;

    public void Start(int count, int seed, IReadOnlyList<Guid> wallets) =>
        callers = Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(i =>
                    Task.Run(() =>
                    {
                        var random = new Random(seed + i);
                        return GuardAsync(() => CallAsync(random, new Whims(random, wallets), seats[i % seats.Count]));
                    })
                )
        );

    /// <summary>Waits until a server has answered so many more: it goes on.</summary>
    public async Task HearsAsync(Seat seat, int more)
    {
        var goal = seat.Answered + more;
        await Eventually.TrueAsync(
            () => seat.Answered >= goal || failure is not null,
            $"{more} more answers of server {seat.Name}, which said last:\n",
            () => seat.LastWords
        );
        if (failure is not null)
            await callers;
    }

    /// <summary>Nobody asks anything new; what was asked is still answered or given up.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await callers;
    }

    /// <summary>Asks whatever is open until all of it is answered.</summary>
    public async Task SettleAsync()
    {
        await StopAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var seat in seats)
                {
                    if (open.TryDequeue(out var ask) && await AskAsync(ask, seat) is null)
                        open.Enqueue(ask);
                }

                return open.IsEmpty;
            },
            "an answer to everything that was asked"
        );
    }

    /// <summary>Asks once, and notes the answer.</summary>
    /// <returns>Null where there was none.</returns>
    public async Task<IReadOnlyList<Told>?> AskAsync(Ask ask, Seat seat, bool isAgain = false)
    {
        if (seat.Address is not { } address)
            return null;
        try
        {
            using var body = new StringContent(ask.Body, Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri(address, ask.Path), body);
            if (await Answers.ReadAsync(ask, response) is not { } told)
                return null;
            memory.Hear(ask, told, seat.Name);
            if (isAgain && !Answers.IsReplayed(response))
                unmarked.Enqueue($"{ask.Path} {ask.Body}");
            seat.Count();
            return told;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    async Task GuardAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception e)
        {
            failure ??= e;
            await stopping.CancelAsync();
            throw;
        }
    }

    async Task CallAsync(Random random, Whims whims, Seat home)
    {
        using var pace = new PeriodicTimer(Breath);
        while (!stopping.IsCancellationRequested)
        {
            Ask? old = null;
            if (random.Next(2) == 0)
                open.TryDequeue(out old);
            var ask = old ?? whims.Next();
            var seat = old is not null || home.Address is null ? Away(random, home) : home;
            var told =
                random.Next(25) == 0
                    ? (await Task.WhenAll(seats.Select(s => AskAsync(ask, s)))).FirstOrDefault(t => t is not null) // as who clicks twice
                    : await AskAsync(ask, seat);
            if (told is not null)
            {
                whims.Heard(ask, told);
                continue;
            }

            open.Enqueue(ask);
            await pace.WaitForNextTickAsync(); // not a hail of connections at a server that is away
        }
    }

    Seat Away(Random random, Seat home) => seats.Count == 1 ? home : seats.Where(s => s != home).ElementAt(random.Next(seats.Count - 1));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await callers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        client.Dispose();
        stopping.Dispose();
    }
}
