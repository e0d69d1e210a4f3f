using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.StandingOrders;

/// <summary><c>POST /v1/standing-orders/{order}/pause</c>, <c>…/resume</c>, <c>…/skip</c> and <c>…/end</c></summary>
static class ChangeOrder
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/standing-orders/{order}/pause", Pause)
            .WithName("pauseStandingOrder")
            .WithSummary("Pause a standing order")
            .WithDescription("Nothing of it is paid until it goes on; what is being tried again is cancelled. Takes no body.")
            .Produces<OrderAnswer>();
        routes
            .MapPost("/standing-orders/{order}/resume", Resume)
            .WithName("resumeStandingOrder")
            .WithSummary("Have a standing order go on")
            .WithDescription("With the first date that is not past; dates of the pause are not made up for. Takes no body.")
            .Produces<OrderAnswer>();
        routes
            .MapPost("/standing-orders/{order}/skip", Skip)
            .WithName("skipStandingOrder")
            .Idempotent()
            .WithSummary("Skip the next date of a standing order")
            .WithDescription("It is not paid and not counted, and the one after it is next. Takes no body.")
            .Produces<OrderAnswer>();
        routes
            .MapPost("/standing-orders/{order}/end", End)
            .WithName("endStandingOrder")
            .WithSummary("End a standing order")
            .WithDescription("For good; what is being tried again is cancelled. Takes no body. Ended again, it is as it is.")
            .Produces<OrderAnswer>();
    }

    static async Task<IResult> Pause(Guid order, HttpContext context, OrderDesk desk) =>
        Answer(
            await desk.Change(
                context,
                order,
                async (row, transaction) =>
                {
                    if (row.State != OrderStatus.Active)
                        return row.State == OrderStatus.Paused ? (new OrderChange(row), null) : (null, Not(row));
                    await desk.CancelRuns(transaction, order, context.RequestAborted);
                    var paused = row with { Status = Words.Of(OrderStatus.Paused), PausedWhy = "owner" };
                    return (new OrderChange(paused, OrderEvents.Paused), null);
                }
            )
        );

    static async Task<IResult> Resume(Guid order, HttpContext context, OrderDesk desk) =>
        Answer(
            await desk.Change(
                context,
                order,
                (row, _) =>
                {
                    if (row.State != OrderStatus.Paused)
                        return Task.FromResult(
                            row.State == OrderStatus.Active ? (new OrderChange(row), null) : ((OrderChange?)null, (Refusal?)Not(row))
                        );
                    var active = row with { Status = Words.Of(OrderStatus.Active), PausedWhy = null };
                    var next = active.At(row.Schedule.NotBefore(desk.Today(row.Book), row.Occurrence), isPaid: false);
                    return Task.FromResult<(OrderChange?, Refusal?)>(
                        (new OrderChange(next, next.State == OrderStatus.Ended ? OrderEvents.Ended : OrderEvents.Resumed), null)
                    );
                }
            )
        );

    static async Task<IResult> Skip(Guid order, HttpContext context, OrderDesk desk) =>
        Answer(
            await desk.Change(
                context,
                order,
                async (row, transaction) =>
                {
                    // Done by an earlier try of this very request, whose answer was lost.
                    var request = IdempotencyKey.Of(context).Id;
                    if (await desk.IsSkipped(transaction, order, request, context.RequestAborted))
                        return (new OrderChange(row), null);
                    if (row.State == OrderStatus.Ended)
                        return (null, Not(row));
                    await desk.AddRun(transaction, row, RunStatus.Skipped, context.RequestAborted, request);
                    var next = row.At(row.Occurrence + 1, isPaid: false);
                    return (next.State == OrderStatus.Ended ? new OrderChange(next, OrderEvents.Ended) : new OrderChange(next), null);
                }
            )
        );

    static async Task<IResult> End(Guid order, HttpContext context, OrderDesk desk) =>
        Answer(
            await desk.Change(
                context,
                order,
                async (row, transaction) =>
                {
                    // Also of one whose last date is still being tried.
                    await desk.CancelRuns(transaction, order, context.RequestAborted);
                    return (row.State == OrderStatus.Ended ? new OrderChange(row) : new OrderChange(row.Ended(), OrderEvents.Ended), null);
                }
            )
        );

    static IResult Answer((StandingOrder? Row, Refusal? Refusal) changed) =>
        changed.Refusal is { } refusal ? refusal : Results.Ok(changed.Row!.Answer());

    static Refusal Not(StandingOrder row) => OrderRefusals.OrderState.Because($"The order is {row.Status}.", "order");
}
