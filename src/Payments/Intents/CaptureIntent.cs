using Hazina.Ledger;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Intents;

/// <summary><c>POST /v1/payment-intents/{intent}/capture</c></summary>
static class CaptureIntent
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payment-intents/{intent}/capture", Post)
            .WithName("capturePaymentIntent")
            .Idempotent()
            .WithSummary("Capture an intent")
            .WithDescription("For the payee, of one that is captured manually: takes all that is held, in one transaction. Takes no body.")
            .Produces<IntentAnswer>();

    static async Task<IResult> Post(Guid intent, HttpContext context, IntentFinder finder, IntentDesk desk)
    {
        var (found, refusal) = await finder.Paid(context, intent);
        if (refusal is not null)
            return refusal;
        var (after, no) = await desk.Make(
            found.Id,
            IdempotencyKey.Of(context).Id,
            async (now, id) =>
            {
                if (Unfit(now, desk) is { } unfit)
                    return (null, unfit);
                var move = new IntentMove(now, now.Captured(id), id);
                var cast = await desk.CastOf(now, context.RequestAborted);
                return (move with { Why = outcome => Why(outcome, move.IsPayees(outcome, cast)) }, null);
            },
            context.RequestAborted
        );
        return no is not null ? no : await finder.Shown(context, after);
    }

    static Refusal? Unfit(Intent now, IntentDesk desk) =>
        now.State != IntentStatus.RequiresCapture
            ? Refusals.WrongState.Because($"The intent is {now.Status}, so there is nothing to capture.", "intent")
        : now.ExpiresAt <= desk.Now
            ? Refusals.Expired.Because($"It could be captured until {now.ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}.", "intent")
        : null;

    static Refusal Why(Outcome outcome, bool isPayees) =>
        isPayees ? Refusals.CannotReceive.Because("The account cannot be paid this at the moment.", "intent") : outcome.ToRefusal("intent");
}
