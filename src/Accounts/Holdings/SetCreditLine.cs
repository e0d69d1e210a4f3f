using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Holdings;

/// <summary><c>PUT /v1/accounts/{account}/credit-line</c></summary>
static class SetCreditLine
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "accounts.credit_line.set",
        "A credit account may go so far below zero.",
        AccountsPermissions.Approve,
        TimeSpan.FromDays(7),
        (services, wish, approved, stop) => Carry(services, wish, approved, stop)
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPut("/accounts/{account}/credit-line", Put)
            .Idempotent()
            .WithSummary("Ask for a credit line")
            .WithDescription(
                "For operations: how far below zero a credit account may go. Somebody else approves it. A line below what is owed lets nothing more out."
            )
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("A credit line that is asked for.")]
    public sealed record Request(
        [property: Description("Zero or more, in the account's currency.")] WireAmount? CreditLine,
        [property: Description("For who approves it; 1 to 1,000 characters.")] string? Note
    );

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(Guid Account, string CreditLine, string Currency);

    static async Task<IResult> Put(Guid account, Request body, HttpContext context, AccountDesk desk, ApprovalDesk approvals)
    {
        var check = new Validation();
        var line = check.AmountOf(body.CreditLine, "/credit_line", AmountRange.NotNegative);
        var note = check.Text(body.Note, "/note", 1000);
        if (check.Failed(out var invalid))
            return invalid;
        var caller = Caller.Of(context);
        if (await desk.Any(caller.Book, account, context.RequestAborted) is not { } row)
            return AccountDesk.NoSuchAccount(account);
        if (line.Currency != row.Money)
            return Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {row.Currency}.", "/credit_line/currency");
        if (await Reason(row, caller.Id, desk, context.RequestAborted) is { } no)
            return no;
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            $"account {account}",
            new Wish(account, line.ToWire(), row.Currency),
            note,
            context.RequestAborted
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Reason(AccountRow row, Guid person, AccountDesk desk, CancellationToken stop) =>
        row.Kind != "credit" ? Refusals.NotCredit.Because($"It is a {row.Kind} account.", "account")
        : await desk.People.IsNear(person, row.OwnerId, stop)
            ? Refusals.OwnAccount.Because("Who decides holds the account, or sees the money of who does.", "account")
        : row.ClosedAt is not null ? Refusals.Closed.Because("The account is closed.", "account")
        : null;

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var desk = services.GetRequiredService<AccountDesk>();
        if (await desk.Any(approved.Book, wish.Account, stop) is not { } row)
            return AccountDesk.NoSuchAccount(wish.Account);
        if (await Reason(row, approved.Checker, desk, stop) is { } no)
            return no;
        Amount.TryRead(wish.CreditLine, row.Money, out var line);
        var posting = Postings.CreditLine(approved.Id, row, line.Value) with
        {
            WhenPosted =
            [
                AccountChanges.CreditLine(row, line.Value),
                AlongsideRow.Event(Events.CreditLineSet, row.Book, row.Id.ToString(), new CreditLineSet(row.Id, wish.CreditLine)),
                AccountChanges.Audited(
                    context: null,
                    new AuditEntry(
                        "accounts.credit_line.set",
                        new AuditTarget("account", row.Id),
                        services.GetRequiredService<TimeProvider>().GetUtcNow()
                    )
                    {
                        Actor = AuditActor.User(approved.Checker),
                        Before = new { credit_line = Amount.ToWire(row.CreditLine, row.Money) },
                        After = new
                        {
                            credit_line = wish.CreditLine,
                            asked_by = approved.Maker,
                            approval = approved.Id,
                        },
                    }
                ),
            ],
        };
        var outcome = await services
            .GetRequiredService<KeptAccounts>()
            .While(row.Id, () => services.GetRequiredService<Journal>().Post(posting, stop));
        return outcome.IsPosted ? null
            : outcome.Status is OutcomeStatus.Retry or OutcomeStatus.Conflict or OutcomeStatus.Faulty
                ? throw new InvalidOperationException($"The credit line was not set: {outcome.Code}.")
            : outcome.ToRefusal("account");
    }
}
