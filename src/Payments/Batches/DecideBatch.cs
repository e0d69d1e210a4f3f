using Dapper;
using Hazina.Identity;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Batches;

/// <summary>Whoever uploaded and confirmed a batch is one of two people, who approves it the other: of the organisation, or of operations.</summary>
static class DecideBatch
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/payout-batches/{batch}/confirm", Confirm)
            .WithName("confirmPayoutBatch")
            .WithSummary("Confirm a file of payouts")
            .WithDescription("That it is to be paid as it is shown; a second person has to approve it. For people. Takes no body.")
            .Produces<BatchAnswer>();
        routes
            .MapPost("/payout-batches/{batch}/approve", Approve)
            .WithName("approvePayoutBatch")
            .WithSummary("Approve a file of payouts")
            .WithDescription(
                """
                For another person who may move the organisation's money than who uploaded or confirmed it. Its lines are made from now on, each by itself:
                within the account's limits, and as far as there is money; nothing is held for those to come. Two people have vouched for whom it pays: nobody
                is new. A line over what one person may withdraw waits for operations, too. Takes no body.
                """
            )
            .Produces<BatchAnswer>();
    }

    public static void MapCancel(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payout-batches/{batch}/cancel", Cancel)
            .WithName("cancelPayoutBatch")
            .WithSummary("Cancel a file of payouts")
            .WithDescription("Until it is approved. Takes no body. Cancelled again, it is as it is.")
            .Produces<BatchAnswer>();

    public static void MapOperations(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/operations/payout-batches/{batch}/approve", ApproveAny)
            .WithName("approveAnyPayoutBatch")
            .WithSummary("Approve anybody's file of payouts")
            .WithDescription("Not by who uploaded or confirmed it, holds the account, or belongs to who does. Takes no body.")
            .Produces<BatchAnswer>();
        routes
            .MapPost("/operations/payout-batches/{batch}/reject", RejectAny)
            .WithName("rejectAnyPayoutBatch")
            .WithSummary("Reject anybody's file of payouts")
            .WithDescription("Nothing of it is paid. Takes no body.")
            .Produces<BatchAnswer>();
    }

    public static void MapList(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/operations/payout-batches", List)
            .WithName("listPayoutBatchesToDecide")
            .WithSummary("List files of payouts to decide on")
            .WithDescription("Those that wait for a second person, the newest first.")
            .Produces<ListOf<BatchAnswer>>();

    static async Task<IResult> Confirm(Guid batch, HttpContext context, BatchDesk desk)
    {
        var (row, refusal) = await desk.Move(context, batch);
        if (refusal is not null)
            return refusal;
        return row.State == BatchStatus.Validated
            ? await desk.Decide(context, row, BatchStatus.Confirmed, BatchEvents.Confirmed, "payments.payout_batch.confirmed")
            : Not(row);
    }

    static async Task<IResult> Approve(Guid batch, HttpContext context, BatchDesk desk)
    {
        var (row, refusal) = await desk.Move(context, batch);
        if (refusal is not null)
            return refusal;
        return IsOneOfThem(row, context) ? Second() : await Decide(row, BatchStatus.Running, context, desk);
    }

    static async Task<IResult> Cancel(Guid batch, HttpContext context, BatchDesk desk)
    {
        var (row, refusal) = await desk.Move(context, batch);
        return refusal is not null ? refusal
            : row.State == BatchStatus.Canceled ? Results.Ok(row.Answer())
            : row.State is BatchStatus.Validated or BatchStatus.Confirmed
                ? await desk.Decide(context, row, BatchStatus.Canceled, BatchEvents.Canceled, "payments.payout_batch.canceled")
            : Not(row);
    }

    static Task<IResult> ApproveAny(Guid batch, HttpContext context, BatchDesk desk, People people) =>
        DecideAny(batch, BatchStatus.Running, context, desk, people);

    static Task<IResult> RejectAny(Guid batch, HttpContext context, BatchDesk desk, People people) =>
        DecideAny(batch, BatchStatus.Rejected, context, desk, people);

    static async Task<IResult> DecideAny(Guid batch, BatchStatus status, HttpContext context, BatchDesk desk, People people)
    {
        var (row, refusal) = await desk.Any(context, batch);
        if (refusal is not null)
            return refusal;
        if (IsOneOfThem(row, context))
            return Second();
        return await people.IsNear(Caller.Of(context).Id, row.OwnerId, context.RequestAborted)
            ? RailRefusals.OwnMoney.Because("Whoever is signed in is near to this money.", "batch")
            : await Decide(row, status, context, desk);
    }

    static async Task<IResult> Decide(PayoutBatch row, BatchStatus status, HttpContext context, BatchDesk desk)
    {
        if (row.State != BatchStatus.Confirmed)
            return Not(row);
        return status == BatchStatus.Running
            ? await desk.Decide(context, row, status, BatchEvents.Approved, "payments.payout_batch.approved")
            : await desk.Decide(context, row, status, BatchEvents.Rejected, "payments.payout_batch.rejected");
    }

    static async Task<IResult> List([AsParameters] PageQuery query, HttpContext context, BatchDesk desk)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await desk.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<PayoutBatch>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static bool IsOneOfThem(PayoutBatch row, HttpContext context) =>
        Caller.Of(context).Id is var who && (who == row.MadeBy || who == row.ConfirmedBy);

    static Refusal Second() => BatchRefusals.SecondPerson.Because("Whoever is signed in has uploaded or confirmed it.", "batch");

    static Refusal Not(PayoutBatch row) => BatchRefusals.BatchState.Because($"The batch is {row.Status}.", "batch");

    const string AfterWriterSql = $"""
        select {PayoutBatch.Columns} from payments.payout_batches b
         where b.book = @book and b.status = 'confirmed' and (@cursor::uuid is null or b.id < @cursor) order by b.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {PayoutBatch.Columns} from payments.payout_batches b
         where b.book = @book and b.status = 'confirmed' and b.id > @cursor order by b.id limit @count
        """;
}
