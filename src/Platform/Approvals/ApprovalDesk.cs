using System.Text;
using System.Text.Json;
using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Platform.Approvals;

/// <summary>
/// Has things decided on by two people. A module declares a kind (<see cref="ApprovalExtensions.AddApprovals"/>), its verb asks by <see cref="Ask"/> and
/// answers 202 with what it gets; <c>/v1/approvals</c> does the rest, and what was approved is done by the kind's own code.
/// </summary>
public sealed class ApprovalDesk
{
    const int MaxDetails = 64 * 1024;

    readonly Database database;
    readonly TimeProvider time;
    readonly Dictionary<string, ApprovalKind> kinds;

    internal ApprovalDesk(Database database, IEnumerable<ApprovalList> known, TimeProvider time)
    {
        (this.database, this.time) = (database, time);
        kinds = known.SelectMany(l => l.Kinds).ToDictionary(k => k.Name, StringComparer.Ordinal);
    }

    internal ApprovalKind? KindOf(string name) => kinds.GetValueOrDefault(name);

    /// <summary>The kinds that somebody may decide on.</summary>
    internal string[] DecidedBy(Caller caller) => [.. kinds.Values.Where(k => caller.May(k.Permission)).Select(k => k.Name)];

    /// <summary>Asks for something in the name of the person who is calling.</summary>
    /// <param name="context">Of a route that is for people (<see cref="PermissionExtensions.RequirePerson"/>).</param>
    /// <param name="kind">One that was declared.</param>
    /// <param name="id">The asking's own: asked again with the same, it is there once.</param>
    /// <param name="subject">What it is about, as <c>settlement 0190…</c>; 1 to 200 characters.</param>
    /// <param name="details">What exactly is to be done; 64 kB as JSON.</param>
    /// <param name="note">What the maker says about it; up to 1,000 characters.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <returns>A refusal where the id was used for something else.</returns>
    public async Task<(Approval? Asked, Refusal? Refusal)> Ask<T>(
        HttpContext context,
        ApprovalKind<T> kind,
        Guid id,
        string subject,
        T details,
        string? note,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (!ReferenceEquals(kinds.GetValueOrDefault(kind.Name), kind))
            throw new ArgumentException($"The kind {kind.Name} was not added.", nameof(kind));
        var caller = Caller.Of(context);
        if (caller.Session is null)
            throw new InvalidOperationException("Only people ask for approvals: map the route with .RequirePerson().");
        var json = JsonSerializer.Serialize(details, JsonSettings.Options);
        if (Encoding.UTF8.GetByteCount(json) > MaxDetails)
            throw new ArgumentException($"The details are longer than {MaxDetails} bytes.", nameof(details));
        var now = time.GetUtcNow();
        var values = new
        {
            id,
            kind = kind.Name,
            caller.Book,
            subject,
            details = json,
            note,
            maker = caller.Id,
            now,
            until = now + kind.Patience,
        };
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            var isNew =
                await connection.ExecuteAsync(new CommandDefinition(AskWriterSql, values, transaction, cancellationToken: cancellation))
                == 1;
            if (isNew)
                await Audit.Write(
                    transaction,
                    context,
                    new AuditEntry("platform.approval.asked", new AuditTarget("approval", id), now)
                    {
                        After = new { kind = kind.Name, subject },
                    }
                );
            await transaction.CommitAsync(cancellation);
        }

        var row = await connection.QuerySingleOrDefaultAsync<ApprovalRow>(
            new CommandDefinition(SameWriterSql, values, cancellationToken: cancellation)
        );
        return row is null
            ? (null, PlatformRefusals.ApprovalIdUsed.Because($"There is another approval {id}.", "/id"))
            : (row.Answer(kind, now), null);
    }

    /// <summary>Those of them of which nothing comes any more, and nothing was done as a whole: not approved in time, or given up.</summary>
    /// <param name="ids">Approvals'; others are none of them.</param>
    /// <param name="cancellation">Stops asking.</param>
    public async Task<Guid[]> GivenUp(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count == 0)
            return [];
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var ended = await connection.QueryAsync<Guid>(
            new CommandDefinition(GivenUpWriterSql, new { ids = ids.ToArray() }, cancellationToken: cancellation)
        );
        return [.. ended];
    }

    /// <summary>One, for who may see it: whoever asked, and whoever may decide.</summary>
    internal async Task<ApprovalRow?> Find(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        Guid id,
        Caller caller,
        CancellationToken cancellation
    ) =>
        await connection.QuerySingleOrDefaultAsync<ApprovalRow>(
            new CommandDefinition(
                transaction is null ? FindWriterSql : LockWriterSql,
                new
                {
                    id,
                    caller.Book,
                    person = caller.Id,
                    kinds = DecidedBy(caller),
                },
                transaction,
                cancellationToken: cancellation
            )
        );

    /// <summary>Writes down what nobody has decided in time.</summary>
    internal async Task Expire(CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(ExpireWriterSql, new { now = time.GetUtcNow() }, cancellationToken: cancellation)
        );
    }

    const string AskWriterSql = """
        insert into platform.approvals (id, kind, book, subject, details, note, maker, asked_at, expires_at)
        values (@id, @kind, @book, @subject, @details::jsonb, @note, @maker, @now, @until)
        on conflict (id) do nothing
        """;

    const string SameWriterSql = $"""
        select {ApprovalRow.Columns} from platform.approvals
         where id = @id and kind = @kind and book = @book and subject = @subject and details = @details::jsonb and maker = @maker
        """;

    const string GivenUpWriterSql = """
        select id from platform.approvals where id = any (@ids) and status in ('failed', 'refused', 'rejected', 'withdrawn', 'expired')
        """;

    const string FindWriterSql = $"""
        select {ApprovalRow.Columns} from platform.approvals
         where id = @id and book = @book and (maker = @person or kind = any (@kinds::text[]))
        """;

    const string LockWriterSql = $"""
        select {ApprovalRow.Columns} from platform.approvals
         where id = @id and book = @book and (maker = @person or kind = any (@kinds::text[])) for update
        """;

    const string ExpireWriterSql = "update platform.approvals set status = 'expired' where status = 'pending' and expires_at <= @now";
}
