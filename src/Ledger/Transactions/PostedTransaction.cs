using System.ComponentModel;

namespace Hazina.Ledger.Transactions;

/// <summary>What is said of a transaction when it is posted. A repetition is told the same, so nothing here changes later.</summary>
[Description("A transaction that is posted: durable, and never changed again.")]
sealed record PostedTransaction(
    Guid Id,
    string Kind,
    [property: Description("The batch that it was committed in. A read that is given it as after_batch shows the transaction.")] long Batch,
    [property: Description("Its first row in the journal.")] long Row,
    [property: Description("How many rows it has.")] int Rows,
    DateTimeOffset RecordedAt
)
{
    [Description("Always transaction.")]
    public string Object => "transaction";

    [Description("Always posted: what is refused is answered with a problem.")]
    public string Status => "posted";

    public static PostedTransaction Of(Outcome outcome, string kind) =>
        new(outcome.Id, kind, outcome.Batch, outcome.FirstRow, outcome.Rows, outcome.RecordedAt);

    internal const string Example = """
        {
          "object": "transaction", "id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22", "kind": "transfer", "status": "posted",
          "batch": 17, "row": 4211, "rows": 1, "recorded_at": "2026-01-31T09:30:00.123456Z"
        }
        """;
}
