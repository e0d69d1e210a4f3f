using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Intents;

/// <summary><c>POST /v1/payment-intents/{intent}/cancel</c></summary>
static class CancelIntent
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payment-intents/{intent}/cancel", Post)
            .WithName("cancelPaymentIntent")
            .Idempotent()
            .WithSummary("Cancel an intent")
            .WithDescription(
                """
                For the payer, until it has succeeded, or all of it waits for the payee; for the payee, until it has succeeded. What wallets held is available
                again; what came over a rail, now or after this, is on the payer's account, and is the payer's. Cancelled again, it is as it is.
                """
            )
            .Produces<IntentAnswer>();

    [Description("Why it is given up.")]
    public sealed record Request(
        [property: Description("abandoned, duplicate, fraudulent or requested_by_customer, which it is when not said.")]
            CancellationReason? Reason = null
    );

    static async Task<IResult> Post(
        Guid intent,
        Request body,
        HttpContext context,
        IntentFinder finder,
        IntentDesk desk,
        IntentEnd end,
        CustomerAccounts accounts
    )
    {
        var check = new Validation();
        check.That(body.Reason != CancellationReason.Expired, "/reason", "conflict", "must be another one: intents expire by themselves");
        if (check.Failed(out var invalid))
            return invalid;
        var (found, refusal) = await finder.See(context, intent);
        if (refusal is not null)
            return refusal;
        var (isPayee, isPayer) = (
            (await accounts.Move(context, found.PayeeAccount)).Account is not null,
            (await accounts.Move(context, found.PayerAccount)).Account is not null
        );
        if (!isPayee && !isPayer)
            return Refusals.NotPayer.Because("Whoever asks moves no money of the payer's account, nor of the payee's.", "intent");
        var stop = context.RequestAborted;
        var (after, no) = await desk.Make(
            found.Id,
            IdempotencyKey.Of(context).Id,
            async (now, id) =>
                now.State switch
                {
                    IntentStatus.Canceled => (null, null),
                    IntentStatus.Succeeded => (
                        null,
                        Refusals.WrongState.Because("The intent has succeeded: give the payment back.", "intent")
                    ),
                    IntentStatus.RequiresCapture when !isPayee => (
                        null,
                        Refusals.NotPayee.Because("All of it is held for the payee, who takes it or lets it go.", "intent")
                    ),
                    _ => (await end.Of(now, id, body.Reason ?? CancellationReason.RequestedByCustomer, stop), null),
                },
            stop
        );
        return no is not null ? no : await finder.Shown(context, after);
    }
}
