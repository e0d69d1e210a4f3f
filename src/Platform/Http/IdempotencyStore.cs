using System.Collections.Concurrent;
using Dapper;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Platform.Http;

/// <summary>One request, as the table knows it.</summary>
sealed record RequestName(Guid Caller, string Book, string Key, byte[] Fingerprint)
{
    /// <summary>Who holds the row: this one attempt, not the process, so that a hold that could not be let go of runs out.</summary>
    public Guid Worker { get; } = Guid.CreateVersion7();
}

sealed record KeptAnswer(int Status, string? ContentType, string? Location, byte[] Body)
{
    public static KeptAnswer Of(HttpResponse response, MemoryStream body) =>
        new(response.StatusCode, response.ContentType, response.Headers.Location, body.ToArray());
}

abstract record Claim
{
    public sealed record Mine(Guid Id) : Claim;

    public sealed record Answered(KeptAnswer Answer) : Claim;

    public sealed record OtherRequest : Claim;

    public sealed record ElsewhereAtWork : Claim;
}

/// <summary>
/// The table behind <see cref="Idempotency"/>. Who is at work holds a row for a while and renews it; a process that died lets go by silence, and the
/// next one to come goes on with the same id.
/// </summary>
sealed class IdempotencyStore(Database database, TimeProvider time, IOptions<IdempotencyOptions> options, ILogger<IdempotencyStore> logger)
    : BackgroundService
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(26);

    readonly TimeSpan hold = options.Value.Hold;
    readonly ConcurrentDictionary<Guid, bool> atWork = new();

    public async Task<Claim> Claim(RequestName name, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        for (; ; )
        {
            var mine = await connection.QuerySingleOrDefaultAsync<Guid?>(
                new CommandDefinition(
                    ClaimWriterSql,
                    new
                    {
                        name.Caller,
                        name.Book,
                        name.Key,
                        id = Guid.CreateVersion7(),
                        name.Fingerprint,
                        name.Worker,
                        hold,
                    },
                    cancellationToken: cancellation
                )
            );
            if (mine is { } id)
            {
                atWork[name.Worker] = true;
                return new Claim.Mine(id);
            }

            var row = await connection.QuerySingleOrDefaultAsync<Row>(
                new CommandDefinition(
                    FindWriterSql,
                    new
                    {
                        name.Caller,
                        name.Book,
                        name.Key,
                    },
                    cancellationToken: cancellation
                )
            );
            if (row is null)
                continue; // let go between the two statements
            if (!row.Fingerprint.AsSpan().SequenceEqual(name.Fingerprint))
                return new Claim.OtherRequest();
            return row.Status is { } status
                ? new Claim.Answered(new KeptAnswer(status, row.ContentType, row.Location, row.Body!))
                : new Claim.ElsewhereAtWork();
        }
    }

    /// <summary>Keeps the answer; from now on it is the only one.</summary>
    /// <returns>False where nothing was heard of this worker for so long that another has the request by now, or had: the answer is that one's.</returns>
    public async Task<bool> Keep(RequestName name, KeptAnswer answer) =>
        await End(
            name,
            KeepWriterSql,
            new
            {
                name.Caller,
                name.Book,
                name.Key,
                name.Worker,
                answer.Status,
                answer.ContentType,
                answer.Location,
                answer.Body,
            }
        ) == 1;

    /// <summary>Forgets a request that did nothing, so that its key may come with a corrected body.</summary>
    public Task Forget(RequestName name) =>
        End(
            name,
            ForgetWriterSql,
            new
            {
                name.Caller,
                name.Book,
                name.Key,
                name.Worker,
            }
        );

    /// <summary>Lets a retry go on at once, with the same id, since this one may or may not have done its work.</summary>
    public async Task GiveUp(RequestName name)
    {
        try
        {
            await End(
                name,
                GiveUpWriterSql,
                new
                {
                    name.Caller,
                    name.Book,
                    name.Key,
                    name.Worker,
                }
            );
        }
        catch (Exception e) when (Problems.IsUnavailable(e))
        {
            // The hold runs out by itself; the fault that led here is what the caller hears.
        }
    }

    // Not cancelled with the request: what has been done must be kept even when nobody waits for the answer.
    async Task<int> End(RequestName name, string sql, object parameters)
    {
        atWork.TryRemove(name.Worker, out _);
        await using var connection = await database.Writer("platform").OpenConnectionAsync();
        return await connection.ExecuteAsync(sql, parameters);
    }

    /// <summary>Deletes what is older than its time.</summary>
    public async Task Sweep(CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        while (
            await connection.ExecuteAsync(new CommandDefinition(SweepWriterSql, new { kept = Kept }, cancellationToken: cancellation)) > 0
        ) { }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(hold / 3, time);
        while (
            await timer
                .WaitForNextTickAsync(stoppingToken)
                .AsTask()
                .ContinueWith(t => t.IsCompletedSuccessfully && t.Result, TaskScheduler.Default)
        )
        {
            if (atWork.IsEmpty)
                continue;
            try
            {
                await using var connection = await database.Writer("platform").OpenConnectionAsync(stoppingToken);
                await connection.ExecuteAsync(RenewWriterSql, new { workers = atWork.Keys.ToArray(), hold });
            }
            catch (Exception e) when (Problems.IsUnavailable(e))
            {
                PlatformLog.HoldsNotRenewed(logger, e.Message);
            }
        }
    }

    sealed record Row(byte[] Fingerprint, int? Status, string? ContentType, string? Location, byte[]? Body);

    const string ClaimWriterSql = """
        insert into platform.idempotency_keys as k (caller, book, key, id, fingerprint, worker, worker_until)
        values (@caller, @book, @key, @id, @fingerprint, @worker, clock_timestamp() + @hold)
        on conflict (caller, book, key) do update
           set worker = excluded.worker, worker_until = excluded.worker_until
         where k.status is null
           and k.fingerprint = excluded.fingerprint
           and (k.worker is null or k.worker_until < clock_timestamp())
        returning k.id
        """;

    const string FindWriterSql = """
        select fingerprint, status, content_type, location, body
          from platform.idempotency_keys
         where caller = @caller and book = @book and key = @key
        """;

    const string KeepWriterSql = """
        update platform.idempotency_keys
           set status = @status, content_type = @contentType, location = @location, body = @body, worker = null, worker_until = null
         where caller = @caller and book = @book and key = @key and worker = @worker
        """;

    const string ForgetWriterSql =
        "delete from platform.idempotency_keys where caller = @caller and book = @book and key = @key and worker = @worker and status is null";

    const string GiveUpWriterSql = """
        update platform.idempotency_keys
           set worker = null, worker_until = null
         where caller = @caller and book = @book and key = @key and worker = @worker and status is null
        """;

    const string RenewWriterSql =
        "update platform.idempotency_keys set worker_until = clock_timestamp() + @hold where worker = any (@workers)";

    const string SweepWriterSql = """
        delete from platform.idempotency_keys
         where ctid = any (array(
            select ctid from platform.idempotency_keys where created_at < clock_timestamp() - @kept::interval and worker is null limit 5000))
        """;
}
