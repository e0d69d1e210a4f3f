using Dapper;
using Hazina.Platform.Jobs;
using Hazina.Platform.Postgres;
using Hazina.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hazina.Platform.Tests.Jobs;

public sealed class JobRunnerTests : IAsyncLifetime
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    readonly ManualTime time = new();
    readonly ServiceProvider services = new ServiceCollection().BuildServiceProvider();
    TestDatabase test = null!;
    Database database = null!;
    int runs;

    public async ValueTask InitializeAsync()
    {
        test = await HazinaDatabase.CreateAsync();
        database = Database.Owned(test.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
        await test.DisposeAsync();
    }

    JobRunner Runner(params Job[] jobs) =>
        new(jobs, new JobTable(database), services.GetRequiredService<IServiceScopeFactory>(), time, NullLogger<JobRunner>.Instance);

    Job Counting(Func<CancellationToken, Task>? work = null) =>
        new(
            "test.count",
            Hour,
            async (_, stop) =>
            {
                Interlocked.Increment(ref runs);
                await (work?.Invoke(stop) ?? Task.CompletedTask);
            }
        );

    async Task<Row> State()
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync();
        return await connection.QuerySingleAsync<Row>(
            "select next_run_at, worker is not null as is_taken, runs, failures, last_error from platform.jobs"
        );
    }

    sealed record Row(DateTimeOffset NextRunAt, bool IsTaken, long Runs, int Failures, string? LastError);

    [Fact]
    public async Task A_job_runs_at_once_and_then_when_its_time_comes_round()
    {
        var (job, runner) = (Counting(), Runner());
        Assert.True(await runner.Turn(job, default));
        Assert.False(await runner.Turn(job, default));
        time.Advance(Hour - TimeSpan.FromSeconds(1));
        Assert.False(await runner.Turn(job, default));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await runner.Turn(job, default));
        Assert.Equal(2, runs);
        Assert.Equal(new Row(time.GetUtcNow() + Hour, IsTaken: false, Runs: 2, Failures: 0, LastError: null), await State());
    }

    [Fact]
    public async Task Of_many_processes_one_runs_it()
    {
        var job = Counting();
        var turns = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Runner().Turn(job, default)));
        Assert.Single(turns, ran => ran);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_failure_is_written_down_and_tried_again_less_and_less_often()
    {
        var (fails, runner) = (true, Runner());
        var job = Counting(_ => fails ? throw new InvalidOperationException("no luck") : Task.CompletedTask);
        foreach (var seconds in (int[])[5, 10, 20, 40, 80])
        {
            Assert.True(await runner.Turn(job, default));
            var state = await State();
            Assert.Equal("InvalidOperationException: no luck", state.LastError);
            Assert.Equal(time.GetUtcNow() + TimeSpan.FromSeconds(seconds), state.NextRunAt);
            time.Advance(TimeSpan.FromSeconds(seconds));
        }

        fails = false;
        Assert.True(await runner.Turn(job, default));
        var healed = await State();
        Assert.Equal((0, null, 6L), (healed.Failures, healed.LastError, healed.Runs));
    }

    [Fact]
    public async Task A_process_that_died_at_it_lets_go_after_a_minute()
    {
        var (table, job) = (new JobTable(database), Counting());
        Assert.NotNull(await table.Take(job.Name, Guid.CreateVersion7(), time.GetUtcNow(), default));
        Assert.False(await Runner().Turn(job, default));
        time.Advance(JobTable.Hold);
        Assert.True(await Runner().Turn(job, default));
    }

    [Fact]
    public async Task A_long_run_keeps_its_turn()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = Counting(_ => gate.Task);
        var turn = Runner().Turn(job, default);
        await Eventually.TrueAsync(() => runs == 1, "the job runs");
        for (var i = 0; i < 6; i++)
        {
            time.Advance(JobTable.Hold / 3);
            var until = time.GetUtcNow() + JobTable.Hold;
            await Eventually.TrueAsync(async () => await HeldUntil() == until, "the turn is renewed");
        }

        Assert.False(await Runner().Turn(job, default));
        gate.SetResult();
        Assert.True(await turn);

        async Task<DateTimeOffset?> HeldUntil()
        {
            await using var connection = await database.Writer("platform").OpenConnectionAsync();
            return await connection.QuerySingleAsync<DateTimeOffset?>("select worker_until from platform.jobs");
        }
    }

    [Fact]
    public async Task Who_lost_the_turn_is_stopped_and_changes_nothing()
    {
        var stopped = false;
        var job = Counting(async stop =>
        {
            try
            {
                await new TaskCompletionSource().Task.WaitAsync(stop);
            }
            catch (OperationCanceledException)
            {
                stopped = true;
                throw;
            }
        });
        var turn = Runner().Turn(job, default);
        await Eventually.TrueAsync(() => runs == 1, "the job runs");
        await using (var connection = await database.Writer("platform").OpenConnectionAsync())
            await connection.ExecuteAsync("update platform.jobs set worker = @other", new { other = Guid.CreateVersion7() });
        time.Advance(JobTable.Hold / 3);
        await turn;
        Assert.True(stopped);
        Assert.True((await State()).IsTaken);
    }

    [Fact]
    public async Task Stopping_ends_a_run_and_leaves_it_for_the_next_process()
    {
        var job = Counting(stop => new TaskCompletionSource().Task.WaitAsync(stop));
        using var runner = Runner(job);
        await runner.StartAsync(default);
        await Eventually.TrueAsync(() => runs == 1, "the job runs");
        await runner.StopAsync(default);
        var state = await State();
        Assert.Equal((time.GetUtcNow(), false, 0), (state.NextRunAt, state.IsTaken, state.Failures));
    }

    [Fact]
    public async Task The_runner_goes_round_by_its_clock()
    {
        using var runner = Runner(Counting());
        await runner.StartAsync(default);
        for (var round = 1; round <= 3; round++)
        {
            await Eventually.TrueAsync(() => runs == round && time.Waiting == 1, $"run {round} is over and the next is waited for");
            time.Advance(Hour);
        }

        await runner.StopAsync(default);
    }

    [Fact]
    public async Task A_fault_that_nobody_expected_ends_no_job_for_ever()
    {
        await using var owner = new NpgsqlConnection(test.ConnectionString);
        await owner.ExecuteAsync("revoke insert on platform.jobs from platform_writer");
        using var runner = Runner(Counting());
        await runner.StartAsync(default);
        await Eventually.TrueAsync(() => time.Waiting == 1, "the job waits for another turn");
        Assert.Equal(0, runs);
        await owner.ExecuteAsync("grant insert on platform.jobs to platform_writer");
        time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => runs == 1, "the job runs");
        await runner.StopAsync(default);
    }

    [Fact]
    public async Task A_name_given_twice_is_a_bug()
    {
        using var runner = Runner(Counting(), Counting());
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await runner.StartAsync(default);
            await runner.ExecuteTask!;
        });
    }
}
