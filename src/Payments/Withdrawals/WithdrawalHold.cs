using Dapper;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Microsoft.Extensions.Options;
using NpgsqlTypes;

namespace Hazina.Payments.Withdrawals;

/// <summary>A withdrawal as it is asked for.</summary>
/// <param name="Id">The withdrawal's, whichever try of it goes through.</param>
/// <param name="Fee">On top of the amount; null: none.</param>
/// <param name="AskedBy">A person or a key.</param>
sealed record WithdrawalOrder(
    Guid Id,
    CustomerAccount From,
    IRail Rail,
    Party To,
    Amount Amount,
    FeeQuote? Fee,
    string? Reference,
    Guid AskedBy
)
{
    /// <summary>Whether two people have vouched for where it goes.</summary>
    public bool IsVouchedFor { get; init; }

    /// <summary>What is held: the amount, and its fee.</summary>
    public Amount Needed => Fee is { } fee ? Amount + fee.Amount : Amount;
}

/// <summary>
/// Makes withdrawals: what is held on the account, the withdrawal, its call and the pending entry of the activity are there together, or not at all. The hold
/// never ends by itself, since the money may be on its way.
/// </summary>
sealed class WithdrawalHold(
    CustomerAccounts accounts,
    Journal journal,
    CallBook book,
    CallBell bell,
    RailFees fees,
    IOptions<RailOptions> rails,
    IOptions<AccountsOptions> accountsOptions,
    IOptions<WithdrawalOptions> options
)
{
    const int MostTries = 6;

    static readonly AlongsideStatement Insert = new(
        "payments",
        "payments.insert_withdrawal",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Boolean,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
        ]
    );

    /// <summary>What a withdrawal costs now; null: nothing.</summary>
    public ValueTask<FeeQuote?> Fee(CustomerAccount from, IRail rail, Amount amount, CancellationToken stop) =>
        fees.Quote(FeeType.Withdrawal, from, rail, amount, stop);

    /// <summary>Makes it, or says why not.</summary>
    public async Task<Refusal?> Make(WithdrawalOrder order, CancellationToken stop) => (await Make(order, [], stop)).Refusal;

    /// <summary>The same with rows of whoever wants it, which commit with what is held.</summary>
    /// <returns>What the ledger said, null where it was not asked; and the no, unless it is made.</returns>
    public async Task<(OutcomeStatus? Status, Refusal? Refusal)> Make(
        WithdrawalOrder order,
        IReadOnlyList<AlongsideRow> also,
        CancellationToken stop
    )
    {
        var isNew = await IsNew(order, stop);
        for (var attempt = 0; ; attempt++)
        {
            var (limits, tooMuch) = await accounts.LimitsOf(order.From, order.Needed, isNew, stop);
            if (tooMuch is not null)
                return (null, tooMuch);
            var posting = PostingOf(order, attempt, limits!);
            var outcome = await journal.Post(posting with { WhenPosted = [.. posting.WhenPosted, .. also] }, stop);
            if (outcome.IsPosted)
            {
                bell.Ring();
                return (outcome.Status, null);
            }

            // Another content under this id: an earlier try that was refused, for ever, under limits that are others by now.
            if (outcome.Status != OutcomeStatus.Mismatch || attempt == MostTries)
                return (outcome.Status, Why(outcome, limits!));
        }
    }

    /// <summary>Whether it is to go where the holder has sent none yet, or not for as long as saved recipients are new; however little, since many make much.
    /// </summary>
    async Task<bool> IsNew(WithdrawalOrder order, CancellationToken stop)
    {
        if (order.IsVouchedFor)
            return false;
        await using var connection = await book.Open(stop);
        var before = await connection.QueryAsync<ProviderCall>(
            new CommandDefinition(
                PaidBeforeWriterSql,
                new
                {
                    order.From.Book,
                    owner = order.From.Holder,
                    shown = order.To.Shown,
                    until = book.Now - accountsOptions.Value.CoolingOff,
                },
                cancellationToken: stop
            )
        );
        // What is shown is not whole: others may look the same.
        return !before.Select(book.PartyOf).Any(p => (p.Phone, p.Bank, p.Account) == (order.To.Phone, order.To.Bank, order.To.Account));
    }

    static Refusal Why(Outcome outcome, OutgoingLimits limits) =>
        outcome.Is(Hazina.Ledger.Refusals.TurnoverExceeded) ? limits.Exceeded(outcome)
        : outcome.Is(Hazina.Ledger.Refusals.AccountFrozen)
            ? Hazina.Accounts.Refusals.Frozen.Because("Nothing goes out of the account.", "/from")
        : outcome.Is(Hazina.Ledger.Refusals.AccountClosed) ? Hazina.Accounts.Refusals.Closed.Because("The account is closed.", "/from")
        : outcome.ToRefusal("/amount");

    Posting PostingOf(WithdrawalOrder order, int attempt, OutgoingLimits limits)
    {
        var id = Posting.AttemptId(order.Id, attempt);
        var reservation = StableId.Of($"reservation {attempt}", order.Id);
        var (call, activity) = (StableId.Of("withdrawal", order.Id), StableId.Of("activity", order.Id));
        var waits = order.Amount.Value > options.Value.AloneOf(order.Amount.Currency);
        var entry = new ActivityEntry(
            order.From,
            ActivityType.Withdrawal,
            ActivitySide.Debit,
            order.Amount,
            $"To {order.To.Shown}",
            WithdrawalPurpose.Word,
            order.Id
        )
        {
            Id = activity,
            Status = ActivityStatus.Pending,
            Reference = order.Reference,
            Counterparty = order.To.Shown,
        };
        return RailPostings.Hold(id, order.From.Book, reservation, order.From.Id, order.Needed, limits.Conditions) with
        {
            WhenPosted =
            [
                book.InsertRow(
                    new NewCall(
                        call,
                        order.Rail,
                        CallKind.Payout,
                        WithdrawalPurpose.Word,
                        order.Id,
                        order.From.Book,
                        order.Amount,
                        order.To,
                        book.Now + rails.Value.PayoutDeadline
                    )
                    {
                        Waits = waits,
                    }
                ),
                RowOf(order, waits, call, reservation, activity),
                CustomerAccounts.Activity(id, entry),
                AlongsideRow.Event(
                    RailEvents.WithdrawalCreated,
                    order.From.Book,
                    order.Id.ToString(),
                    new WithdrawalMoved(
                        order.Id,
                        order.From.Id,
                        WireAmount.Of(order.Amount),
                        order.Rail.Provider,
                        WithdrawalStatus.Pending,
                        FailureCode: null,
                        Transaction: null,
                        IsReturned: false
                    )
                ),
            ],
        };
    }

    static AlongsideRow RowOf(WithdrawalOrder order, bool waits, Guid call, Guid reservation, Guid activity) =>
        new(
            Insert,
            $"withdrawals/{order.Id}",
            [
                order.Id,
                order.From.Book,
                order.From.Id,
                Words.Of(order.From.HolderType),
                order.From.Holder,
                order.Rail.Provider,
                order.To.Shown,
                order.Amount.Value,
                order.Amount.Currency.Code,
                order.Fee?.Fee,
                order.Fee?.Amount.Value ?? 0m,
                order.Reference,
                waits,
                call,
                reservation,
                activity,
                order.AskedBy,
                Fill.RecordedAt,
            ]
        );

    const string PaidBeforeWriterSql = $"""
        select {ProviderCall.Columns} from payments.withdrawals w join payments.provider_calls c on c.id = w.call_id
         where w.owner_id = @owner and w.book = @book and w.to_shown = @shown and w.status = 'paid' and w.paid_at <= @until
         order by w.id desc limit 50
        """;

    const string InsertWriterSql = """
        insert into payments.withdrawals (id, book, account_id, owner_type, owner_id, provider, to_shown, amount, currency, fee_id, fee,
               reference, status, needs_approval, call_id, reservation_id, activity_id, asked_by, created_at, updated_at)
        select u.id, u.book, u.account_id, u.owner_type, u.owner_id, u.provider, u.to_shown, u.amount, u.currency, u.fee_id, u.fee,
               u.reference, 'pending', u.needs_approval, u.call_id, u.reservation_id, u.activity_id, u.asked_by, u.now, u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::numeric[], $10::text[],
                      $11::uuid[], $12::numeric[], $13::text[], $14::boolean[], $15::uuid[], $16::uuid[], $17::uuid[], $18::uuid[], $19::timestamptz[])
            as u (ordinal, id, book, account_id, owner_type, owner_id, provider, to_shown, amount, currency, fee_id, fee, reference, needs_approval,
                  call_id, reservation_id, activity_id, asked_by, now)
        """;
}

/// <summary>Bound from the section <c>Payments:Withdrawals</c>.</summary>
sealed class WithdrawalOptions
{
    /// <summary>Up to which amount no person of operations has to approve, by currency.</summary>
    public Dictionary<string, decimal> Alone { get; } = new(StringComparer.Ordinal) { ["KES"] = 100_000m };

    public decimal AloneOf(Currency currency) => Alone.GetValueOrDefault(currency.Code);
}
