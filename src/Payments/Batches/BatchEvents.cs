using System.ComponentModel;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments.Batches;

/// <summary>What is told of files of payouts; each line's payment or withdrawal tells of itself.</summary>
static class BatchEvents
{
    public static readonly EventType<BatchTold> Validated = new(
        "payments.payout_batch.validated.v1",
        "A file of payouts was read and nothing is wrong with it."
    );

    public static readonly EventType<BatchTold> Confirmed = new(
        "payments.payout_batch.confirmed.v1",
        "A file of payouts was confirmed, and waits for a second person."
    );

    public static readonly EventType<BatchTold> Approved = new(
        "payments.payout_batch.approved.v1",
        "A second person has approved a file of payouts: its lines are being made."
    );

    public static readonly EventType<BatchTold> Rejected = new("payments.payout_batch.rejected.v1", "A file of payouts was rejected.");

    public static readonly EventType<BatchTold> Canceled = new(
        "payments.payout_batch.canceled.v1",
        "A file of payouts was cancelled before anything of it was made."
    );

    public static readonly EventType<BatchTold> Ended = new(
        "payments.payout_batch.ended.v1",
        "Every line of a file of payouts is paid or has failed; the status says whether some have."
    );

    public static IReadOnlyList<EventType> All { get; } = [Validated, Confirmed, Approved, Rejected, Canceled, Ended];
}

/// <summary>A file of payouts as events tell of it.</summary>
public sealed record BatchTold(
    Guid PayoutBatch,
    BatchStatus Status,
    [property: Description("The account that pays.")] Guid Account,
    int Lines,
    WireAmount Total
);
