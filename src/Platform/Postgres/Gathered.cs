using System.Diagnostics;
using Dapper;
using Npgsql;

namespace Hazina.Platform.Postgres;

/// <summary>
/// Asks the database for many at once what each asks for itself: while a question is on its way, those who come gather for the next one. Under load a
/// question costs each of them little; who comes alone does not wait. Thread-safe.
/// </summary>
/// <param name="most">How many one question is asked for at most.</param>
/// <param name="source">Where: one of its connections, seldom a second, is kept from question to question while there are some.</param>
/// <param name="ask">Gives an answer to each, in their order, by looking up rows by their keys. Not stopped when one of them gives up.</param>
/// <remarks>Who waits is somebody's request: there are never more than there are of those.</remarks>
public sealed class Gathered<TAsked, TAnswer>(
    int most,
    NpgsqlDataSource source,
    Func<NpgsqlConnection, IReadOnlyList<TAsked>, Task<IReadOnlyList<TAnswer>>> ask
)
{
    /// <summary>A question that takes so long does not hold up those who come meanwhile: they are asked for beside it.</summary>
    static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the connection is kept for those who come next.</summary>
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>How long one is kept at most: where it leads may not be the primary any more.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    const int AtOnce = 2;

    readonly Lock gate = new();
    readonly Queue<Waiting> waiting = new();
    TaskCompletionSource? resting;
    int underway;
    long begun;

    /// <exception cref="Exception">Whatever the question came to, for all who were in it.</exception>
    public Task<TAnswer> Ask(TAsked asked, CancellationToken cancellation)
    {
        var one = new Waiting(asked, new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
        var begins = false;
        lock (gate)
        {
            waiting.Enqueue(one);
            if (resting is not null)
            {
                resting.SetResult();
                resting = null;
            }
            else if (underway == 0 || (underway < AtOnce && Stopwatch.GetElapsedTime(begun) > Slow))
            {
                underway++;
                begins = true;
            }
        }

        if (begins)
        {
            // Of everybody who asks: not a part of the first one's trace.
            using (ExecutionContext.SuppressFlow())
                _ = Task.Run(Go, CancellationToken.None);
        }

        return one.Answer.Task.WaitAsync(cancellation);
    }

    async Task Go()
    {
        NpgsqlConnection? connection = null;
        var opened = 0L;
        while (await Next() is { Count: > 0 } some)
        {
            var gone = false;
            try
            {
                if (connection is null)
                    (connection, opened) = (await Open(), Stopwatch.GetTimestamp());
                var asked = ask(connection, [.. some.Select(w => w.Asked)]);
                _ = Relieve(asked);
                var answers = await asked;
                for (var i = 0; i < some.Count; i++)
                    some[i].Answer.SetResult(answers[i]);
                gone = Stopwatch.GetElapsedTime(opened) > Longest;
            }
            catch (Exception e)
            {
                foreach (var one in some)
                    one.Answer.TrySetException(e);
                gone = true;
            }

            if (gone)
                connection = await Close(connection);
        }

        await Close(connection);
    }

    /// <summary>Begins another question for those who have come while this one takes its time, and after whom nobody comes.</summary>
    async Task Relieve(Task asked)
    {
        if (await Task.WhenAny(asked, Task.Delay(Slow)) == asked)
            return;
        lock (gate)
        {
            if (waiting.Count == 0 || underway >= AtOnce)
                return;
            underway++;
        }

        await Go();
    }

    static async Task<NpgsqlConnection?> Close(NpgsqlConnection? connection)
    {
        try
        {
            if (connection is not null)
                await connection.DisposeAsync();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or ObjectDisposedException)
        {
            // Gone all the same.
        }

        return null;
    }

    /// <summary>One plan for however many are asked for, and never one that reads a whole table because it was small when the plan was made.</summary>
    async Task<NpgsqlConnection> Open()
    {
        var opened = await source.OpenConnectionAsync();
        try
        {
            await opened.ExecuteAsync(PlanWriterSql);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Those who wait; none: nobody has come for a while, and whoever comes next begins anew.</summary>
    async Task<List<Waiting>> Next()
    {
        TaskCompletionSource? comes = null;
        lock (gate)
        {
            if (waiting.Count > 0)
                return Take();
            if (resting is null)
                comes = resting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (comes is not null)
            await Task.WhenAny(comes.Task, Task.Delay(Rest));
        lock (gate)
        {
            if (resting == comes)
                resting = null;
            var some = Take();
            if (some.Count == 0)
                underway--;
            return some;
        }
    }

    List<Waiting> Take()
    {
        var some = new List<Waiting>(Math.Min(waiting.Count, most));
        while (some.Count < most && waiting.TryDequeue(out var one))
            some.Add(one);
        begun = Stopwatch.GetTimestamp();
        return some;
    }

    sealed record Waiting(TAsked Asked, TaskCompletionSource<TAnswer> Answer);

    // Gone when the connection returns to its pool.
    const string PlanWriterSql = """
        select set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false)
        """;
}
