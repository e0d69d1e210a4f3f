using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Funding;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Payments.Withdrawals;

/// <summary>A row of <c>payments.withdrawals</c>.</summary>
sealed record Withdrawal(
    Guid Id,
    string Book,
    Guid AccountId,
    string OwnerType,
    Guid OwnerId,
    string Provider,
    string ToShown,
    decimal Amount,
    string Currency,
    string? Reference,
    string Status,
    bool NeedsApproval,
    Guid? DecidedBy,
    Guid CallId,
    Guid ReservationId,
    Guid ActivityId,
    string? Receipt,
    string? FailureCode,
    string? FailureReason,
    Guid? TransactionId,
    Guid? ReturnId,
    Guid? FeeId,
    decimal Fee,
    Guid AskedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PaidAt
)
{
    /// <summary>Of withdrawals <c>w</c>, in the order of the record.</summary>
    public const string Columns = """
        w.id, w.book, w.account_id, w.owner_type, w.owner_id, w.provider, w.to_shown, w.amount, w.currency, w.reference, w.status, w.needs_approval,
        w.decided_by, w.call_id, w.reservation_id, w.activity_id, w.receipt, w.failure_code, w.failure_reason, w.transaction_id, w.return_id, w.fee_id,
        w.fee, w.asked_by, w.created_at, w.paid_at
        """;

    static readonly AlongsideStatement MoveStatement = new(
        "payments",
        "payments.move_withdrawal",
        MoveWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    public Amount Money => new(Amount, Hazina.Money.Currency.Of(Currency));

    public bool WaitsForApproval => NeedsApproval && DecidedBy is null && Status == WithdrawalStatus.Pending;

    public WithdrawalAnswer Answer() =>
        new(
            Id,
            AccountId,
            ToShown,
            Provider,
            WireAmount.Of(Money),
            FeeId is null ? null : WireAmount.Of(Fee, Money.Currency),
            Reference,
            Status,
            WaitsForApproval,
            Receipt,
            FailureCode is null ? null : new FailureAnswer(FailureCode, FailureReason),
            TransactionId,
            ReturnId,
            CreatedAt,
            PaidAt
        );

    /// <summary>As it is to be, in a posting that ends as a conflict where somebody has changed its status since it was read.</summary>
    /// <param name="changed">With the new status, receipt, failure, ids.</param>
    public AlongsideRow Move(Withdrawal changed) =>
        new(
            MoveStatement,
            $"withdrawals/{Id}",
            [
                Id,
                Status,
                changed.Status,
                changed.Receipt,
                changed.FailureCode,
                changed.FailureReason,
                changed.TransactionId,
                changed.ReturnId,
                changed.DecidedBy,
                Fill.RecordedAt,
            ]
        );

    const string MoveWriterSql = """
        update payments.withdrawals w
           set status = u.status, receipt = u.receipt, failure_code = u.code, failure_reason = u.reason, transaction_id = u.transaction_id,
               return_id = u.return_id, decided_by = coalesce(w.decided_by, u.decided_by),
               decided_at = case when u.decided_by is not null then coalesce(w.decided_at, u.now) else w.decided_at end,
               paid_at = case when u.status = 'paid' then u.now else w.paid_at end, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::uuid[],
                      $11::timestamptz[])
            as u (ordinal, id, was, status, receipt, code, reason, transaction_id, return_id, decided_by, now)
         where w.id = u.id and w.status = u.was and (u.decided_by is null or w.decided_by is null or w.decided_by = u.decided_by)
        returning u.ordinal
        """;
}

/// <summary>How far a withdrawal has come, as the table has it.</summary>
static class WithdrawalStatus
{
    public const string Pending = "pending",
        InTransit = "in_transit",
        Paid = "paid",
        Failed = "failed",
        Canceled = "canceled";
}

[Description("Money that goes to a phone or a bank account.")]
sealed record WithdrawalAnswer(
    Guid Id,
    [property: Description("The account that pays.")] Guid From,
    [property: Description("Where it goes, not whole.")] string To,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    WireAmount Amount,
    [property: Description("On top of the amount; given back with it where it fails. Not there where nothing is taken.")] WireAmount? Fee,
    string? Reference,
    [property: Description(
        "pending: the money is held; in_transit: the provider has it; paid; failed: it is available again, also where it had been paid and has come back; "
            + "canceled."
    )]
        string Status,
    [property: Description("Whether operations have to approve it before it is sent.")] bool WaitsForApproval,
    [property: Description("The provider's own, of money that was paid out.")] string? Receipt,
    FailureAnswer? Failure,
    [property: Description("The ledger's transaction by which it left.")] Guid? Transaction,
    [property: Description("The one by which it came back.")] Guid? ReturnTransaction,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PaidAt
)
{
    [Description("Always withdrawal.")]
    public string Object => "withdrawal";
}
