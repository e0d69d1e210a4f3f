using Dapper;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Payments.Funding;
using Hazina.Payments.Providers;
using Hazina.Payments.Reconciliation;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments.Reversals;

/// <summary>What follows for a reversal from what becomes of its call: the money leaves, is let go, or comes again; each once.</summary>
sealed class ReversalPurpose(CustomerAccounts accounts, Journal journal, RailFees fees, CallBook book) : ICallPurpose
{
    public const string Word = ProviderCall.Reversal;

    public string Name => Word;

    public async Task<bool> Apply(ProviderCall changed, CallEffect effect, CancellationToken stop)
    {
        // The provider has taken it: that concerns nobody else.
        if (effect == CallEffect.Prompted)
            return await book.Save(changed, stop);
        await using var connection = await book.Open(stop);
        var row = await connection.QuerySingleAsync<Reversal>(
            new CommandDefinition(FindWriterSql, new { id = changed.PurposeId }, cancellationToken: stop)
        );
        return effect switch
        {
            CallEffect.Succeeded => (await journal.Post(await Done(changed, row, stop), stop)).PostedOrChanged(),
            CallEffect.Failed => (await journal.Post(Failed(changed, row), stop)).PostedOrChanged(),
            CallEffect.Returned => await Returned(changed, row, stop),
            _ => throw new InvalidOperationException($"A reversal knows no {effect}."),
        };
    }

    async Task<Posting> Done(ProviderCall changed, Reversal row, CancellationToken stop)
    {
        var id = StableId.Of("done", row.Id);
        var inTransit = await accounts.House(row.Book, row.Money.Currency, SystemAccount.RailsInTransit, stop);
        var fee = await fees.Quoted(row.FeeId, row.Fee, row.Money, row.Book, row.Provider, stop);
        var done = row with { Status = Reversal.Done, Receipt = changed.Receipt, TransactionId = id };
        return RailPostings.Reversal(id, row, inTransit, fee) with
        {
            WhenPosted =
            [
                CallBook.SaveRow(changed),
                RailMovement.Row(id, changed, MovementKind.Reversal),
                row.Move(done),
                .. row.Suspense("reversing", "reversed"),
                .. row.ActivityId is { } activity
                    ? [CustomerAccounts.EndActivity(id, row.AccountId, activity, ActivityStatus.Completed)]
                    : (AlongsideRow[])[],
                .. fee is null ? [] : (AlongsideRow[])[fee.Reversed(id, (await accounts.Find(row.Book, row.AccountId, stop))!, row.Id)],
                Told(RailEvents.ReversalCompleted, done),
            ],
        };
    }

    static Posting Failed(ProviderCall changed, Reversal row)
    {
        var id = StableId.Of("failed", row.Id);
        var failed = row with { Status = Reversal.Failed, FailureCode = changed.FailureCode, FailureReason = changed.FailureReason };
        return RailPostings.LetGo(id, row.Book, row.ReservationId) with
        {
            WhenPosted =
            [
                CallBook.SaveRow(changed),
                row.Move(failed),
                .. row.Suspense("reversing", "open"),
                .. row.ActivityId is { } activity
                    ? [CustomerAccounts.EndActivity(id, row.AccountId, activity, ActivityStatus.Failed)]
                    : (AlongsideRow[])[],
                Told(RailEvents.ReversalFailed, failed),
            ],
        };
    }

    /// <summary>
    /// It had gone back, and has come again: to where it was, or to suspense where the account takes nothing any more. Its fee stays given back.
    /// </summary>
    async Task<bool> Returned(ProviderCall changed, Reversal row, CancellationToken stop)
    {
        var id = StableId.Of("returned", row.Id);
        var inTransit = await accounts.House(row.Book, row.Money.Currency, SystemAccount.RailsInTransit, stop);
        var back = row with
        {
            Status = Reversal.Failed,
            FailureCode = changed.FailureCode,
            FailureReason = changed.FailureReason,
            ReturnId = id,
        };
        var outcome = await journal.Post(
            RailPostings.Return(id, row.Book, inTransit, row.AccountId, row.Money, fee: null) with
            {
                WhenPosted =
                [
                    CallBook.SaveRow(changed),
                    RailMovement.Row(id, changed, MovementKind.Return),
                    row.Move(back),
                    .. row.Suspense("reversed", "open"),
                    .. row.SuspenseId is null ? [CustomerAccounts.Activity(id, await Entry(row, changed, id, stop))] : (AlongsideRow[])[],
                    Told(RailEvents.ReversalFailed, back),
                ],
            },
            stop
        );
        return outcome.Status == OutcomeStatus.Refused
            ? await ReturnedToSuspense(changed, row, back, inTransit, stop)
            : outcome.PostedOrChanged();
    }

    async Task<ActivityEntry> Entry(Reversal row, ProviderCall call, Guid posting, CancellationToken stop) =>
        new(
            (await accounts.Find(row.Book, row.AccountId, stop))!,
            ActivityType.Deposit,
            ActivitySide.Credit,
            row.Money,
            $"From {Party.RailName(row.Provider)} {call.PartyShown} again",
            Word,
            row.Id
        )
        {
            Id = StableId.Of("activity", posting),
            Reference = row.Reverses,
            Counterparty = call.PartyShown,
        };

    async Task<bool> ReturnedToSuspense(ProviderCall changed, Reversal row, Reversal back, Guid inTransit, CancellationToken stop)
    {
        var id = StableId.Of("returned to suspense", row.Id);
        var suspense = await accounts.House(row.Book, row.Money.Currency, SystemAccount.Suspense, stop);
        var held = back with { ReturnId = id };
        var outcome = await journal.Post(
            RailPostings.Return(id, row.Book, inTransit, suspense, row.Money, fee: null) with
            {
                WhenPosted =
                [
                    CallBook.SaveRow(changed),
                    RailMovement.Row(id, changed, MovementKind.Return),
                    row.Move(held),
                    Deposits.SuspenseRow(id, changed, meantFor: null, "returned"),
                    Told(RailEvents.ReversalFailed, held),
                ],
            },
            stop
        );
        return outcome.PostedOrChanged();
    }

    static AlongsideRow Told(EventType<ReversalEnded> type, Reversal row) =>
        AlongsideRow.Event(
            type,
            row.Book,
            row.Id.ToString(),
            new ReversalEnded(
                row.Id,
                row.OriginalId,
                row.SuspenseId is null ? row.AccountId : null,
                WireAmount.Of(row.Money),
                row.Provider,
                row.Status,
                row.FailureCode,
                row.ReturnId ?? row.TransactionId
            )
        );

    const string FindWriterSql = $"select {Reversal.Columns} from payments.reversals r where r.id = @id";
}
