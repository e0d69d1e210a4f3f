using System.ComponentModel;
using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Platform.Approvals;

/// <summary><c>POST /v1/approvals/{approval}/approve</c>, <c>/reject</c> and <c>/withdraw</c></summary>
static class DecideApproval
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/approvals/{approval}/approve", Approve)
            .WithName("approveApproval")
            .WithSummary("Approve")
            .WithDescription(
                """
                Says yes to what `details` hold, which is then done, once. The answer's `status` is `done` when it was done at once, `refused` where it could
                not be, with `fault`, and `approved` while it is being tried. Nobody approves what they asked for themselves. Needs a confirmation of the last
                ten minutes. To approve again what one has approved changes nothing.
                """
            )
            .Produces<Approval>()
            .RequireConfirmation();
        routes
            .MapPost("/approvals/{approval}/reject", Reject)
            .WithName("rejectApproval")
            .WithSummary("Reject")
            .WithDescription("Says no, and why. Nobody rejects what they asked for themselves: they withdraw it.")
            .Produces<Approval>();
        routes
            .MapPost("/approvals/{approval}/withdraw", Withdraw)
            .WithName("withdrawApproval")
            .WithSummary("Withdraw")
            .WithDescription("Takes back what whoever is signed in has asked for, as long as nobody has decided. Takes no body.")
            .Produces<Approval>();
    }

    [Description("What is said to a decision.")]
    public sealed record Request([property: Description("Up to 1,000 characters; needed where the answer is no.")] string? Reason = null);

    static async Task<IResult> Approve(
        Guid approval,
        Request body,
        HttpContext context,
        Database database,
        ApprovalDesk desk,
        ApprovedActs acts,
        TimeProvider time
    )
    {
        var check = new Validation();
        var reason = check.OptionalText(body.Reason, "/reason", 1000, min: 1);
        if (check.Failed(out var wrong))
            return wrong;
        if (await Decide(approval, ApprovalStatus.Approved, reason, context, database, desk, time) is { } no)
            return no;
        // Once it is approved it is done, whether or not whoever approved it still listens.
        await acts.Carry(approval, CancellationToken.None);
        return await Answer(approval, context, database, desk, time);
    }

    static async Task<IResult> Reject(
        Guid approval,
        Request body,
        HttpContext context,
        Database database,
        ApprovalDesk desk,
        TimeProvider time
    )
    {
        var check = new Validation();
        var reason = check.Text(body.Reason, "/reason", 1000);
        if (check.Failed(out var wrong))
            return wrong;
        return await Decide(approval, ApprovalStatus.Rejected, reason, context, database, desk, time)
            ?? await Answer(approval, context, database, desk, time);
    }

    static async Task<IResult> Withdraw(Guid approval, HttpContext context, Database database, ApprovalDesk desk, TimeProvider time) =>
        await Decide(approval, ApprovalStatus.Withdrawn, reason: null, context, database, desk, time)
        ?? await Answer(approval, context, database, desk, time);

    public static Refusal NoSuch(Guid id) => PlatformRefusals.NoSuchApproval.Because($"There is no approval {id}.", "approval");

    static async Task<IResult> Answer(Guid approval, HttpContext context, Database database, ApprovalDesk desk, TimeProvider time)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(context.RequestAborted);
        var row = await desk.Find(connection, null, approval, Caller.Of(context), context.RequestAborted);
        return Results.Ok(row!.Answer(desk.KindOf(row.Kind), time.GetUtcNow()));
    }

    /// <returns>Null when it is decided so, now or before by the same person.</returns>
    static async Task<Refusal?> Decide(
        Guid approval,
        ApprovalStatus decision,
        string? reason,
        HttpContext context,
        Database database,
        ApprovalDesk desk,
        TimeProvider time
    )
    {
        var (caller, stop, now) = (Caller.Of(context), context.RequestAborted, time.GetUtcNow());
        await using var connection = await database.Writer("platform").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var row = await desk.Find(connection, transaction, approval, caller, stop);
        if (row is null)
            return NoSuch(approval);
        if (NotTheirs(row, desk.KindOf(row.Kind), decision, caller) is { } no)
            return no;
        if (IsSo(row, decision, caller))
            return null;
        if (row.Status != "pending" || row.ExpiresAt <= now)
            return PlatformRefusals.ApprovalDecided.Because(
                $"It is {(row.Status == "pending" ? "expired" : row.Status)} and cannot be {Words.Of(decision)}."
            );
        await Write(connection, transaction, approval, decision, reason, caller, now, stop);
        await Audit.Write(
            transaction,
            context,
            new AuditEntry($"platform.approval.{Words.Of(decision)}", new AuditTarget("approval", approval), now)
            {
                After = new
                {
                    row.Kind,
                    row.Subject,
                    asked_by = row.Maker,
                },
            }
        );
        await transaction.CommitAsync(stop);
        return null;
    }

    static Refusal? NotTheirs(ApprovalRow row, ApprovalKind? kind, ApprovalStatus decision, Caller caller)
    {
        if (decision == ApprovalStatus.Withdrawn)
            return row.Maker == caller.Id
                ? null
                : PlatformRefusals.NotTheMaker.Because("Somebody else asked for it; reject it, if it is not to be done.");
        if (row.Maker == caller.Id)
            return PlatformRefusals.OwnApproval.Because("Whoever is signed in has asked for it.");
        return kind is not null && caller.May(kind.Permission)
            ? null
            : PlatformRefusals.PermissionMissing.Because($"Who is signed in may not decide on {row.Kind}.");
    }

    /// <summary>Whether the same person has decided the same before: a call that is repeated.</summary>
    static bool IsSo(ApprovalRow row, ApprovalStatus decision, Caller caller) =>
        decision switch
        {
            ApprovalStatus.Withdrawn => row.Status == "withdrawn",
            ApprovalStatus.Rejected => row.Status == "rejected" && row.Checker == caller.Id,
            _ => row.Status is "approved" or "done" or "refused" && row.Checker == caller.Id,
        };

    static Task Write(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid approval,
        ApprovalStatus decision,
        string? reason,
        Caller caller,
        DateTimeOffset now,
        CancellationToken stop
    ) =>
        connection.ExecuteAsync(
            new CommandDefinition(
                DecideWriterSql,
                new
                {
                    approval,
                    status = Words.Of(decision),
                    checker = decision == ApprovalStatus.Withdrawn ? (Guid?)null : caller.Id,
                    reason,
                    now,
                    next = decision == ApprovalStatus.Approved ? now : (DateTimeOffset?)null,
                },
                transaction,
                cancellationToken: stop
            )
        );

    const string DecideWriterSql = """
        update platform.approvals set status = @status, checker = @checker, decided_at = @now, reason = @reason, next_try_at = @next where id = @approval
        """;
}
