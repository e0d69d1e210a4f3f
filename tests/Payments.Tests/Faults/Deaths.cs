using System.Collections.Concurrent;
using Dapper;
using Hazina.Simulator;

namespace Hazina.Payments.Tests.Faults;

/// <summary>
/// A wave of lives, each of which breaks off once at its place; and under them the server ends again and again, each time at a place that is named, with all
/// that it is at.
/// </summary>
sealed class Deaths(MortalServer server, Wave wave)
{
    const int AtOnce = 8;

    readonly ConcurrentDictionary<Guid, Life?> known = new();

    /// <summary>How often the server has ended.</summary>
    public int Count { get; private set; }

    /// <summary>How long it took at most until another had come in its place.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Begins all of these, and more while a death is still to come.</summary>
    /// <param name="cells">The first of them.</param>
    /// <param name="places">At which the server ends, one after the other.</param>
    /// <param name="most">At most so many lives.</param>
    public async Task Run(IReadOnlyList<Cell> cells, IReadOnlyList<string> places, Random random, int most)
    {
        var isOver = false;
        server.Rails.Behave(call => call.Operation == Operation.Reversal ? wave.BackTo(call.Party) : null);
        var begun = Parallel.ForEachAsync(
            Some(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (life, _) => await life.Begin(wave)
        );
        foreach (var place in places)
        {
            var died = await Watch(place, random.Next(1, 12));
            if (await Task.WhenAny(died, begun) == begun && await Task.WhenAny(died, Aftermath.AllIsHeard(wave)) != died)
                break;
            var at = TimeProvider.System.GetTimestamp();
            await server.Replace();
            var took = TimeProvider.System.GetElapsedTime(at);
            Slowest = took > Slowest ? took : Slowest;
            Count++;
        }

        await Watch(place: null, 0);
        isOver = true;
        await begun;

        IEnumerable<Life> Some()
        {
            for (var i = 0; i < most && (i < cells.Count || !isOver); i++)
                yield return wave.Add(i < cells.Count ? cells[i] : Cell.Of(random.Next()), i);
        }
    }

    /// <summary>Has the server that is there end when somebody has passed a place so many times.</summary>
    async Task<Task> Watch(string? place, int times)
    {
        var died = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (await server.Points()).Passing = (passed, call) =>
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
        using var owner = server.Owner().GetAwaiter().GetResult();
        var (amount, purpose) = owner.QuerySingleOrDefault<(decimal?, string?)>(
            "select amount, purpose from payments.provider_calls where id = @call and created_at >= @began",
            new { call, began = wave.Began }
        );
        // What is sent back has come by a call of its own, undisturbed.
        return amount is { } its && wave.Of(its) is { } life && purpose == "reversal" == (life.Cell.Act == Act.Reversal) ? life : null;
    }
}
