using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Funding;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Payments.Reversals;

/// <summary>A row of <c>payments.reversals</c>.</summary>
/// <param name="AccountId">Out of which it goes: a customer's, or suspense.</param>
/// <param name="Fee">Of the top-up, given back out of the house's.</param>
/// <param name="Reverses">The receipt of what it sends back.</param>
sealed record Reversal(
    Guid Id,
    string Book,
    string Provider,
    Guid OriginalId,
    Guid CallId,
    Guid AccountId,
    string? OwnerType,
    Guid? OwnerId,
    Guid? SuspenseId,
    decimal Amount,
    string Currency,
    Guid? FeeId,
    decimal Fee,
    string Reverses,
    string Reason,
    Guid ReservationId,
    Guid? ActivityId,
    string Status,
    string? Receipt,
    string? FailureCode,
    string? FailureReason,
    Guid? TransactionId,
    Guid? ReturnId,
    Guid AskedBy,
    Guid ApprovedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public const string Pending = "pending",
        Done = "done",
        Failed = "failed";

    /// <summary>Of reversals <c>r</c>, in the order of the record.</summary>
    public const string Columns = """
        r.id, r.book, r.provider, r.original_id, r.call_id, r.account_id, r.owner_type, r.owner_id, r.suspense_id, r.amount, r.currency, r.fee_id, r.fee,
        r.reverses, r.reason, r.reservation_id, r.activity_id, r.status, r.receipt, r.failure_code, r.failure_reason, r.transaction_id, r.return_id,
        r.asked_by, r.approved_by, r.created_at, r.updated_at
        """;

    static readonly AlongsideStatement InsertStatement = new(
        "payments",
        "payments.insert_reversal",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    static readonly AlongsideStatement MoveStatement = new(
        "payments",
        "payments.move_reversal",
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
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    static readonly AlongsideStatement SuspenseStatement = new(
        "payments",
        "payments.reverse_suspense",
        SuspenseWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text],
        Guarded: true
    );

    public Amount Money => new(Amount, Hazina.Money.Currency.Of(Currency));

    /// <summary>What leaves the account.</summary>
    public Amount Debited => new(Amount - Fee, Hazina.Money.Currency.Of(Currency));

    public AlongsideRow Insert() =>
        new(
            InsertStatement,
            $"reversals/{OriginalId}",
            [
                Id,
                Book,
                Provider,
                OriginalId,
                CallId,
                AccountId,
                OwnerType,
                OwnerId,
                SuspenseId,
                Amount,
                Currency,
                FeeId,
                Fee,
                Reverses,
                Reason,
                ReservationId,
                ActivityId,
                AskedBy,
                ApprovedBy,
                Fill.RecordedAt,
            ]
        );

    /// <summary>As it is to be, in a posting that ends as a conflict where somebody has changed its status since it was read.</summary>
    public AlongsideRow Move(Reversal changed) =>
        new(
            MoveStatement,
            $"reversals/{OriginalId}",
            [
                Id,
                Status,
                changed.Status,
                changed.Receipt,
                changed.FailureCode,
                changed.FailureReason,
                changed.TransactionId,
                changed.ReturnId,
                Fill.RecordedAt,
            ]
        );

    /// <summary>What becomes of the money in suspense; none where it came out of a customer's account.</summary>
    public IEnumerable<AlongsideRow> Suspense(string was, string becomes) =>
        SuspenseId is { } id ? [new AlongsideRow(SuspenseStatement, $"suspense/{OriginalId}", [id, was, becomes])] : [];

    /// <param name="isStuck">Whether people have to find out what became of it.</param>
    public ReversalAnswer Answer(bool isStuck) =>
        new(
            Id,
            OriginalId,
            CallId,
            Provider,
            SuspenseId is null ? AccountId : null,
            SuspenseId,
            WireAmount.Of(Money),
            FeeId is null ? null : WireAmount.Of(Fee, Money.Currency),
            Reverses,
            Reason,
            Status == Pending && isStuck ? "unknown" : Status,
            Receipt,
            FailureCode is null ? null : new FailureAnswer(FailureCode, FailureReason),
            TransactionId,
            ReturnId,
            AskedBy,
            ApprovedBy,
            CreatedAt,
            UpdatedAt
        );

    // Of two who begin to send back one thing the later one finds it begun.
    const string InsertWriterSql = """
        with begun as (
            insert into payments.reversals (id, book, provider, original_id, call_id, account_id, owner_type, owner_id, suspense_id, amount, currency,
                   fee_id, fee, reverses, reason, reservation_id, activity_id, status, asked_by, approved_by, created_at, updated_at)
            select u.id, u.book, u.provider, u.original_id, u.call_id, u.account_id, u.owner_type, u.owner_id, u.suspense_id, u.amount, u.currency,
                   u.fee_id, u.fee, u.reverses, u.reason, u.reservation_id, u.activity_id, 'pending', u.asked_by, u.approved_by, u.now, u.now
              from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::uuid[], $10::uuid[],
                          $11::numeric[], $12::text[], $13::uuid[], $14::numeric[], $15::text[], $16::text[], $17::uuid[], $18::uuid[], $19::uuid[],
                          $20::uuid[], $21::timestamptz[])
                as u (ordinal, id, book, provider, original_id, call_id, account_id, owner_type, owner_id, suspense_id, amount, currency, fee_id, fee,
                      reverses, reason, reservation_id, activity_id, asked_by, approved_by, now)
                on conflict do nothing
            returning id)
        select u.ordinal from unnest($1::int[], $2::uuid[]) as u (ordinal, id) join begun using (id)
        """;

    const string MoveWriterSql = """
        update payments.reversals r
           set status = u.status, receipt = u.receipt, failure_code = u.code, failure_reason = u.reason, transaction_id = u.transaction_id,
               return_id = u.return_id, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::timestamptz[])
            as u (ordinal, id, was, status, receipt, code, reason, transaction_id, return_id, now)
         where r.id = u.id and r.status = u.was
        returning u.ordinal
        """;

    const string SuspenseWriterSql = """
        update payments.suspense s set status = u.becomes
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[]) as u (ordinal, id, was, becomes)
         where s.id = u.id and s.status = u.was
        returning u.ordinal
        """;
}

[Description("Money that came in and is sent back the way it came.")]
sealed record ReversalAnswer(
    Guid Id,
    [property: Description("The provider's call by which it came.")] Guid Original,
    [property: Description("The one by which it is sent back.")] Guid Call,
    string Provider,
    [property: Description("The customer's account that it leaves; not there where it lay in suspense.")] Guid? Account,
    Guid? Suspense,
    WireAmount Amount,
    [property: Description("The top-up's, given back: so much less leaves the account.")] WireAmount? Fee,
    [property: Description("The provider's receipt of what is sent back.")] string Reverses,
    string Reason,
    [property: Description(
        "pending: the money is held, the provider is asked; done: it is back; failed: it is where it was; "
            + "unknown: the provider does not say, and people have to resolve its call."
    )]
        string Status,
    [property: Description("The provider's receipt of the reversal.")] string? Receipt,
    FailureAnswer? Failure,
    [property: Description("The ledger's transaction by which it left.")] Guid? Transaction,
    [property: Description("The one by which it came again, where the provider took it back.")] Guid? ReturnTransaction,
    Guid AskedBy,
    Guid ApprovedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always reversal.")]
    public string Object => "reversal";
}
