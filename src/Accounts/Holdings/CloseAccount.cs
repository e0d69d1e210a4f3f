using System.ComponentModel;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>POST /v1/accounts/{account}/close</c></summary>
static class CloseAccount
{
    const int MostTries = 8;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/close", Post)
            .Idempotent()
            .WithSummary("Close an account")
            .WithDescription(
                """
                For ever: its history stays, and nothing is posted to it any more. It has to be empty, with nothing held back; what is left on it
                goes to `sweep_to`,
                another account of yours in the same currency, in the same posting that closes it.
                """
            )
            .Produces<AccountAnswer>();

    [Description("The end of an account.")]
    public sealed record Request(
        [property: Description("Where what is left goes: another account of the same holder and currency.")] Guid? SweepTo = null
    );

    static async Task<IResult> Post(Guid account, Request body, HttpContext context, AccountDesk desk, Journal journal, TimeProvider time)
    {
        var check = new Validation();
        check.That(body.SweepTo != account, "/sweep_to", "out_of_range", "must be another account");
        if (check.Failed(out var invalid))
            return invalid;
        var stop = context.RequestAborted;
        var (row, refusal) = await desk.Move(context, account);
        if (refusal is not null)
            return refusal;
        AccountRow? other = null;
        if (body.SweepTo is { } named)
        {
            (other, refusal) = await desk.Move(context, named, "/sweep_to");
            if (refusal is not null)
                return refusal;
            if (other.Holder != row.Holder || other.Currency != row.Currency)
                return Refusals.SweepRefused.Because("The other account has another holder or another currency.", "/sweep_to");
        }

        // A repetition finds it closed.
        for (var attempt = 0; row.ClosedAt is null; attempt++)
        {
            if (await Try(attempt, row, other, context, desk, journal, time) is { } no)
                return no;
            row = (await desk.Any(row.Book, account, stop))!;
            if (attempt == MostTries && row.ClosedAt is null)
                return Refusals.Conflict.Because("Money kept coming in and going out meanwhile.", "account");
        }

        return Results.Ok(await desk.Answer(row, stop));
    }

    /// <summary>Null where it is closed, or where the balance was another one by then and it makes sense to look again.</summary>
    static async Task<Refusal?> Try(
        int attempt,
        AccountRow row,
        AccountRow? other,
        HttpContext context,
        AccountDesk desk,
        Journal journal,
        TimeProvider time
    )
    {
        var stand = await desk.Stand(row, context.RequestAborted);
        if (stand.Reserved != 0 || stand.Posted < 0 || (stand.Posted > 0 && other is null))
            return Refusals.NotEmpty.Because(
                $"There is {new Amount(stand.Posted, row.Money)} on it, and {new Amount(stand.Reserved, row.Money)} is held back.",
                "account"
            );
        var posting = Postings.Closing(
            Outcomes.Attempt(IdempotencyKey.Of(context).Id, attempt),
            row,
            new Amount(stand.Posted, row.Money),
            other?.Id
        );
        var outcome = await journal.Post(
            posting with
            {
                WhenPosted =
                [
                    .. posting.Steps.Count > 1 ? Swept(posting.Id, row, other!, new Amount(stand.Posted, row.Money)) : [],
                    AccountChanges.Close(row),
                    AlongsideRow.Event(
                        Events.AccountClosed,
                        row.Book,
                        row.Id.ToString(),
                        new CustomerAccountClosed(row.Id, posting.Steps.Count > 1 ? other!.Id : null)
                    ),
                    AccountChanges.Audited(
                        context,
                        new AuditEntry("accounts.account.closed", new AuditTarget("account", row.Id), time.GetUtcNow())
                        {
                            After = new
                            {
                                swept = stand.Posted.ToString(System.Globalization.CultureInfo.InvariantCulture),
                                to = other?.Id,
                            },
                        }
                    ),
                ],
            },
            context.RequestAborted
        );
        // Something moved between the look and the posting: the ledger saw it, and closed nothing.
        var moved =
            outcome.Is(Hazina.Ledger.Refusals.AccountNotEmpty)
            || outcome.Is(Hazina.Ledger.Refusals.InsufficientFunds)
            || outcome.Status is OutcomeStatus.Conflict or OutcomeStatus.Mismatch;
        if (outcome.IsPosted || moved)
            return null;
        if (outcome.Is(Hazina.Ledger.Refusals.AccountClosed) && outcome.Field is "steps/0/debit" or "steps/0/account")
            return null;
        return outcome.Is(Hazina.Ledger.Refusals.AccountFrozen) && outcome.Field == "steps/0/debit"
                ? Refusals.Frozen.Because("Nothing goes out of the account.", "account")
            : outcome.Status == OutcomeStatus.Refused
                ? Refusals.SweepRefused.Because("The other account is closed, frozen or cannot take that much.", "/sweep_to")
            : outcome.ToRefusal("account");
    }

    static AlongsideRow[] Swept(Guid transaction, AccountRow from, AccountRow to, Amount amount)
    {
        ActivityEntry Entry(AccountRow account, AccountRow other, ActivitySide side, string words) =>
            new(account.Public(), ActivityType.Transfer, side, amount, words, "closing", from.Id)
            {
                Counterparty = other.Nickname ?? other.Shown,
                IsOwn = true,
            };

        return
        [
            ActivityRows.Insert(transaction, Entry(from, to, ActivitySide.Debit, "Account closed: what was left")),
            ActivityRows.Insert(transaction, Entry(to, from, ActivitySide.Credit, "From an account that was closed")),
        ];
    }
}
