using System.ComponentModel;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Intents;

/// <summary><c>POST /v1/payment-intents/{intent}/sources</c></summary>
static class SetSources
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payment-intents/{intent}/sources", Post)
            .WithName("setPaymentIntentSources")
            .Idempotent()
            .WithSummary("Name the sources of an intent")
            .WithDescription(
                """
                For what is missing: they take the place of those that failed, and of those that were named and not confirmed yet. What is held, or asked for,
                stays, unless it is to be released first. Nothing is held for the new ones until they are confirmed.
                """
            )
            .Produces<IntentAnswer>();

    [Description("Sources for what is missing.")]
    public sealed record Request(
        [property: Description("1 to 10, which come to exactly what is missing.")] IReadOnlyList<SourceWish>? Sources,
        [property: Description("Whether what is held is let go first, so that these stand for it, too.")] bool? ReleaseHeld = null
    );

    static async Task<IResult> Post(
        Guid intent,
        Request body,
        HttpContext context,
        IntentFinder finder,
        IntentDesk desk,
        IntentSources sources
    )
    {
        var check = new Validation();
        var wishes = sources.Read(body.Sources, check, min: 1);
        if (check.Failed(out var invalid))
            return invalid;
        var (found, refusal) = await finder.Paying(context, intent);
        if (refusal is not null)
            return refusal;
        var (after, no) = await desk.Make(
            found.Id,
            IdempotencyKey.Of(context).Id,
            async (now, id) =>
            {
                if (Unfit(now, desk) is { } unfit)
                    return (null, unfit);
                var kept = (body.ReleaseHeld == true ? now.LetGo() : now).Cleared();
                var (legs, misfit) = await sources.Legs(kept, wishes, context);
                return misfit is not null ? (null, misfit) : (new IntentMove(now, kept.Placed(legs), id), null);
            },
            context.RequestAborted
        );
        return no is not null ? no : await finder.Shown(context, after);
    }

    /// <summary>Why nothing can be made of it any more; null: something can.</summary>
    public static Refusal? Unfit(Intent now, IntentDesk desk) =>
        now.State is IntentStatus.Succeeded or IntentStatus.Canceled or IntentStatus.RequiresCapture
            ? Refusals.WrongState.Because($"The intent is {now.Status}.", "intent")
        : now.ExpiresAt <= desk.Now ? Refusals.Expired.Because($"It was open until {now.ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}.", "intent")
        : null;
}
