using Dapper;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Platform.Tests.Postgres;

public sealed class GatheredTests
{
    [Fact]
    public async Task Who_comes_alone_is_answered_and_who_comes_meanwhile_gathers_for_the_next_question()
    {
        await using var source = await Source();
        var asked = new List<int[]>();
        var mayAnswer = new TaskCompletionSource();
        var gathered = new Gathered<int, int>(
            3,
            source,
            async (connection, some) =>
            {
                lock (asked)
                    asked.Add([.. some]);
                await mayAnswer.Task;
                // The connection is the question's alone.
                return [.. await connection.QueryAsync<int>("select n * 10 from unnest(@some::int[]) n", new { some })];
            }
        );
        var answers = new List<Task<int>> { gathered.Ask(0, default) };
        await Testing.Eventually.TrueAsync(() => Task.FromResult(Questions() == 1), "the question");
        // The first one is slow: sooner or later those who come are asked for beside it.
        await Testing.Eventually.TrueAsync(
            () =>
            {
                answers.Add(gathered.Ask(answers.Count, default));
                return Task.FromResult(Questions() == 2);
            },
            "the question beside it"
        );
        while (answers.Count < 12)
            answers.Add(gathered.Ask(answers.Count, default));
        Assert.All(answers, a => Assert.False(a.IsCompleted));
        Assert.Equal(2, Questions());
        mayAnswer.SetResult();

        Assert.Equal(Enumerable.Range(0, answers.Count).Select(n => n * 10), await Task.WhenAll(answers));
        Assert.All(asked, some => Assert.InRange(some.Length, 1, 3));
        Assert.Equal(answers.Count, asked.Sum(some => some.Length));
        Assert.Contains(asked, some => some.Length == 3);
        Assert.Equal(70, await gathered.Ask(7, default));

        int Questions()
        {
            lock (asked)
                return asked.Count;
        }
    }

    [Fact]
    public async Task A_connection_that_was_cut_off_is_not_asked_again()
    {
        await using var source = await Source();
        var cutOff = 0;
        var gathered = new Gathered<bool, int>(
            10,
            source,
            async (connection, some) =>
            {
                if (!some.Contains(true))
                    return [.. some.Select(_ => connection.ProcessID)];
                cutOff = connection.ProcessID;
                await connection.ExecuteAsync("select pg_terminate_backend(pg_backend_pid())");
                return [.. some.Select(_ => cutOff)];
            }
        );
        await gathered.Ask(false, default);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => gathered.Ask(true, default));
        Assert.NotEqual(0, cutOff);
        Assert.NotEqual(cutOff, await gathered.Ask(false, default));
    }

    static async Task<NpgsqlDataSource> Source() => NpgsqlDataSource.Create((await Testing.TestPostgres.StartedAsync()).ConnectionString);

    [Fact]
    public async Task What_a_question_stumbles_over_all_are_told_who_were_in_it_and_nobody_else()
    {
        await using var source = await Source();
        var gathered = new Gathered<int, int>(
            10,
            source,
            (_, some) => some.Contains(13) ? throw new InvalidOperationException("thirteen") : Task.FromResult<IReadOnlyList<int>>(some)
        );
        await Assert.ThrowsAsync<InvalidOperationException>(() => gathered.Ask(13, default));
        Assert.Equal(14, await gathered.Ask(14, default));
    }

    [Fact]
    public async Task Who_gives_up_keeps_nobody_from_an_answer()
    {
        var mayAnswer = new TaskCompletionSource();
        await using var source = await Source();
        var gathered = new Gathered<int, int>(
            10,
            source,
            async (_, some) =>
            {
                await mayAnswer.Task;
                return some;
            }
        );
        using var impatient = new CancellationTokenSource();
        var gone = gathered.Ask(1, impatient.Token);
        var others = Enumerable.Range(2, 4).Select(n => gathered.Ask(n, default)).ToList();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        mayAnswer.SetResult();
        var answers = await Task.WhenAll(others);
        Assert.Equal([2, 3, 4, 5], answers);
    }
}
