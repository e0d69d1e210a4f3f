using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hazina.Platform.Http;
using Hazina.Platform.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Jobs;

/// <summary>Runs the jobs. A failure is written down where an operator sees it, and tried again: soon at first, then less and less often.</summary>
sealed class JobRunner(IEnumerable<Job> jobs, JobTable table, IServiceScopeFactory scopes, TimeProvider time, ILogger<JobRunner> logger)
    : BackgroundService
{
    static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5),
        LastRetry = TimeSpan.FromHours(1),
        ShortestPause = TimeSpan.FromSeconds(1);
    static readonly Counter<long> Runs = Sources.Meter.CreateCounter<long>(
        "hazina.jobs.runs",
        description: "Runs of jobs, by job and outcome"
    );

    readonly Job[] jobs = [.. jobs];

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (jobs.GroupBy(j => j.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidOperationException($"The job {twice.Key} is registered twice.");
        return Task.WhenAll(jobs.Select(j => Loop(j, stoppingToken)));
    }

    async Task Loop(Job job, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var pause = FirstRetry;
            try
            {
                await Turn(job, stopping);
                var wait = (await table.Due(job.Name, stopping) ?? time.GetUtcNow()) - time.GetUtcNow();
                // Not past the period: another process may have failed and be due again sooner than planned.
                pause =
                    wait < ShortestPause ? ShortestPause
                    : wait > job.Every ? job.Every
                    : wait;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Problems.IsUnavailable(e))
            {
                PlatformLog.JobNotScheduled(logger, job.Name, e.Message);
            }
            catch (Exception e)
            {
                // Whatever it is: were it let through, this job would come round no more as long as the process lives, and nobody would be told.
                PlatformLog.JobNotTurned(logger, e, job.Name);
            }

            await Task.Delay(pause, time, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Runs the job once if it is due and nobody else is at it.</summary>
    /// <returns>Whether it ran.</returns>
    public async Task<bool> Turn(Job job, CancellationToken stopping)
    {
        var worker = Guid.CreateVersion7();
        if (await table.Take(job.Name, worker, time.GetUtcNow(), stopping) is not { } failures)
            return false;

        var started = time.GetUtcNow();
        var fault = await Run(job, worker, stopping);
        var ended = time.GetUtcNow();
        if (fault is OperationCanceledException && stopping.IsCancellationRequested)
        {
            await table.End(job.Name, worker, ended, ended, failures, "stopped with its process");
            return true;
        }

        failures = fault is null ? 0 : Math.Min(failures + 1, 1000);
        var next = fault is null ? Later(started + job.Every, ended) : ended + Shorter(job.Every, Backoff(failures));
        if (fault is not null)
            PlatformLog.JobFailed(logger, fault, job.Name, failures, next);
        Runs.Add(1, new("job", job.Name), new("outcome", fault is null ? "ok" : "failed"));
        await table.End(job.Name, worker, ended, next, failures, fault is null ? null : Cut($"{fault.GetType().Name}: {fault.Message}"));
        return true;
    }

    async Task<Exception?> Run(Job job, Guid worker, CancellationToken stopping)
    {
        using var activity = Sources.Activities.StartActivity("job " + job.Name);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var clock = time.GetTimestamp();
        var keeping = KeepTurn(job, worker, lost);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await job.Run(scope.ServiceProvider, lost.Token);
            PlatformLog.JobRan(logger, job.Name, (long)time.GetElapsedTime(clock).TotalMilliseconds);
            return null;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            return e;
        }
        finally
        {
            await lost.CancelAsync();
            await keeping;
        }
    }

    async Task KeepTurn(Job job, Guid worker, CancellationTokenSource lost)
    {
        try
        {
            using var timer = new PeriodicTimer(JobTable.Hold / 3, time);
            while (await timer.WaitForNextTickAsync(lost.Token))
            {
                if (await table.Renew(job.Name, worker, time.GetUtcNow(), lost.Token))
                    continue;
                PlatformLog.JobTakenOver(logger, job.Name);
                await lost.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The job has ended.
        }
        catch (Exception e)
        {
            // Whoever can reach the database may take it over; to go on here could make it two.
            PlatformLog.JobNotScheduled(logger, job.Name, e.Message);
            await lost.CancelAsync();
        }
    }

    static TimeSpan Backoff(int failures) => failures > 10 ? LastRetry : Shorter(LastRetry, FirstRetry * Math.Pow(2, failures - 1));

    static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    static string Cut(string text) => text.Length > 1000 ? text[..1000] : text;
}
