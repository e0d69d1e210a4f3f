using System.ComponentModel;
using Hazina.Accounts.Interest;
using Hazina.Ledger;
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
                goes to `sweep_to`, another account of yours in the same currency, in the same posting that closes it. Savings get what has accrued
                until the day before with it, and that goes there, too.
                """
            )
            .Produces<AccountAnswer>();

    [Description("The end of an account.")]
    public sealed record Request(
        [property: Description("Where what is left goes: another account of the same holder and currency.")] Guid? SweepTo = null
    );

    static async Task<IResult> Post(
        Guid account,
        Request body,
        HttpContext context,
        AccountDesk desk,
        KeptAccounts kept,
        ClosingInterest interest,
        Chart chart,
        Journal journal,
        TimeProvider time
    )
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
            (var closing, refusal) = await Look(row, other, desk, interest, chart, stop);
            if (refusal is not null)
                return refusal;
            var id = Posting.AttemptId(IdempotencyKey.Of(context).Id, attempt);
            var outcome = await kept.While(row.Id, () => journal.Post(closing.Posting(id, context, time.GetUtcNow()), stop));
            if (No(outcome, closing) is { } no)
                return no;
            row = (await desk.Any(row.Book, account, stop))!;
            if (attempt == MostTries && row.ClosedAt is null)
                return Refusals.Conflict.Because("Money kept coming in and going out meanwhile.", "account");
        }

        return Results.Ok(await desk.Answer(row, stop));
    }

    static async Task<(Closing Closing, Refusal? Refusal)> Look(
        AccountRow row,
        AccountRow? other,
        AccountDesk desk,
        ClosingInterest interest,
        Chart chart,
        CancellationToken stop
    )
    {
        // First what is due: interest of the last month may come onto the account by it.
        var (due, refusal) = await interest.Of(row, stop);
        if (refusal is not null)
            return (null!, refusal);
        var expense = due is { Paid.Value: > 0 } ? await chart.Of(row.Book, row.Money, SystemAccount.InterestExpense, stop) : (Guid?)null;
        var closing = new Closing(row, other, await desk.Stand(row, stop), due, expense);
        return closing.IsStuck ? (null!, Refusals.NotEmpty.Because(closing.Said, "account")) : (closing, null);
    }

    /// <summary>Null where it is closed, or where the balance was another one by then and it makes sense to look again.</summary>
    static Refusal? No(Outcome outcome, Closing closing)
    {
        // Something moved between the look and the posting: the ledger saw it, and closed nothing.
        var moved =
            outcome.Is(Hazina.Ledger.Refusals.AccountNotEmpty)
            || outcome.Is(Hazina.Ledger.Refusals.InsufficientFunds)
            || outcome.Status is OutcomeStatus.Conflict or OutcomeStatus.Mismatch;
        if (outcome.IsPosted || moved)
            return null;
        var isOwn = closing.IsOwn(outcome.Field);
        if (outcome.Is(Hazina.Ledger.Refusals.AccountClosed) && isOwn)
            return null;
        return outcome.Is(Hazina.Ledger.Refusals.AccountFrozen) && isOwn
                ? Refusals.Frozen.Because(
                    closing.IsIn(outcome.Field) ? "Its interest cannot come onto the account." : "Nothing goes out of the account.",
                    "account"
                )
            : outcome.Status == OutcomeStatus.Refused
                ? Refusals.SweepRefused.Because("The other account is closed, frozen or cannot take that much.", "/sweep_to")
            : outcome.ToRefusal("account");
    }
}
