using Hazina.Accounts;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Requests;

/// <summary><c>POST /v1/payment-requests/{request}/decline</c> and <c>…/cancel</c></summary>
static class EndRequest
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/payment-requests/{request}/decline", Decline)
            .WithName("declinePaymentRequest")
            .WithSummary("Decline a request for money")
            .WithDescription("For whoever is asked. Takes no body. Declined again, it is as it is.")
            .Produces<RequestAnswer>();
        routes
            .MapPost("/payment-requests/{request}/cancel", Cancel)
            .WithName("cancelPaymentRequest")
            .WithSummary("Cancel a request for money")
            .WithDescription("For whoever asks, while nobody has paid. Takes no body. Cancelled again, it is as it is.")
            .Produces<RequestAnswer>();
    }

    static async Task<IResult> Decline(Guid request, HttpContext context, RequestDesk desk)
    {
        var (row, side, refusal) = await desk.See(context, request);
        if (refusal is not null)
            return refusal;
        return await desk.MayAnswer(context, row)
            ? await End(row, side, RequestStatus.Declined, RequestEvents.Declined, context, desk)
            : RequestRefusals.NotAsked.Because("Whoever asks is not the one who is asked for this money.", "request");
    }

    static async Task<IResult> Cancel(Guid request, HttpContext context, RequestDesk desk, CustomerAccounts accounts)
    {
        var (row, side, refusal) = await desk.See(context, request);
        if (refusal is not null)
            return refusal;
        return await accounts.RightOf(context, row.OwnerKind, row.OwnerId) == HolderRight.Move
            ? await End(row, side, RequestStatus.Cancelled, RequestEvents.Cancelled, context, desk)
            : RequestRefusals.NotAsker.Because("Somebody else asks for this money.", "request");
    }

    static async Task<IResult> End(
        PaymentRequest row,
        RequestSide side,
        RequestStatus status,
        EventType<RequestTold> type,
        HttpContext context,
        RequestDesk desk
    )
    {
        var isEnded = await desk.End(row, status, type, context.RequestAborted);
        (row, _, _) = await desk.See(context, row.Id);
        var now = row.State(desk.Now);
        return isEnded || now == status
            ? Results.Ok(row.Answer(side, desk.Now))
            : RequestRefusals.NotOpen.Because($"The request is {Words.Of(now)}.", "request");
    }
}
