using System.ComponentModel;
using Hazina.Ledger.Http;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Hazina.Ledger.Transactions;

/// <summary>What became of one transaction of a bulk or a stream.</summary>
[Description("What became of one of several transactions: posted, or a problem.")]
sealed record BulkItem(
    [property: Description("In a stream: the line that this answers, from 1.")] long? Line,
    Guid? Id,
    [property: Description("posted; refused: by a rule, for ever; failed: nothing was recorded.")] string Status,
    string? Kind,
    long? Batch,
    long? Row,
    int? Rows,
    DateTimeOffset? RecordedAt,
    [property: Description("Whether this repeats the answer to an earlier request.")] bool? Replayed,
    [property: Description("Why it was not posted.")] ProblemDocument? Problem
)
{
    public static BulkItem Of(Outcome outcome, Posting posting, Func<string, string> pointer, HttpContext context, long? line) =>
        outcome.IsPosted
            ? new BulkItem(
                line,
                outcome.Id,
                "posted",
                posting.Kind,
                outcome.Batch,
                outcome.FirstRow,
                outcome.Rows,
                outcome.RecordedAt,
                outcome.Replayed ? true : null,
                Problem: null
            )
            : new BulkItem(
                line,
                outcome.Id,
                outcome.Status == OutcomeStatus.Refused ? "refused" : "failed",
                Kind: null,
                outcome.Batch > 0 ? outcome.Batch : null,
                Row: null,
                Rows: null,
                outcome.Batch > 0 ? outcome.RecordedAt : null,
                outcome.Replayed ? true : null,
                outcome.ToRefusal(pointer).Document(context)
            );

    /// <summary>A line that is no transaction.</summary>
    public static BulkItem Of(Refusal refusal, Guid? id, HttpContext context, long line) =>
        new(
            line,
            id,
            "failed",
            Kind: null,
            Batch: null,
            Row: null,
            Rows: null,
            RecordedAt: null,
            Replayed: null,
            refusal.Document(context)
        );
}
