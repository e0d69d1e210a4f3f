using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Intents;

/// <summary><c>POST /v1/payment-intents/{intent}/confirm</c></summary>
static class ConfirmIntent
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payment-intents/{intent}/confirm", Post)
            .WithName("confirmPaymentIntent")
            .Idempotent()
            .WithSummary("Confirm an intent")
            .WithDescription(
                """
                Holds the wallets' parts, within their limits, and asks for the others: the payer answers on the phone. Wallets that lack money refuse the
                whole, and nothing is held or asked for. An intent of wallets alone has succeeded when this is answered; for another, ask for it again, or wait
                for `payments.intent.succeeded.v1`. A source that fails has it wait for another one (`requires_source`), while the rest stays held.
                """
            )
            .Produces<IntentAnswer>();

    [Description("The payer's word.")]
    public sealed record Request(
        [property: Description("Sources for what is missing, where they were not named before, or failed.")]
            IReadOnlyList<SourceWish>? Sources = null
    );

    static async Task<IResult> Post(
        Guid intent,
        Request body,
        HttpContext context,
        IntentFinder finder,
        IntentDesk desk,
        IntentSources sources,
        CustomerAccounts accounts
    )
    {
        var check = new Validation();
        var wishes = body.Sources is null ? null : sources.Read(body.Sources, check, min: 1);
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
                if (SetSources.Unfit(now, desk) is { } unfit)
                    return (null, unfit);
                var placed = now;
                if (wishes is not null)
                {
                    var (legs, misfit) = await sources.Legs(now.Cleared(), wishes, context);
                    if (misfit is not null)
                        return (null, misfit);
                    placed = now.Placed(legs);
                }

                return await Move(now, placed, id, context, desk, sources, accounts);
            },
            context.RequestAborted
        );
        return no is not null ? no : await finder.Shown(context, after);
    }

    static async Task<(IntentMove? Move, Refusal? Refusal)> Move(
        Intent now,
        Intent placed,
        Guid id,
        HttpContext context,
        IntentDesk desk,
        IntentSources sources,
        CustomerAccounts accounts
    )
    {
        if (placed.State != IntentStatus.RequiresConfirmation)
            return (
                null,
                Refusals.WrongState.Because(
                    placed.State == IntentStatus.RequiresSource
                        ? $"Sources for {new Hazina.Money.Amount(placed.Missing, placed.Money)} are missing."
                        : "It is confirmed already.",
                    "intent"
                )
            );
        foreach (var (i, leg) in placed.Legs.Where(l => l.IsPlanned).Index())
        {
            if (await sources.Unfit(placed, leg, $"/sources/{i}", context) is { } unfit)
                return (null, unfit);
        }

        var (limits, tooMuch) = await LimitsOf(placed, accounts, context);
        if (tooMuch is not null)
            return (null, tooMuch);
        var move = new IntentMove(now, placed.Asked(id, desk.Now).Settled(id), id)
        {
            Conditions = [.. limits.SelectMany(l => l.Conditions)],
        };
        var cast = await desk.CastOf(move.After, context.RequestAborted);
        return (move with { Why = outcome => Why(outcome, limits, move.IsPayees(outcome, cast)) }, null);
    }

    /// <summary>What each wallet may give: as of a payment, counted with what is held.</summary>
    static async Task<(IReadOnlyList<OutgoingLimits> Limits, Refusal? Refusal)> LimitsOf(
        Intent intent,
        CustomerAccounts accounts,
        HttpContext context
    )
    {
        var limits = new List<OutgoingLimits>();
        var payee = await accounts.Find(intent.Book, intent.PayeeAccount, context.RequestAborted);
        if (payee is null or { IsClosed: true })
            return ([], Refusals.CannotReceive.Because("The payee's account is closed.", "intent"));
        foreach (var leg in intent.Legs.Where(l => l is { IsWallet: true, IsPlanned: true }))
        {
            var (passage, no) = await accounts.Between(context, leg.AccountId, payee.Id, number: null, "/sources");
            if (passage is null)
                return ([], no ?? Refusals.CannotReceive.Because("The payee's account is closed.", "intent"));
            // Merchants are known to the platform; a person is as new as to a transfer.
            var isNew = payee.HolderType == HolderType.User && passage.IsNew;
            var (its, refusal) = passage.LimitsOf(leg.MoneyOf(intent.Money), isNew);
            if (refusal is not null)
                return ([], refusal with { Pointer = "/sources" });
            limits.Add(its!);
        }

        // What comes over rails is counted when it comes; that it is too much at once is known before.
        foreach (var leg in intent.Legs.Where(l => l is { IsWallet: false, IsPlanned: true }))
        {
            var payer = (await accounts.Find(intent.Book, leg.AccountId, context.RequestAborted))!;
            if ((await accounts.LimitsOf(payer, leg.MoneyOf(intent.Money), cancellation: context.RequestAborted)).Refusal is { } refusal)
                return ([], refusal with { Pointer = "/sources" });
        }

        return (limits, null);
    }

    static Refusal Why(Outcome outcome, IReadOnlyList<OutgoingLimits> limits, bool isPayees)
    {
        if (outcome.Is(Hazina.Ledger.Refusals.TurnoverExceeded))
            return Exceeded(outcome, limits);
        return isPayees
            ? Refusals.CannotReceive.Because("The payee cannot be paid this at the moment.", "intent")
            : outcome.ToRefusal("/sources");
    }

    /// <summary>Each wallet's limits count their conditions from 0.</summary>
    static Refusal Exceeded(Outcome outcome, IReadOnlyList<OutgoingLimits> limits)
    {
        var at = int.Parse(outcome.Field!.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture);
        foreach (var its in limits)
        {
            if (at < its.Conditions.Count)
                return its.Exceeded(outcome with { Field = $"conditions/{at}" }) with { Pointer = "/sources" };
            at -= its.Conditions.Count;
        }

        return outcome.ToRefusal("/sources");
    }
}
