using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Jobs;

/// <summary>Whose turn it is. A row is held for a minute at a time; who dies lets go by silence.</summary>
sealed class JobTable(Database database)
{
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    /// <summary>Takes the turn if the job is due and nobody has it.</summary>
    /// <returns>How often it has failed in a row; null when it is not this worker's turn.</returns>
    public async Task<int?> Take(string job, Guid worker, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<int?>(
            new CommandDefinition(
                TakeWriterSql,
                new
                {
                    job,
                    worker,
                    now,
                    until = now + Hold,
                },
                cancellationToken: cancellation
            )
        );
    }

    /// <summary>When it makes sense to try again.</summary>
    public async Task<DateTimeOffset?> Due(string job, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<DateTimeOffset?>(
            new CommandDefinition(DueWriterSql, new { job }, cancellationToken: cancellation)
        );
    }

    /// <summary>False when somebody else has the job by now.</summary>
    public async Task<bool> Renew(string job, Guid worker, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(
                new CommandDefinition(
                    RenewWriterSql,
                    new
                    {
                        job,
                        worker,
                        until = now + Hold,
                    },
                    cancellationToken: cancellation
                )
            ) == 1;
    }

    /// <summary>Gives the turn back.</summary>
    public async Task End(string job, Guid worker, DateTimeOffset now, DateTimeOffset next, int failures, string? error)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync();
        await connection.ExecuteAsync(
            EndWriterSql,
            new
            {
                job,
                worker,
                now,
                next,
                failures,
                error,
            }
        );
    }

    const string TakeWriterSql = """
        insert into platform.jobs as j (name, next_run_at, worker, worker_until, last_started_at)
        values (@job, @now, @worker, @until, @now)
        on conflict (name) do update
           set worker = excluded.worker, worker_until = excluded.worker_until, last_started_at = excluded.last_started_at
         where j.next_run_at <= @now and (j.worker is null or j.worker_until <= @now)
        returning failures
        """;

    const string DueWriterSql = "select greatest(next_run_at, worker_until) from platform.jobs where name = @job";

    const string RenewWriterSql = "update platform.jobs set worker_until = @until where name = @job and worker = @worker";

    const string EndWriterSql = """
        update platform.jobs
           set worker = null, worker_until = null, last_ended_at = @now, next_run_at = @next, failures = @failures, last_error = @error, runs = runs + 1
         where name = @job and worker = @worker
        """;
}
