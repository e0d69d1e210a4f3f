using System.Text;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Payments.Providers;
using Hazina.Payments.Reconciliation;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using NpgsqlTypes;

namespace Hazina.Payments.Funding;

/// <summary>
/// Books what has come in, once however often it is told: to the account that it is for, or, where that cannot take it, to suspense. The call's own row, its
/// owner's and what is told commit with it.
/// </summary>
sealed class Deposits(CustomerAccounts accounts, Journal journal, CallBook book, FieldCipher cipher)
{
    public static readonly EncryptedColumn MeantFor = new("payments", "suspense", "meant_for");

    static readonly AlongsideStatement SuspenseStatement = new(
        "payments",
        "payments.suspend",
        SuspendWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Bytea,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.TimestampTz,
        ]
    );

    /// <summary>Books it.</summary>
    /// <param name="changed">The call as it is to be.</param>
    /// <param name="account">Whose money it is; null: nobody knows.</param>
    /// <param name="also">What else commits with it, by whether it is held in suspense and by the posting's id.</param>
    /// <param name="fee">What is taken out of it; of what is held in suspense nothing is.</param>
    /// <returns>False where the call was changed meanwhile.</returns>
    public async Task<bool> Post(
        ProviderCall changed,
        CustomerAccount? account,
        string description,
        Func<bool, Guid, IReadOnlyList<AlongsideRow>> also,
        CancellationToken stop,
        RailFee? fee = null
    )
    {
        if (account is null)
            return await Suspend(changed, "no_such_account", also, stop);
        if (account.IsClosed)
            return await Suspend(changed, "account_closed", also, stop);
        if (account.Currency.Code != changed.Currency)
            return await Suspend(changed, "wrong_currency", also, stop);
        var id = StableId.Of("deposit", changed.Id);
        var inTransit = await accounts.House(changed.Book, changed.Money.Currency, SystemAccount.RailsInTransit, stop);
        var entry = new ActivityEntry(
            account,
            ActivityType.Deposit,
            ActivitySide.Credit,
            changed.Money,
            description,
            changed.Purpose,
            changed.PurposeId
        )
        {
            Id = StableId.Of("activity", id),
            Reference = changed.Receipt,
            Counterparty = changed.PartyShown,
        };
        var outcome = await journal.Post(
            RailPostings.Deposit(id, changed.Book, inTransit, account.Id, changed.Money, fee) with
            {
                WhenPosted =
                [
                    CallBook.SaveRow(changed),
                    RailMovement.Row(id, changed, MovementKind.Deposit),
                    CustomerAccounts.Activity(id, entry),
                    .. fee?.Rows(id, account, changed.Purpose, changed.PurposeId, ActivitySide.Debit) ?? [],
                    .. also(false, id),
                ],
            },
            stop
        );
        if (fee is not null && outcome is { Status: OutcomeStatus.Refused, Field: "steps/1/debit" })
            outcome = await Less(changed, account, entry, fee, inTransit, also, stop);
        // Frozen by staff, or closed a moment ago: the money is here all the same.
        return outcome.Status == OutcomeStatus.Refused
            ? await Suspend(changed, outcome.Is(Hazina.Ledger.Refusals.AccountClosed) ? "account_closed" : "account_frozen", also, stop)
            : outcome.PostedOrChanged();
    }

    /// <summary>To an account out of which nothing may go, not even the fee: it gets what that leaves.</summary>
    async Task<Outcome> Less(
        ProviderCall changed,
        CustomerAccount account,
        ActivityEntry entry,
        RailFee fee,
        Guid inTransit,
        Func<bool, Guid, IReadOnlyList<AlongsideRow>> also,
        CancellationToken stop
    )
    {
        var (id, left) = (StableId.Of("deposit less its fee", changed.Id), changed.Money - fee.Amount);
        var credited = entry with { Amount = left, Description = $"{entry.Description}, less a fee of {fee.Amount}" };
        return await journal.Post(
            RailPostings.DepositLess(id, changed.Book, inTransit, account.Id, left, fee) with
            {
                WhenPosted =
                [
                    CallBook.SaveRow(changed),
                    RailMovement.Row(id, changed, MovementKind.Deposit),
                    .. left.Value > 0 ? [CustomerAccounts.Activity(id, credited)] : (AlongsideRow[])[],
                    fee.Charge(id, account, changed.Purpose, changed.PurposeId, ActivitySide.Debit),
                    .. also(false, id),
                ],
            },
            stop
        );
    }

    async Task<bool> Suspend(
        ProviderCall changed,
        string reason,
        Func<bool, Guid, IReadOnlyList<AlongsideRow>> also,
        CancellationToken stop
    )
    {
        var id = StableId.Of("suspense", changed.Id);
        var currency = changed.Money.Currency;
        var meantFor = book.PartyOf(changed).Account;
        var outcome = await journal.Post(
            RailPostings.Suspend(
                id,
                changed.Book,
                await accounts.House(changed.Book, currency, SystemAccount.RailsInTransit, stop),
                await accounts.House(changed.Book, currency, SystemAccount.Suspense, stop),
                changed.Money
            ) with
            {
                WhenPosted =
                [
                    CallBook.SaveRow(changed),
                    RailMovement.Row(id, changed, MovementKind.Suspense),
                    SuspenseRow(
                        id,
                        changed,
                        meantFor is null ? null : cipher.Seal(Encoding.UTF8.GetBytes(meantFor), MeantFor.PlaceOf(id)),
                        reason
                    ),
                    AlongsideRow.Event(
                        RailEvents.SuspenseReceived,
                        changed.Book,
                        id.ToString(),
                        new SuspenseReceived(id, WireAmount.Of(changed.Money), changed.Provider, reason)
                    ),
                    .. also(true, id),
                ],
            },
            stop
        );
        return outcome.PostedOrChanged();
    }

    /// <summary>Money that waits for two people.</summary>
    /// <param name="id">Also of the posting.</param>
    /// <param name="meantFor">What the payer wrote, encrypted.</param>
    /// <param name="reason">A word.</param>
    /// <param name="amount">The call's when not said.</param>
    public static AlongsideRow SuspenseRow(Guid id, ProviderCall call, byte[]? meantFor, string reason, decimal? amount = null) =>
        new(
            SuspenseStatement,
            $"suspense/{call.Id}",
            [
                id,
                call.Book,
                call.Provider,
                call.Id,
                amount ?? call.Amount,
                call.Currency,
                call.PartyShown,
                meantFor,
                reason,
                call.Receipt,
                Fill.RecordedAt,
            ]
        );

    const string SuspendWriterSql = """
        insert into payments.suspense (id, book, provider, call_id, amount, currency, payer_shown, meant_for, reason, receipt, status, transaction_id,
               received_at)
        select u.id, u.book, u.provider, u.call_id, u.amount, u.currency, u.payer, u.meant_for, u.reason, u.receipt, 'open', u.id, u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::numeric[], $7::text[], $8::text[], $9::bytea[], $10::text[],
                      $11::text[], $12::timestamptz[])
            as u (ordinal, id, book, provider, call_id, amount, currency, payer, meant_for, reason, receipt, now)
        """;
}
