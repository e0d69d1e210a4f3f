using System.ComponentModel;
using Hazina.Accounts.Beneficiaries;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Transfers;

/// <summary><c>POST /v1/transfers</c></summary>
static class CreateTransfer
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/transfers", Post)
            .IdempotentByVerb()
            .WithSummary("Send money to an account")
            .WithDescription(
                """
                From one of your accounts to another one, to a recipient that was looked up (`POST /v1/transfers/recipients`), or to a saved one; in
                one currency. It is done when it is answered, on both sides, or nothing has happened. What goes to others counts against the
                account's limits. The `Idempotency-Key` is this transfer's for ever: later repetitions show it as it is then. A refusal's is free
                again after a day.
                """
            )
            .Produces<TransferAnswer>(StatusCodes.Status201Created);

    [Description("Money to be sent.")]
    public sealed record Request(
        [property: Description("The account that pays.")] Guid? From,
        Target? To,
        WireAmount? Amount,
        [property: Description("For both sides; at most 100 characters.")] string? Reference = null,
        [property: Description("For both sides; at most 500 characters.")] string? Description = null,
        [property: Description("Yours alone; at most 50 characters.")] string? Category = null
    );

    [Description("Where it goes: exactly one of these.")]
    public sealed record Target(
        [property: Description("An account that you may see.")] Guid? Account = null,
        [property: Description("A recipient that was looked up.")] Guid? Recipient = null,
        [property: Description("One that was saved.")] Guid? Beneficiary = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        AccountDesk desk,
        RecipientDesk recipients,
        BeneficiaryDesk beneficiaries,
        Passages passages,
        TransferKeys keys,
        Journal journal
    )
    {
        var check = new Validation();
        var from = check.Id(body.From, "/from");
        var amount = check.AmountOf(body.Amount, "/amount");
        var target = check.Required(body.To, "/to");
        check.That(
            target is null || new[] { target.Account, target.Recipient, target.Beneficiary }.Count(t => t is not null) == 1,
            "/to",
            "conflict",
            "must name exactly one of account, recipient and beneficiary"
        );
        check.OptionalText(body.Reference, "/reference", 100, min: 1);
        check.OptionalText(body.Description, "/description", 500, min: 1);
        check.OptionalText(body.Category, "/category", 50, min: 1);
        var access = await desk.Access(context);
        // The key may be that of a transfer that was made when this was still right.
        if (check.Failed(out var invalid))
            return await keys.Known(context, access) ?? invalid;
        var (to, refusal) = await Destination.Of(target!, context, access, recipients, beneficiaries);
        if (refusal is not null)
            return await keys.Refuse(context, access, refusal, order: null);
        (var passage, refusal) = await passages.Between(context, from, to.Account, number: null, "/from", evenClosed: true);
        refusal ??= passage is null ? to.No : to.Unfit(passage, access) ?? Unfit(passage, amount);
        if (refusal is not null)
            return await keys.Refuse(context, access, refusal, order: null);
        var order = new TransferOrder(
            Guid.CreateVersion7(),
            passage!.Payer,
            await NameOf(passage.Payer, desk, context),
            passage.Payee,
            to.Name ?? passage.Payee.Nickname ?? passage.Payee.Shown,
            amount,
            body.Reference,
            body.Description,
            body.Category,
            access.Caller.Id,
            IdempotencyKey.Of(context)
        );
        return await Send(order, passage, context, access, keys, journal);
    }

    static Refusal? Unfit(Passage passage, Amount amount) =>
        passage.From.Id == passage.To.Id ? Refusals.SameAccount.Because("The money would stay where it is.", "/to")
        : amount.Currency != passage.From.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {passage.From.Currency}.", "/amount/currency")
        : passage.To.Currency != passage.From.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The other account is in {passage.To.Currency}.", "/to")
        : null;

    /// <summary>What the recipient is told of the sender, as the sender would be told of the recipient.</summary>
    static async Task<string> NameOf(AccountRow payer, AccountDesk desk, HttpContext context) =>
        await desk.People.FindById(payer.OwnerId, context.RequestAborted) is { } who
            ? MaskedName.Of(who.Name, who.IsOrganization)
            : MaskedName.Of(null, isOrganization: false);

    static async Task<IResult> Send(
        TransferOrder order,
        Passage passage,
        HttpContext context,
        Access access,
        TransferKeys keys,
        Journal journal
    )
    {
        var limits = (OutgoingLimits?)null;
        if (!order.IsOwn)
        {
            (limits, var tooMuch) = passage.LimitsOf(order.Amount, passage.IsNew);
            if (tooMuch is not null)
                return await keys.Refuse(context, access, tooMuch, order);
        }

        var outcome = await journal.Post(order.Posting(limits?.Conditions ?? []), context.RequestAborted);
        return outcome.Status switch
        {
            OutcomeStatus.Posted => Results.Created($"/v1/transfers/{order.Id}", order.Made(outcome.RecordedAt).Answer(access)),
            // By an earlier try of this very request, whose answer was lost, or by one in another process just now.
            OutcomeStatus.Conflict => await keys.Known(context, access)
                ?? Refusals.Conflict.Because("The key was free a moment ago.", "Idempotency-Key") with
                {
                    RetryAfter = Soon,
                },
            OutcomeStatus.Refused => await keys.Refuse(context, access, Why(outcome, order, limits), order),
            _ => outcome.ToRefusal("/amount"),
        };
    }

    static Refusal Why(Outcome outcome, TransferOrder order, OutgoingLimits? limits)
    {
        var atPayer = outcome.Field == "steps/0/debit";
        return outcome switch
        {
            _ when outcome.Is(Hazina.Ledger.Refusals.TurnoverExceeded) => limits!.Exceeded(outcome),
            _ when outcome.Is(Hazina.Ledger.Refusals.AccountFrozen) && atPayer => Refusals.Frozen.Because(
                "Nothing goes out of the account.",
                "/from"
            ),
            _ when outcome.Is(Hazina.Ledger.Refusals.AccountClosed) && atPayer => Refusals.Closed.Because(
                "The account is closed.",
                "/from"
            ),
            _ when outcome.Field == "steps/0/credit" => Refusals.CannotReceive.Because(
                $"{order.ToName} cannot be sent this at the moment.",
                "/to"
            ),
            _ => outcome.ToRefusal("/amount"),
        };
    }
}
