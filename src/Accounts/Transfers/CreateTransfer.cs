using System.ComponentModel;
using Hazina.Accounts.Beneficiaries;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Transfers;

/// <summary><c>POST /v1/transfers</c></summary>
static class CreateTransfer
{
    const int MostTries = 6;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/transfers", Post)
            .Idempotent()
            .WithSummary("Send money to an account")
            .WithDescription(
                """
                From one of your accounts to another one, to a recipient that was looked up (`POST /v1/transfers/recipients`), or to a saved one; in
                one currency. It is
                done when it is answered, on both sides, or nothing has happened. What goes to others counts against the account's limits.
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
        LimitDesk limits,
        Journal journal,
        Database database
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
        if (check.Failed(out var invalid))
            return invalid;

        // Made by an earlier try of this very request, whose answer was lost: what would stand in its way by now has not.
        var id = IdempotencyKey.Of(context).Id;
        if (await Done(id, context, desk, database) is { } done)
            return done;
        var (payer, refusal) = await desk.Move(context, from, "/from");
        if (refusal is not null)
            return refusal;
        (var to, refusal) = await Destination.Of(payer, target!, context, desk, recipients, beneficiaries);
        if (refusal is not null)
            return refusal;
        if (Unfit(payer, to.Account, amount) is { } unfit)
            return unfit;
        var order = new TransferOrder(
            id,
            payer,
            await NameOf(payer, desk, context),
            to,
            amount,
            body.Reference,
            body.Description,
            body.Category,
            Caller.Of(context).Id
        );
        return await Send(order, context, desk, limits, journal, database);
    }

    static Refusal? Unfit(AccountRow payer, AccountRow payee, Amount amount) =>
        payer.Id == payee.Id ? Refusals.SameAccount.Because("The money would stay where it is.", "/to")
        : amount.Currency != payer.Money
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {payer.Currency}.", "/amount/currency")
        : payee.Currency != payer.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The other account is in {payee.Currency}.", "/to")
        : null;

    /// <summary>What the recipient is told of the sender, as the sender would be told of the recipient.</summary>
    static async Task<string> NameOf(AccountRow payer, AccountDesk desk, HttpContext context) =>
        await desk.People.FindById(payer.OwnerId, context.RequestAborted) is { } who
            ? MaskedName.Of(who.Name, who.IsOrganization)
            : MaskedName.Of(null, isOrganization: false);

    static async Task<IResult> Send(
        TransferOrder order,
        HttpContext context,
        AccountDesk desk,
        LimitDesk limits,
        Journal journal,
        Database database
    )
    {
        var stop = context.RequestAborted;
        for (var attempt = 0; ; attempt++)
        {
            var hold = order.IsOwn ? null : await limits.Of(order.From, stop);
            if (hold?.TooMuchAtOnce(order.Amount) is { } tooMuch)
                return tooMuch;
            var conditions = hold?.Conditions(order.To.IsNew) ?? [];
            var outcome = await journal.Post(order.Posting(Outcomes.Attempt(order.Id, attempt), conditions), stop);
            // Another content under this id: an earlier try that was refused, under limits that are others by now.
            if (outcome.IsPosted || outcome.Status == OutcomeStatus.Mismatch)
            {
                if (await Done(order.Id, context, desk, database) is { } done)
                    return done;
            }

            // The day ended on the way: the new one has limits of its own.
            var goesOn = outcome.Status == OutcomeStatus.Mismatch || outcome.Is(Hazina.Ledger.Refusals.PeriodOver);
            if (!goesOn || attempt == MostTries)
                return Why(outcome, order, hold, conditions, limits);
        }
    }

    static async Task<IResult?> Done(Guid id, HttpContext context, AccountDesk desk, Database database)
    {
        var access = await desk.Access(context);
        return await GetTransfer.Find(access, id, database, context.RequestAborted) is { } done
            ? Results.Created($"/v1/transfers/{id}", done.Answer(access))
            : null;
    }

    static Refusal Why(Outcome outcome, TransferOrder order, AccountLimits? hold, IReadOnlyList<Condition> conditions, LimitDesk limits)
    {
        var atPayer = outcome.Field == "steps/0/debit";
        return outcome switch
        {
            { Status: OutcomeStatus.Refused } when outcome.Is(Hazina.Ledger.Refusals.TurnoverExceeded) => limits.Exceeded(
                hold!,
                outcome,
                conditions
            ),
            { Status: OutcomeStatus.Refused } when outcome.Is(Hazina.Ledger.Refusals.AccountFrozen) && atPayer => Refusals.Frozen.Because(
                "Nothing goes out of the account.",
                "/from"
            ),
            { Status: OutcomeStatus.Refused } when outcome.Is(Hazina.Ledger.Refusals.AccountClosed) && atPayer => Refusals.Closed.Because(
                "The account is closed.",
                "/from"
            ),
            { Status: OutcomeStatus.Refused } when outcome.Field == "steps/0/credit" => Refusals.CannotReceive.Because(
                $"{order.To.Name} cannot be sent this at the moment.",
                "/to"
            ),
            _ => outcome.ToRefusal("/amount"),
        };
    }
}
