using System.ComponentModel;
using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Approvals;

/// <summary><c>POST /v1/approvals/{approval}/give-up</c></summary>
static class GiveUpApproval
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/approvals/{approval}/give-up", Post)
            .WithSummary("Give up")
            .WithDescription(
                """
                Ends what was approved and fails each time that it is tried: it becomes `failed`, with the reason in `fault`, and is not tried again. What
                it may have done half before that is for whoever gives it up to look at. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<Approval>();

    [Description("Why it is given up.")]
    public sealed record Request([property: Description("1 to 1,000 characters.")] string? Reason);

    static async Task<IResult> Post(
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

        var (caller, stop, now) = (Caller.Of(context), context.RequestAborted, time.GetUtcNow());
        await using var connection = await database.Writer("platform").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var given = new
        {
            approval,
            caller.Book,
            reason,
            PlatformRefusals.ApprovalGivenUp.Code,
            now,
        };
        var row = await connection.QuerySingleOrDefaultAsync<ApprovalRow>(
            new CommandDefinition(FailWriterSql, given, transaction, cancellationToken: stop)
        );
        if (row is null)
        {
            var status = await connection.QuerySingleOrDefaultAsync<string>(
                new CommandDefinition(StatusWriterSql, given, transaction, cancellationToken: stop)
            );
            return status switch
            {
                null => DecideApproval.NoSuch(approval),
                "approved" => PlatformRefusals.ApprovalDecided.Because("It has not failed so far, or is being tried at the moment."),
                _ => PlatformRefusals.ApprovalDecided.Because($"It is {status} and cannot be given up."),
            };
        }

        await Audit.Write(
            transaction,
            context,
            new AuditEntry("platform.approval.given_up", new AuditTarget("approval", approval), now)
            {
                Before = new { status = "approved" },
                After = new
                {
                    status = "failed",
                    row.Kind,
                    row.Subject,
                    row.Tries,
                },
            }
        );
        await transaction.CommitAsync(stop);
        return Results.Ok(row.Answer(desk.KindOf(row.Kind), now));
    }

    // Who is trying it holds its row.
    const string FailWriterSql = $"""
        update platform.approvals set status = 'failed', ended_at = @now, next_try_at = null, refusal_code = @code, refusal = @reason
         where id = (select id from platform.approvals
                      where id = @approval and book = @book and status = 'approved' and tries > 0
                        for update skip locked)
        returning {ApprovalRow.Columns}
        """;

    const string StatusWriterSql = "select status from platform.approvals where id = @approval and book = @book";
}
