using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Approvals;

/// <summary>
/// Does what was approved: at once, and where that is cut short or fails, again by a job, with growing pauses. One process at a time does it, as long as it
/// lives; what is done twice all the same is one act by its id.
/// </summary>
sealed class ApprovedActs(
    Database database,
    ApprovalDesk desk,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger<ApprovedActs> logger
) : IDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10),
        LongestPause = TimeSpan.FromHours(1),
        Patience = TimeSpan.FromSeconds(40); // shorter than a transaction may idle

    /// <summary>Each holds a connection while it is done, and may need others of the same twenty: were all held, each would wait for the rest.</summary>
    const int AtOnce = 8;

    readonly SemaphoreSlim room = new(AtOnce);

    /// <summary>Does those that are due.</summary>
    public async Task CarryDue(CancellationToken cancellation)
    {
        await desk.Expire(cancellation);
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var due = await connection.QueryAsync<Guid>(
            new CommandDefinition(DueWriterSql, new { now = time.GetUtcNow() }, cancellationToken: cancellation)
        );
        foreach (var id in due)
        {
            try
            {
                await Carry(id, cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                // One that cannot even be written down keeps nobody else waiting.
                PlatformLog.ApprovedActNotWritten(logger, e, id);
            }
        }
    }

    /// <summary>Does one, unless somebody else is at it or it is done.</summary>
    public async Task Carry(Guid id, CancellationToken cancellation)
    {
        await room.WaitAsync(cancellation);
        try
        {
            await Do(id, cancellation);
        }
        finally
        {
            room.Release();
        }
    }

    async Task Do(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        // Held while the act is done: it is the turn.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<ApprovalRow>(
            new CommandDefinition(TakeWriterSql, new { id }, transaction, cancellationToken: cancellation)
        );
        if (row is null)
            return;
        var (refusal, fault) = await Try(row, cancellation);
        var now = time.GetUtcNow();
        await connection.ExecuteAsync(
            new CommandDefinition(
                fault is null ? EndWriterSql : LaterWriterSql,
                new
                {
                    id,
                    now,
                    status = refusal is null ? "done" : "refused",
                    code = refusal?.Type.Code,
                    detail = refusal?.Detail,
                    fault,
                    next = now + Pause(row.Tries),
                },
                transaction,
                cancellationToken: cancellation
            )
        );
        await transaction.CommitAsync(cancellation);
    }

    async Task<(Refusal? Refusal, string? Fault)> Try(ApprovalRow row, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var kind = desk.KindOf(row.Kind) ?? throw new InvalidOperationException($"This program does not know {row.Kind}.");
            await using var scope = scopes.CreateAsyncScope();
            var act = new ApprovedAct(row.Id, row.Book, row.Maker, row.Checker!.Value, row.Details);
            return (await kind.Carry(scope.ServiceProvider, act, either.Token).WaitAsync(either.Token), null);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            PlatformLog.ApprovedActFailed(logger, e, row.Id, row.Kind, row.Tries + 1);
            return (null, $"{e.GetType().Name}: {e.Message}");
        }
    }

    public void Dispose() => room.Dispose();

    static TimeSpan Pause(int tries) => tries >= 9 ? LongestPause : FirstPause * (1 << tries);

    const string DueWriterSql = """
        select id from platform.approvals where status = 'approved' and next_try_at <= @now order by next_try_at limit 100
        """;

    const string TakeWriterSql = $"""
        select {ApprovalRow.Columns} from platform.approvals where id = @id and status = 'approved' for update skip locked
        """;

    const string EndWriterSql = """
        update platform.approvals
           set status = @status, ended_at = @now, tries = tries + 1, next_try_at = null, fault = null, refusal_code = @code, refusal = @detail
         where id = @id
        """;

    const string LaterWriterSql = """
        update platform.approvals set tries = tries + 1, next_try_at = @next, fault = left(@fault, 1000) where id = @id
        """;
}
