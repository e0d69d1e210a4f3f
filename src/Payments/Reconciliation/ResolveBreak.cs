using System.ComponentModel;
using Dapper;
using Hazina.Identity;
using Hazina.Payments.Providers;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Payments.Reconciliation;

/// <summary><c>POST /v1/operations/breaks/{break}/resolve</c></summary>
static class ResolveBreak
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "payments.break.resolve",
        "What a provider's statement says, or does not say, is booked: to the customer or to suspense, or as a loss of the house.",
        PaymentsPermissions.Approve,
        TimeSpan.FromDays(7),
        (services, wish, approved, stop) => services.GetRequiredService<BreakBooking>().Carry(wish, approved, stop)
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/operations/breaks/{break}/resolve", Post)
            .Idempotent()
            .WithSummary("Resolve a reconciliation break")
            .WithDescription(
                """
                `explained` ends it without a booking. `book` books what the provider says, and takes another person's approval: what came in and is unknown
                here goes to the call that it belongs to, else to the account whose number the payer wrote, else to suspense; what went out and is unknown
                is its call's, else a loss of the house. `settle` books a line that is unknown here, and no call's, as money that went to where it is
                safeguarded, or came from there. What is booked here and never was at the provider: what came in is a loss, what went out goes back.
                """
            )
            .Produces<BreakAnswer>()
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("How it ends.")]
    public sealed record Request(
        [property: Description("book, settle or explained.")] string? Action,
        [property: Description("What was found out; 1 to 1,000 characters.")] string? Note
    );

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(Guid Break, string Note, bool Settles = false);

    static async Task<IResult> Post(
        Guid @break,
        Request body,
        HttpContext context,
        CallBook book,
        BreakOwners owners,
        ApprovalDesk approvals
    )
    {
        var check = new Validation();
        var action = check.Text(body.Action, "/action", 20);
        check.That(action is "" or "book" or "settle" or "explained", "/action", "unknown_value", "must be book, settle or explained");
        var note = check.Text(body.Note, "/note", 1000);
        if (check.Failed(out var invalid))
            return invalid;
        var (caller, stop) = (Caller.Of(context), context.RequestAborted);
        if (await ListBreaks.Find(@break, caller.Book, book, stop) is not { } row)
            return ReconciliationRefusals.NoSuchBreak.Because($"There is no break {@break}.", "break");
        if (row.Status != "open")
            return ReconciliationRefusals.BreakEnded.Because($"The break is {row.Status}.", "break");
        if (await owners.Near(row, [caller.Id], stop) is { } near)
            return near;
        if (action == "explained")
            return await Explain(row, note, context, book);
        var settles = action == "settle";
        if (settles && !row.MaySettle)
            return ReconciliationRefusals.NotBookable.Because("It is no line of its own that is unknown here.", "/action");
        if (row.Kind == BreakKind.DirectionDiffers)
            return ReconciliationRefusals.NotBookable.Because("The provider has it the other way round.", "/action");
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            $"break {@break}",
            new Wish(@break, note, settles),
            note,
            stop
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<IResult> Explain(BreakRow row, string note, HttpContext context, CallBook book)
    {
        var (caller, stop) = (Caller.Of(context), context.RequestAborted);
        await using var connection = await book.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await End(transaction, context, row, new Ending("explained", note, caller.Id, AskedBy: null), book.Now, stop))
            return ReconciliationRefusals.BreakEnded.Because("It has ended a moment ago, or is being booked.", "break");
        await transaction.CommitAsync(stop);
        return Results.Ok((await ListBreaks.Find(row.Id, row.Book, book, stop))!.Answer());
    }

    /// <summary>How it ends, and by whom.</summary>
    public sealed record Ending(string Resolution, string Note, Guid By, Guid? AskedBy);

    /// <summary>Ends it, and tells of it.</summary>
    /// <returns>False where it has ended already.</returns>
    public static async Task<bool> End(
        NpgsqlTransaction transaction,
        HttpContext? context,
        BreakRow row,
        Ending ending,
        DateTimeOffset now,
        CancellationToken stop
    )
    {
        var isEnded = await transaction.Connection!.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                EndWriterSql,
                new
                {
                    row.Id,
                    ending.Resolution,
                    ending.Note,
                    ending.By,
                    // What is being booked ends with its booking, and otherwise not.
                    isBooking = ending.AskedBy is not null,
                    now,
                },
                transaction,
                cancellationToken: stop
            )
        );
        if (!isEnded)
            return false;
        await Outbox.Write(
            transaction,
            ReconciliationEvents.BreakResolved.Of(
                row.Book,
                row.Id.ToString(),
                now,
                new BreakResolved(row.Id, row.Provider, row.Kind, ending.Resolution)
            )
        );
        await Audit.Write(
            transaction,
            context,
            new AuditEntry("payments.break.resolved", new AuditTarget("break", row.Id), now)
            {
                Actor = context is null ? AuditActor.User(ending.By) : null,
                After = new { resolution = ending.Resolution, asked_by = ending.AskedBy },
            }
        );
        return true;
    }

    const string EndWriterSql = """
        with ended as (
            update payments.breaks b
               set status = 'resolved', resolution = @resolution, note = @note, resolved_by = @by, ended_at = @now
             where b.id = @id and b.status = 'open' and (@isBooking or b.claimed_by is null)
            returning b.id
        )
        select exists (select from ended)
        """;
}
