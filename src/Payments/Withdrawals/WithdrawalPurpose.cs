using Dapper;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Payments.Providers;
using Hazina.Payments.Reconciliation;
using Hazina.Platform.Http;

namespace Hazina.Payments.Withdrawals;

/// <summary>What follows for a withdrawal from what becomes of its call: the money leaves, is let go, or comes back; each once.</summary>
sealed class WithdrawalPurpose(CustomerAccounts accounts, Journal journal, RailFees fees, CallBook book) : ICallPurpose
{
    public const string Word = "withdrawal";

    public string Name => Word;

    public async Task<bool> Apply(ProviderCall changed, CallEffect effect, CancellationToken stop)
    {
        var row = await Find(changed.PurposeId, stop);
        return effect switch
        {
            CallEffect.Prompted => await Prompted(changed, stop),
            CallEffect.Succeeded => (await journal.Post(await Paid(changed, row, stop), stop)).PostedOrChanged(),
            CallEffect.Failed => (await journal.Post(Failed(changed, row, await AccountOf(row, stop)), stop)).PostedOrChanged(),
            CallEffect.Returned => await Returned(changed, row, stop),
            _ => throw new InvalidOperationException($"A withdrawal knows no {effect}."),
        };
    }

    async Task<Withdrawal> Find(Guid id, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        return await connection.QuerySingleAsync<Withdrawal>(new CommandDefinition(FindWriterSql, new { id }, cancellationToken: stop));
    }

    async Task<bool> Prompted(ProviderCall changed, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await book.Save(connection, transaction, changed, stop))
            return false;
        await connection.ExecuteAsync(
            new CommandDefinition(InTransitWriterSql, new { id = changed.PurposeId, now = book.Now }, transaction, cancellationToken: stop)
        );
        await transaction.CommitAsync(stop);
        return true;
    }

    async Task<Posting> Paid(ProviderCall changed, Withdrawal row, CancellationToken stop)
    {
        var id = StableId.Of("paid", row.Id);
        var inTransit = await accounts.House(row.Book, row.Money.Currency, SystemAccount.RailsInTransit, stop);
        var paid = row with { Status = WithdrawalStatus.Paid, Receipt = changed.Receipt, TransactionId = id };
        var fee = await FeeOf(row, stop);
        return RailPostings.PayOut(id, row.Book, row.ReservationId, row.AccountId, inTransit, row.Money, fee) with
        {
            WhenPosted =
            [
                CallBook.SaveRow(changed),
                RailMovement.Row(id, changed, MovementKind.Payout),
                row.Move(paid),
                CustomerAccounts.EndActivity(id, row.AccountId, row.ActivityId, ActivityStatus.Completed),
                .. fee?.Rows(id, await AccountOf(row, stop), Word, row.Id, ActivitySide.Debit) ?? [],
                Told(RailEvents.WithdrawalPaid, paid, id),
            ],
        };
    }

    ValueTask<RailFee?> FeeOf(Withdrawal row, CancellationToken stop) =>
        fees.Quoted(row.FeeId, row.Fee, row.Money, row.Book, row.Provider, stop);

    async Task<CustomerAccount> AccountOf(Withdrawal row, CancellationToken stop) =>
        await accounts.Find(row.Book, row.AccountId, stop)
        ?? throw new InvalidOperationException($"The account {row.AccountId} of a withdrawal is not there.");

    Posting Failed(ProviderCall changed, Withdrawal row, CustomerAccount account)
    {
        var id = StableId.Of("failed", row.Id);
        var failed = row with
        {
            Status = WithdrawalStatus.Failed,
            FailureCode = changed.FailureCode,
            FailureReason = changed.FailureReason,
        };
        return RailPostings.LetGo(id, row.Book, row.ReservationId) with
        {
            Conditions = accounts.GivesBack(account, row.CreatedAt),
            WhenPosted =
            [
                CallBook.SaveRow(changed),
                row.Move(failed),
                CustomerAccounts.EndActivity(id, row.AccountId, row.ActivityId, ActivityStatus.Failed),
                Told(RailEvents.WithdrawalFailed, failed, id),
            ],
        };
    }

    /// <summary>Paid, and come back: to the account, or to suspense where the account takes nothing any more.</summary>
    async Task<bool> Returned(ProviderCall changed, Withdrawal row, CancellationToken stop)
    {
        var id = StableId.Of("returned", row.Id);
        var inTransit = await accounts.House(row.Book, row.Money.Currency, SystemAccount.RailsInTransit, stop);
        var (account, fee) = (await AccountOf(row, stop), await FeeOf(row, stop));
        var back = row with
        {
            Status = WithdrawalStatus.Failed,
            FailureCode = changed.FailureCode,
            FailureReason = changed.FailureReason,
            ReturnId = id,
        };
        var entry = new ActivityEntry(
            account,
            ActivityType.Refund,
            ActivitySide.Credit,
            row.Money,
            $"Withdrawal to {row.ToShown} came back",
            Word,
            row.Id
        )
        {
            Id = StableId.Of("activity", id),
            Reference = row.Reference,
            Counterparty = row.ToShown,
        };
        var outcome = await journal.Post(
            RailPostings.Return(id, row.Book, inTransit, row.AccountId, row.Money, fee) with
            {
                WhenPosted =
                [
                    CallBook.SaveRow(changed),
                    RailMovement.Row(id, changed, MovementKind.Return),
                    row.Move(back),
                    CustomerAccounts.Activity(id, entry),
                    .. fee?.Rows(id, account, Word, row.Id, ActivitySide.Credit) ?? [],
                    Told(RailEvents.WithdrawalFailed, back, id, isReturned: true),
                ],
            },
            stop
        );
        return outcome.Status == OutcomeStatus.Refused
            ? await ReturnedToSuspense(changed, row, back, inTransit, stop)
            : outcome.PostedOrChanged();
    }

    async Task<bool> ReturnedToSuspense(ProviderCall changed, Withdrawal row, Withdrawal back, Guid inTransit, CancellationToken stop)
    {
        var id = StableId.Of("returned to suspense", row.Id);
        var suspense = await accounts.House(row.Book, row.Money.Currency, SystemAccount.Suspense, stop);
        var held = back with { ReturnId = id };
        var fee = await FeeOf(row, stop);
        var outcome = await journal.Post(
            RailPostings.Return(id, row.Book, inTransit, suspense, row.Money, fee) with
            {
                WhenPosted =
                [
                    CallBook.SaveRow(changed),
                    RailMovement.Row(id, changed, MovementKind.Return),
                    row.Move(held),
                    Funding.Deposits.SuspenseRow(id, changed, meantFor: null, "returned", row.Amount + row.Fee),
                    .. fee is null ? [] : (AlongsideRow[])[fee.Charge(id, await AccountOf(row, stop), Word, row.Id, ActivitySide.Credit)],
                    Told(RailEvents.WithdrawalFailed, held, id, isReturned: true),
                ],
            },
            stop
        );
        return outcome.PostedOrChanged();
    }

    public static AlongsideRow Told(
        Hazina.Platform.Events.EventType<WithdrawalMoved> type,
        Withdrawal row,
        Guid? transaction,
        bool isReturned = false
    ) =>
        AlongsideRow.Event(
            type,
            row.Book,
            row.Id.ToString(),
            new WithdrawalMoved(
                row.Id,
                row.AccountId,
                WireAmount.Of(row.Money),
                row.Provider,
                row.Status,
                row.FailureCode,
                transaction,
                isReturned
            )
        );

    const string FindWriterSql = $"select {Withdrawal.Columns} from payments.withdrawals w where w.id = @id";

    const string InTransitWriterSql = """
        update payments.withdrawals set status = 'in_transit', updated_at = @now where id = @id and status = 'pending'
        """;
}
