using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Payments.Providers;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Reversals;

/// <summary><c>POST /v1/operations/provider-calls/{call}/reversal</c></summary>
static class ReverseCall
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "payments.provider_call.reverse",
        "What came in over a provider is sent back the way it came, out of the customer's account or suspense.",
        PaymentsPermissions.Approve,
        TimeSpan.FromDays(7),
        Carry
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/operations/provider-calls/{call}/reversal", Post)
            .WithName("reverseProviderCall")
            .Idempotent()
            .WithSummary("Send back what came in")
            .WithDescription(
                """
                A top-up, or what a customer paid of their own accord, goes back to where it came from by the provider's reversal: whole, once, with the fee
                that was taken of it. Another person approves it. The money must still be there: it is held on the customer's account, or in suspense, until
                the provider says what became of it. KCB and DTB send nothing back: pay it out instead.
                """
            )
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("Why money goes back.")]
    public sealed record Request([property: Description("For whoever approves it; 1 to 1,000 characters.")] string? Reason);

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(Guid Call, string Reason);

    static async Task<IResult> Post(
        Guid call,
        Request body,
        HttpContext context,
        CallBook book,
        ReversalSource source,
        ApprovalDesk approvals
    )
    {
        var check = new Validation();
        var reason = check.Text(body.Reason, "/reason", 1000);
        if (check.Failed(out var invalid))
            return invalid;
        var (caller, stop) = (Caller.Of(context), context.RequestAborted);
        var (_, unfit) = await source.Of(await book.Find(call, stop), caller.Book, caller.Id, stop);
        if (unfit is not null)
            return unfit;
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            $"provider call {call}",
            new Wish(call, reason),
            reason,
            stop
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var book = services.GetRequiredService<CallBook>();
        // Begun by an earlier try, whose answer was lost.
        if (await book.Find(StableId.Of("reversal", approved.Id), stop) is not null)
            return null;
        var call = await book.Find(wish.Call, stop);
        var (place, refusal) = await services.GetRequiredService<ReversalSource>().Of(call, approved.Book, approved.Checker, stop);
        if (refusal is not null)
            return refusal;
        var outcome = await services.GetRequiredService<Journal>().Post(await Start(services, call!, place!, wish, approved, stop), stop);
        if (outcome.IsPosted)
        {
            services.GetRequiredService<CallBell>().Ring();
            return null;
        }

        return outcome.Status switch
        {
            OutcomeStatus.Conflict => RailRefusals.AlreadyReversed.Because("Somebody else was quicker."),
            OutcomeStatus.Refused => outcome.ToRefusal(),
            _ => throw new CallBusyException($"It was not begun: {outcome.Code}."),
        };
    }

    /// <summary>The money is held, and the call that asks for the reversal is there with it.</summary>
    static async Task<Posting> Start(
        IServiceProvider services,
        ProviderCall original,
        MoneyPlace place,
        Wish wish,
        ApprovedAct approved,
        CancellationToken stop
    )
    {
        var (book, accounts) = (services.GetRequiredService<CallBook>(), services.GetRequiredService<CustomerAccounts>());
        var from = place.Account?.Id ?? await accounts.House(original.Book, original.Money.Currency, SystemAccount.Suspense, stop);
        var row = new Reversal(
            approved.Id,
            original.Book,
            original.Provider,
            original.Id,
            StableId.Of("reversal", approved.Id),
            from,
            place.Account is { } holder ? Words.Of(holder.HolderType) : null,
            place.Account?.Holder,
            place.Suspense,
            original.Amount,
            original.Currency,
            place.FeeId,
            place.Fee,
            original.Receipt!,
            wish.Reason,
            StableId.Of("reservation", approved.Id),
            place.Account is null ? null : StableId.Of("activity", approved.Id),
            Reversal.Pending,
            null,
            null,
            null,
            null,
            null,
            approved.Maker,
            approved.Checker,
            book.Now,
            book.Now
        );
        var party = book.PartyOf(original) with { Account = null, Reverses = original.Receipt };
        var rail = services.GetRequiredService<CallDesk>().RailOf(original.Provider)!;
        var until = book.Now + services.GetRequiredService<IOptions<RailOptions>>().Value.PayoutDeadline;
        return RailPostings.ReversalHold(row.Id, row) with
        {
            WhenPosted =
            [
                book.InsertRow(
                    new NewCall(row.CallId, rail, CallKind.Payout, ReversalPurpose.Word, row.Id, row.Book, row.Money, party, until)
                ),
                row.Insert(),
                .. row.Suspense("open", "reversing"),
                .. place.Account is { } account
                    ? [CustomerAccounts.Activity(row.Id, Entry(account, row, original.PartyShown))]
                    : (AlongsideRow[])[],
                RailAudit.Row(
                    context: null,
                    new AuditEntry("payments.reversal.begun", new AuditTarget("reversal", row.Id), book.Now)
                    {
                        Actor = AuditActor.User(approved.Checker),
                        After = new { provider_call = original.Id, asked_by = approved.Maker },
                    }
                ),
            ],
        };
    }

    static ActivityEntry Entry(CustomerAccount account, Reversal row, string shown) =>
        new(
            account,
            ActivityType.Refund,
            ActivitySide.Debit,
            row.Debited,
            $"Sent back to {Party.RailName(row.Provider)} {shown}",
            ReversalPurpose.Word,
            row.Id
        )
        {
            Id = row.ActivityId!.Value,
            Status = ActivityStatus.Pending,
            Reference = row.Reverses,
            Counterparty = shown,
        };
}
