using System.ComponentModel;
using Dapper;
using Hazina.Accounts;
using Hazina.Identity;
using Hazina.Ledger;
using Hazina.Payments.Reconciliation;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Providers;

/// <summary><c>POST /v1/operations/provider-calls/{call}/resolution</c></summary>
static class ResolveCall
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "payments.provider_call.resolve",
        "What became of a call is taken from outside, as the provider's people or statement say; the money follows.",
        PaymentsPermissions.Approve,
        TimeSpan.FromDays(7),
        Carry
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/operations/provider-calls/{call}/resolution", Post)
            .WithName("resolveProviderCall")
            .Idempotent()
            .WithSummary("Resolve a stuck call")
            .WithDescription(
                """
                For operations, where a provider does not say what became of money: as its people or its statement say. Another person approves it. A payout
                that had failed for its customer and was paid all the same is a loss of the house. The call's whole amount is booked; where another one has
                moved, the difference is an adjustment.
                """
            )
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("What became of it.")]
    public sealed record Request(
        [property: Description("succeeded: the money has moved; failed: it has not, and will not.")] string? Outcome,
        [property: Description("How that is known; 1 to 1,000 characters.")] string? Note,
        [property: Description("The provider's receipt, of money that has moved; at most 100 characters.")] string? Receipt = null
    );

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(Guid Call, bool HasMoved, string? Receipt, string Note);

    static async Task<IResult> Post(Guid call, Request body, HttpContext context, CallBook book, ApprovalDesk approvals)
    {
        var check = new Validation();
        var outcome = check.Text(body.Outcome, "/outcome", 20);
        check.That(outcome is "" or "succeeded" or "failed", "/outcome", "unknown_value", "must be succeeded or failed");
        var note = check.Text(body.Note, "/note", 1000);
        check.OptionalText(body.Receipt, "/receipt", 100, min: 1);
        if (check.Failed(out var invalid))
            return invalid;
        if (await book.Find(call, context.RequestAborted) is not { } row || row.Book != Caller.Of(context).Book)
            return RailRefusals.NoSuchCall.Because($"There is no call {call}.", "call");
        if (row.StuckAt is null)
            return RailRefusals.NotStuck.Because($"The call is {row.Status}.", "call");
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            $"provider call {call}",
            new Wish(call, outcome == "succeeded", body.Receipt, note),
            note,
            context.RequestAborted
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var book = services.GetRequiredService<CallBook>();
        if (await book.Find(wish.Call, stop) is not { } call || call.Book != approved.Book)
            return RailRefusals.NoSuchCall.Because($"There is no call {wish.Call}.");
        if (call.StuckAt is null)
            return RailRefusals.NotStuck.Because($"The call is {call.Status} by now.");
        var people = services.GetRequiredService<People>();
        if (await IsNear(book, people, approved.Checker, call, stop) || await IsNear(book, people, approved.Maker, call, stop))
            return Hazina.Accounts.Refusals.OwnAccount.Because("Who decides holds the account, or sees the money of who does.");
        const string said = "As the provider's people, or its statement, say.";
        if (!call.IsOver || call is { IsCollect: true, Status: not CallStatus.Succeeded } && wish.HasMoved)
            await services
                .GetRequiredService<CallDesk>()
                .Hear(
                    call.Id,
                    wish.HasMoved
                        ? new Verdict(VerdictKind.Succeeded) { Receipt = wish.Receipt, Amount = call.Amount }
                        : Verdict.No(RailRefusals.ProviderRefused, said),
                    stop
                );
        else if (call is { IsCollect: false, Status: not CallStatus.Succeeded } && wish.HasMoved)
            await BookLoss(services.GetRequiredService<CustomerAccounts>(), services.GetRequiredService<Journal>(), call, stop);
        await NoteDone(services, call.Id, approved, wish, stop);
        return null;
    }

    /// <summary>Whether it is about money of somebody's own, or of an organisation of theirs.</summary>
    public static async Task<bool> IsNear(CallBook book, People people, Guid person, ProviderCall call, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        var holders = await connection.QueryAsync<Guid>(
            new CommandDefinition(HoldersWriterSql, new { id = call.PurposeId }, cancellationToken: stop)
        );
        foreach (var holder in holders)
            if (await people.IsNear(person, holder, stop))
                return true;
        return false;
    }

    /// <summary>A payout that its customer has had back, and that the rail has made all the same.</summary>
    public static async Task BookLoss(CustomerAccounts accounts, Journal journal, ProviderCall call, CancellationToken stop)
    {
        var id = StableId.Of("loss", call.Id);
        var outcome = await journal.Post(
            RailPostings.Loss(
                id,
                call.Book,
                await accounts.House(call.Book, call.Money.Currency, SystemAccount.Losses, stop),
                await accounts.House(call.Book, call.Money.Currency, SystemAccount.RailsInTransit, stop),
                call.Money
            ) with
            {
                WhenPosted = [RailMovement.Row(id, call, MovementKind.Loss)],
            },
            stop
        );
        if (!outcome.IsPosted)
            throw new CallBusyException($"The loss was not booked: {outcome.Code}.");
    }

    /// <summary>What the house has lost by a payout came back, or comes back before the statement has said that it left.</summary>
    /// <param name="posting">Its id.</param>
    public static async Task TakeBackLoss(
        CustomerAccounts accounts,
        Journal journal,
        ProviderCall call,
        Guid posting,
        CancellationToken stop
    )
    {
        var outcome = await journal.Post(
            RailPostings.Correction(
                posting,
                call.Book,
                await accounts.House(call.Book, call.Money.Currency, SystemAccount.RailsInTransit, stop),
                await accounts.House(call.Book, call.Money.Currency, SystemAccount.Losses, stop),
                call.Money
            ) with
            {
                WhenPosted = [RailMovement.Row(posting, call, MovementKind.Return)],
            },
            stop
        );
        if (!outcome.IsPosted)
            throw new CallBusyException($"What came back was not booked: {outcome.Code}.");
    }

    static async Task NoteDone(IServiceProvider services, Guid call, ApprovedAct approved, Wish wish, CancellationToken stop)
    {
        var book = services.GetRequiredService<CallBook>();
        await using var connection = await book.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await connection.ExecuteAsync(
            new CommandDefinition(UnstickWriterSql, new { call, now = book.Now }, transaction, cancellationToken: stop)
        );
        await Audit.Write(
            transaction,
            context: null,
            new AuditEntry("payments.provider_call.resolved", new AuditTarget("provider_call", call), book.Now)
            {
                Actor = AuditActor.User(approved.Checker),
                After = new { has_moved = wish.HasMoved, asked_by = approved.Maker },
            }
        );
        await transaction.CommitAsync(stop);
    }

    // An intent's payee gets it at once, where that was all that it waited for.
    const string HoldersWriterSql = """
        select s.owner_id from payments.funding_sessions s where s.id = @id
        union all
        select w.owner_id from payments.withdrawals w where w.id = @id
        union all
        select r.owner_id from payments.reversals r where r.id = @id and r.owner_id is not null
        union all
        select i.payer_owner_id from payments.intents i where i.id = @id
        union all
        select i.payee_owner_id from payments.intents i where i.id = @id
        """;

    const string UnstickWriterSql = """
        update payments.provider_calls set stuck_at = null, next_at = null, version = version + 1, updated_at = @now where id = @call and stuck_at is not null
        """;
}
