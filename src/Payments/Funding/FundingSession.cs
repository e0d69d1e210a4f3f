using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Payments.Funding;

/// <summary>A row of <c>payments.funding_sessions</c>.</summary>
sealed record FundingSession(
    Guid Id,
    string Book,
    Guid AccountId,
    string Source,
    string PayerShown,
    decimal Amount,
    string Currency,
    string Status,
    Guid CallId,
    string? Receipt,
    string? FailureCode,
    string? FailureReason,
    Guid? TransactionId,
    Guid? FeeId,
    decimal Fee,
    DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CompletedAt
)
{
    /// <summary>Of sessions <c>s</c>, in the order of the record.</summary>
    public const string Columns = """
        s.id, s.book, s.account_id, s.source, s.payer_shown, s.amount, s.currency, s.status, s.call_id, s.receipt, s.failure_code, s.failure_reason,
        s.transaction_id, s.fee_id, s.fee, s.expires_at, s.created_at, s.completed_at
        """;

    static readonly AlongsideStatement CompleteStatement = new(
        "payments",
        "payments.complete_funding",
        CompleteWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    public FundingAnswer Answer() =>
        new(
            Id,
            AccountId,
            Source,
            PayerShown,
            WireAmount.Of(Amount, Hazina.Money.Currency.Of(Currency)),
            FeeId is null ? null : WireAmount.Of(Fee, Hazina.Money.Currency.Of(Currency)),
            Status,
            Receipt,
            FailureCode is null ? null : new FailureAnswer(FailureCode, FailureReason),
            TransactionId,
            ExpiresAt,
            CreatedAt,
            CompletedAt
        );

    /// <summary>Its end, with the money.</summary>
    /// <param name="status">completed, late_completed or held.</param>
    public static AlongsideRow Complete(ProviderCall call, string status, Guid transaction) =>
        new(CompleteStatement, $"funding/{call.PurposeId}", [call.PurposeId, status, call.Receipt, transaction, Fill.RecordedAt]);

    const string CompleteWriterSql = """
        update payments.funding_sessions s
           set status = u.status, receipt = u.receipt, fee_id = case when u.status <> 'held' then s.fee_id end,
               fee = case when u.status <> 'held' then s.fee else 0 end, transaction_id = u.transaction_id, failure_code = null, failure_reason = null,
               completed_at = u.now, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[])
            as u (ordinal, id, status, receipt, transaction_id, now)
         where s.id = u.id and s.transaction_id is null
        returning u.ordinal
        """;
}

/// <summary>How far a session has come, as the table has it.</summary>
static class FundingStatus
{
    public const string Pending = "pending",
        Processing = "processing",
        Completed = "completed",
        Failed = "failed",
        Expired = "expired",
        LateCompleted = "late_completed",
        Held = "held";
}

[Description("Money that is asked of a source outside, for an account.")]
sealed record FundingAnswer(
    Guid Id,
    Guid Account,
    [property: Description("mpesa, kcb or dtb.")] string Source,
    [property: Description("The payer's phone, not whole.")] string Payer,
    WireAmount Amount,
    [property: Description("Taken out of the amount when it comes; not there where nothing is, nor of what is held.")] WireAmount? Fee,
    [property: Description(
        "pending: about to be asked for; processing: the payer is asked; completed; late_completed: it came after it had been given up; failed; "
            + "expired: nobody answered in time; held: it came, and the account cannot take it: operations deal with it."
    )]
        string Status,
    [property: Description("The source's own, of money that has come.")] string? Receipt,
    FailureAnswer? Failure,
    [property: Description("The ledger's transaction.")] Guid? Transaction,
    [property: Description("When it is given up.")] DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CompletedAt
)
{
    [Description("Always funding_session.")]
    public string Object => "funding_session";
}

[Description("Why it failed.")]
sealed record FailureAnswer(
    [property: Description("A refusal's code; its page at /docs/refusals/{code} says what can be done.")] string Code,
    [property: Description("The provider's own code and words.")] string? Reason
);
