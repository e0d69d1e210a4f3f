using System.ComponentModel;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
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
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Adjustments;

/// <summary><c>POST /v1/accounts/{account}/adjustments</c></summary>
static class BookAdjustment
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "accounts.adjustment.book",
        "An amount is booked on a customer's account, against an account of the house.",
        AccountsPermissions.Approve,
        TimeSpan.FromDays(7),
        (services, wish, approved, stop) => Carry(services, wish, approved, stop)
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/adjustments", Post)
            .Idempotent()
            .WithSummary("Book on a customer's account")
            .WithDescription(
                """
                For operations: a deposit or withdrawal that came by another way, or the correction of a mistake, against an account of the house.
                Above what the
                settings let one person do (nothing, unless they say so) it is asked for, and another approves it. Floors and freezes hold.
                """
            )
            .Produces<Answer>(StatusCodes.Status201Created)
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("Something to be booked.")]
    public sealed record Request(
        [property: Description("credit: the customer has more afterwards.")] ActivitySide? Side,
        WireAmount? Amount,
        [property: Description("The account of the house on the other side.")] SystemAccount? Against,
        [property: Description("What the holder reads; 1 to 500 characters.")] string? Description,
        [property: Description("For who approves it, and the trail; 1 to 1,000 characters.")] string? Note,
        [property: Description("deposit, withdrawal or adjustment (when not said).")] ActivityType? Type = null,
        [property: Description("What the holder reads; at most 100 characters.")] string? Reference = null
    );

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(
        Guid Account,
        ActivitySide Side,
        WireAmount Amount,
        SystemAccount Against,
        ActivityType Type,
        string Description,
        string? Reference
    );

    [Description("What was booked.")]
    public sealed record Answer(
        [property: Description("Of the ledger's transaction, too.")] Guid Id,
        Guid Account,
        ActivitySide Side,
        WireAmount Amount,
        SystemAccount Against
    )
    {
        [Description("Always adjustment.")]
        public string Object => "adjustment";
    }

    static async Task<IResult> Post(
        Guid account,
        Request body,
        HttpContext context,
        AccountDesk desk,
        ApprovalDesk approvals,
        IOptions<AccountsOptions> options
    )
    {
        var check = new Validation();
        var side = check.Required(body.Side, "/side");
        var amount = check.AmountOf(body.Amount, "/amount");
        var against = check.Required(body.Against, "/against");
        var description = check.Text(body.Description, "/description", 500);
        var note = check.Text(body.Note, "/note", 1000);
        check.OptionalText(body.Reference, "/reference", 100, min: 1);
        var type = body.Type ?? ActivityType.Adjustment;
        check.That(
            (type, side)
                is
                    (ActivityType.Adjustment, _)
                    or
                    (ActivityType.Deposit, ActivitySide.Credit)
                    or
                    (ActivityType.Withdrawal, ActivitySide.Debit),
            "/type",
            "out_of_range",
            "must be adjustment, or deposit of a credit, or withdrawal of a debit"
        );
        if (check.Failed(out var invalid))
            return invalid;
        var caller = Caller.Of(context);
        if (await desk.Any(caller.Book, account, context.RequestAborted) is not { } row)
            return AccountDesk.NoSuchAccount(account);
        if (await desk.People.IsNear(caller.Id, row.OwnerId, context.RequestAborted))
            return Refusals.OwnAccount.Because("Who is signed in holds the account, or sees the money of who does.", "account");
        if (amount.Currency != row.Money)
            return Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {row.Currency}.", "/amount/currency");

        var (id, wish) = (
            IdempotencyKey.Of(context).Id,
            new Wish(account, side, WireAmount.Of(amount), against, type, description, body.Reference)
        );
        if (amount.Value <= options.Value.AdjustmentAlone.GetValueOrDefault(row.Currency))
        {
            var outcome = await Book(context.RequestServices, id, row, wish, context, by: null, context.RequestAborted);
            return outcome.IsPosted
                ? Results.Json(new Answer(id, account, side, wish.Amount, against), statusCode: StatusCodes.Status201Created)
                : outcome.ToRefusal("/amount");
        }

        var (asked, refusal) = await approvals.Ask(context, Kind, id, $"account {account}", wish, note, context.RequestAborted);
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var desk = services.GetRequiredService<AccountDesk>();
        if (await desk.Any(approved.Book, wish.Account, stop) is not { } row)
            return AccountDesk.NoSuchAccount(wish.Account);
        if (await desk.People.IsNear(approved.Checker, row.OwnerId, stop))
            return Refusals.OwnAccount.Because("Who approved it holds the account, or sees the money of who does.", "account");
        var outcome = await Book(services, approved.Id, row, wish, context: null, approved, stop);
        return outcome.IsPosted ? null
            : outcome.Status == OutcomeStatus.Refused ? outcome.ToRefusal()
            : throw new InvalidOperationException($"The adjustment was not booked: {outcome.Code}.");
    }

    static async Task<Outcome> Book(
        IServiceProvider services,
        Guid id,
        AccountRow row,
        Wish wish,
        HttpContext? context,
        ApprovedAct? by,
        CancellationToken stop
    )
    {
        var against = await services.GetRequiredService<Chart>().Of(row.Book, row.Money, wish.Against, stop);
        Amount.TryRead(wish.Amount.Amount, row.Money, out var amount);
        var posting = Postings.Adjustment(id, row, wish.Side == ActivitySide.Credit, amount, against);
        return await services
            .GetRequiredService<Journal>()
            .Post(
                posting with
                {
                    WhenPosted =
                    [
                        ActivityRows.Insert(
                            id,
                            new ActivityEntry(row.Public(), wish.Type, wish.Side, amount, wish.Description, "adjustment", id)
                            {
                                Reference = wish.Reference,
                            }
                        ),
                        AlongsideRow.Event(
                            Events.AdjustmentBooked,
                            row.Book,
                            row.Id.ToString(),
                            new AdjustmentBooked(row.Id, id, wish.Side, wish.Amount, wish.Against)
                        ),
                        AccountChanges.Audited(
                            context,
                            new AuditEntry(
                                "accounts.adjustment.booked",
                                new AuditTarget("account", row.Id),
                                services.GetRequiredService<TimeProvider>().GetUtcNow()
                            )
                            {
                                Actor = by is null ? null : AuditActor.User(by.Checker),
                                After = new
                                {
                                    transaction = id,
                                    side = Words.Of(wish.Side),
                                    amount = wish.Amount.Amount,
                                    currency = wish.Amount.Currency,
                                    against = Words.Of(wish.Against),
                                    asked_by = by?.Maker,
                                },
                            }
                        ),
                    ],
                },
                stop
            );
    }
}
