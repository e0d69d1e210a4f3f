using System.ComponentModel;
using System.Text.Json;
using Hazina.Accounts.Holdings;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Payments.Batches;

/// <summary>A row of <c>payments.payout_batches</c>.</summary>
sealed record PayoutBatch(
    Guid Id,
    string Book,
    Guid AccountId,
    string OwnerType,
    Guid OwnerId,
    string? Name,
    byte[] Sha256,
    string Currency,
    int Lines,
    decimal Total,
    decimal Fee,
    int ErrorCount,
    string Errors,
    string Status,
    Guid MadeBy,
    Guid? ConfirmedBy,
    Guid? DecidedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ConfirmedAt,
    DateTimeOffset? DecidedAt,
    DateTimeOffset? EndedAt
)
{
    /// <summary>Of batches <c>b</c>, in the order of the record.</summary>
    public const string Columns = """
        b.id, b.book, b.account_id, b.owner_type, b.owner_id, b.name, b.sha256, b.currency, b.lines, b.total, b.fee, b.error_count, b.errors::text as errors,
        b.status, b.made_by, b.confirmed_by, b.decided_by, b.created_at, b.confirmed_at, b.decided_at, b.ended_at
        """;

    public BatchStatus State => Words.Read<BatchStatus>(Status);

    public HolderType OwnerKind => Words.Read<HolderType>(OwnerType);

    public Currency Money => Hazina.Money.Currency.Of(Currency);

    /// <param name="progress">Where it is asked for alone; lists do without.</param>
    public BatchAnswer Answer(BatchProgress? progress = null) =>
        new(
            Id,
            State,
            AccountId,
            Name,
            Lines,
            WireAmount.Of(Total, Money),
            WireAmount.Of(Fee, Money),
            ErrorCount,
            JsonSerializer.Deserialize<IReadOnlyList<LineError>>(Errors, JsonSettings.Options)!,
            progress is null
                ? null
                : new ProgressAnswer(
                    progress.Pending,
                    progress.InTransit,
                    progress.Paid,
                    progress.Failed,
                    WireAmount.Of(progress.PaidAmount, Money)
                ),
            MadeBy,
            ConfirmedBy,
            DecidedBy,
            CreatedAt,
            ConfirmedAt,
            DecidedAt,
            EndedAt
        );

    public BatchTold Told(BatchStatus status) => new(Id, status, AccountId, Lines, WireAmount.Of(Total, Money));
}

/// <summary>How far a batch has come.</summary>
public enum BatchStatus
{
    Invalid,
    Validated,
    Confirmed,
    Running,
    Completed,
    PartlyFailed,
    Canceled,
    Rejected,
}

/// <summary>How many lines have come how far, and how much was paid.</summary>
sealed record BatchProgress(int Pending, int InTransit, int Paid, int Failed, decimal PaidAmount);

/// <summary>A line of a batch as it is read, its withdrawal's state with it.</summary>
sealed record PayoutRow(
    Guid Id,
    int Line,
    string Type,
    string ToShown,
    decimal Amount,
    string Currency,
    string? Reference,
    string State,
    Guid? PaymentId,
    Guid? WithdrawalId,
    string? Receipt,
    string? FailureCode,
    string? FailureReason,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>What a line's state is, of rows <c>r</c> with their withdrawals <c>w</c>: one that was paid out may come back.</summary>
    public const string StateOf = """
        case when r.status <> 'sent' then r.status
             when w.status in ('pending', 'in_transit') then 'in_transit'
             when w.status = 'paid' then 'paid' else 'failed' end
        """;

    /// <summary>Of rows <c>r</c>, their withdrawals <c>w</c> and batches <c>b</c>, in the order of the record.</summary>
    public const string Columns = $"""
        r.id, r.line, r.type, r.to_shown, r.amount, b.currency, r.reference, {StateOf} as state, r.payment_id, r.withdrawal_id, w.receipt,
        coalesce(r.failure_code, w.failure_code, case when w.status = 'canceled' then 'canceled' end) as failure_code,
        coalesce(r.failure_reason, w.failure_reason) as failure_reason, greatest(r.updated_at, w.updated_at) as updated_at
        """;

    public RowAnswer Answer() =>
        new(
            Id,
            Line,
            Type,
            ToShown,
            WireAmount.Of(Amount, Hazina.Money.Currency.Of(Currency)),
            Reference,
            State,
            PaymentId,
            WithdrawalId,
            Receipt,
            FailureCode,
            FailureReason,
            UpdatedAt
        );
}

[Description("A file of payouts.")]
sealed record BatchAnswer(
    Guid Id,
    [property: Description(
        "invalid: see errors, nothing can become of it; validated: the maker has to confirm it; confirmed: a second person has to approve it; running; "
            + "completed; partly_failed: at least one line has failed; canceled; rejected by operations."
    )]
        BatchStatus Status,
    [property: Description("The account that pays.")] Guid Account,
    string? Name,
    [property: Description("Below the header.")] int Lines,
    [property: Description("Of all lines; 0 of an invalid one.")] WireAmount Total,
    [property: Description("What comes on top now; each line takes what is due when it is made.")] WireAmount Fee,
    int ErrorCount,
    [property: Description("The first 200.")] IReadOnlyList<LineError> Errors,
    [property: Description("How many lines have come how far; not in lists.")] ProgressAnswer? Progress,
    [property: Description("Who uploaded it, a person or a key.")] Guid MadeBy,
    [property: Description("The person who confirmed it.")] Guid? ConfirmedBy,
    [property: Description("The other person, who approved or rejected it.")] Guid? DecidedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ConfirmedAt,
    DateTimeOffset? DecidedAt,
    DateTimeOffset? EndedAt
)
{
    [Description("Always payout_batch.")]
    public string Object => "payout_batch";
}

[Description("How many lines have come how far.")]
sealed record ProgressAnswer(
    int Pending,
    int InTransit,
    int Paid,
    int Failed,
    [property: Description("Of those paid.")] WireAmount PaidAmount
);

[Description("A line of a file of payouts.")]
sealed record RowAnswer(
    Guid Id,
    [property: Description("Of the file.")] int Line,
    [property: Description("account, phone or bank.")] string Type,
    [property: Description("Where it goes, not whole.")] string To,
    WireAmount Amount,
    string? Reference,
    [property: Description("pending; in_transit: a withdrawal is on its way; paid; failed: also where it was paid out and has come back.")]
        string Status,
    [property: Description("Of an account here.")] Guid? Payment,
    [property: Description("To a phone or a bank.")] Guid? Withdrawal,
    [property: Description("The provider's own.")] string? Receipt,
    string? FailureCode,
    string? FailureReason,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always payout_row.")]
    public string Object => "payout_row";
}

/// <summary>Bound from the section <c>Payments:Batches</c>.</summary>
sealed class BatchOptions
{
    /// <summary>How many lines of a batch are made in a turn; there is one every five seconds.</summary>
    public int LinesATurn { get; set; } = 100;

    /// <summary>And of all batches.</summary>
    public int LinesATurnOfAll { get; set; } = 500;

    /// <summary>How many files somebody uploads at the most in a day.</summary>
    public int FilesADay { get; set; } = 100;

    /// <summary>Lines that one owner uploads in a day, whatever becomes of their files.</summary>
    public int LinesADay { get; set; } = 100_000;

    /// <summary>For how long after the approval a line waits for a provider that does not answer.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromHours(24);

    /// <summary>For how long a file waits to be confirmed, and then to be approved, before it is cancelled and whom it names forgotten.</summary>
    public TimeSpan Undecided { get; set; } = TimeSpan.FromDays(30);
}
