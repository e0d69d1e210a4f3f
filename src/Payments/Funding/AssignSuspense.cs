using System.ComponentModel;
using Dapper;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Identity;
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
using NpgsqlTypes;

namespace Hazina.Payments.Funding;

/// <summary><c>POST /v1/operations/suspense/{suspense}/assignment</c></summary>
static class AssignSuspense
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "payments.suspense.assign",
        "Money that came in without a known owner is given to a customer's account.",
        PaymentsPermissions.Approve,
        TimeSpan.FromDays(7),
        Carry
    );

    static readonly AlongsideStatement Statement = new(
        "payments",
        "payments.assign_suspense",
        AssignWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/operations/suspense/{suspense}/assignment", Post)
            .Idempotent()
            .WithSummary("Assign money in suspense")
            .WithDescription("To the account of whom it was meant for. Another person approves it; neither of them holds the account.")
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("Whose money it is.")]
    public sealed record Request(
        [property: Description("The account that it is given to.")] Guid? Account,
        [property: Description("How that is known; 1 to 1,000 characters.")] string? Note
    );

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(Guid Suspense, Guid Account);

    static async Task<IResult> Post(
        Guid suspense,
        Request body,
        HttpContext context,
        CallBook book,
        CustomerAccounts accounts,
        People people,
        ApprovalDesk approvals
    )
    {
        var check = new Validation();
        var account = check.Id(body.Account, "/account");
        var note = check.Text(body.Note, "/note", 1000);
        if (check.Failed(out var invalid))
            return invalid;
        var caller = Caller.Of(context);
        if (await Open(suspense, caller.Book, book, context.RequestAborted) is not { } row)
            return None(suspense);
        if (await Unfit(row, account, caller.Id, accounts, people, context.RequestAborted) is { } unfit)
            return unfit;
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            $"suspense {suspense}",
            new Wish(suspense, account),
            note,
            context.RequestAborted
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Unfit(
        SuspenseRow row,
        Guid account,
        Guid person,
        CustomerAccounts accounts,
        People people,
        CancellationToken stop
    ) =>
        await accounts.Find(row.Book, account, stop) is not { } found
            ? Hazina.Accounts.Refusals.NoSuchAccount.Because($"There is no account {account}.", "/account")
        : await people.IsNear(person, found.Holder, stop)
            ? RailRefusals.OwnMoney.Because("Whoever decides is near to this account.", "/account")
        : found.IsClosed ? Hazina.Accounts.Refusals.Closed.Because("The account is closed.", "/account")
        : found.Currency.Code != row.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {found.Currency}.", "/account")
        : null;

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var accounts = services.GetRequiredService<CustomerAccounts>();
        var book = services.GetRequiredService<CallBook>();
        if (await Find(wish.Suspense, approved.Book, book, stop) is not { } row)
            return None(wish.Suspense);
        if (await Unfit(row, wish.Account, approved.Checker, accounts, services.GetRequiredService<People>(), stop) is { } unfit)
            return unfit;
        var account = (await accounts.Find(row.Book, wish.Account, stop))!;
        var entry = new ActivityEntry(
            account,
            ActivityType.Deposit,
            ActivitySide.Credit,
            row.Money,
            $"From {Party.RailName(row.Provider)} {row.PayerShown}",
            "suspense",
            row.Id
        )
        {
            Id = StableId.Of("activity", approved.Id),
            Reference = row.Receipt,
            Counterparty = row.PayerShown,
        };
        var suspense = await accounts.House(row.Book, row.Money.Currency, SystemAccount.Suspense, stop);
        var outcome = await services
            .GetRequiredService<Journal>()
            .Post(
                RailPostings.Assign(approved.Id, row.Book, suspense, account.Id, row.Money) with
                {
                    WhenPosted =
                    [
                        new AlongsideRow(
                            Statement,
                            $"suspense/{row.CallId}",
                            [row.Id, account.Id, approved.Checker, approved.Id, Fill.RecordedAt]
                        ),
                        CustomerAccounts.Activity(approved.Id, entry),
                        AlongsideRow.Event(
                            RailEvents.SuspenseAssigned,
                            row.Book,
                            row.Id.ToString(),
                            new SuspenseAssigned(row.Id, account.Id, WireAmount.Of(row.Money))
                        ),
                        RailAudit.Row(
                            context: null,
                            new AuditEntry("payments.suspense.assigned", new AuditTarget("suspense", row.Id), book.Now)
                            {
                                Actor = AuditActor.User(approved.Checker),
                                After = new { account = account.Id, asked_by = approved.Maker },
                            }
                        ),
                    ],
                },
                stop
            );
        return outcome.IsPosted ? null
            : outcome.Status == OutcomeStatus.Conflict ? None(wish.Suspense)
            : outcome.Status == OutcomeStatus.Refused ? outcome.ToRefusal("/account")
            : throw new CallBusyException($"It was not assigned: {outcome.Code}.");
    }

    static Refusal None(Guid suspense) =>
        RailRefusals.NoSuchSuspense.Because($"There is no open money in suspense {suspense}.", "suspense");

    static async Task<SuspenseRow?> Open(Guid suspense, string book, CallBook calls, CancellationToken stop) =>
        await Find(suspense, book, calls, stop) is { Status: "open" } row ? row : null;

    static async Task<SuspenseRow?> Find(Guid suspense, string book, CallBook calls, CancellationToken stop)
    {
        await using var connection = await calls.Open(stop);
        return await connection.QuerySingleOrDefaultAsync<SuspenseRow>(
            new CommandDefinition(FindWriterSql, new { suspense, book }, cancellationToken: stop)
        );
    }

    const string FindWriterSql = $"select {SuspenseRow.Columns} from payments.suspense s where s.id = @suspense and s.book = @book";

    const string AssignWriterSql = """
        update payments.suspense s
           set status = 'assigned', assigned_to = u.account, assigned_by = u.checker, assignment_id = u.transaction_id, assigned_at = u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[])
            as u (ordinal, id, account, checker, transaction_id, now)
         where s.id = u.id and s.status = 'open'
        returning u.ordinal
        """;
}
