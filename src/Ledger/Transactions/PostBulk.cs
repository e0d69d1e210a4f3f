using System.ComponentModel;
using Hazina.Ledger.Http;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Transactions;

/// <summary><c>POST /v1/ledger/transactions/bulk</c></summary>
static class PostBulk
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/transactions/bulk", Post)
            .WithName("postTransactions")
            .WithSummary("Post many transactions")
            .WithDescription(
                """
                Up to 10,000 transactions in one call. `"mode": "independent"` posts each on its own, in this order, and answers each in its place.
                `"mode": "atomic"` posts all or none, under the bulk's own `id`: the same bulk gets the same answer again; when one is refused, the
                answer is `ledger.bulk_refused`, which names it, and the others may be posted later. A bulk that is not well formed is refused as a whole.

                More than that goes as a stream: `Content-Type: application/x-ndjson`, a transaction a line, as many as you like. Each line is answered by a
                line, in order, while you are still sending, so read while you send. A bad line is answered with its problem and does not end the stream.
                """
            )
            .Produces<Answer>()
            .Produces<Answer>(StatusCodes.Status201Created)
            .Example(RequestExample, AnswerExample);

    [Description("Transactions to be posted together.")]
    public sealed record Request(
        [property: Description("atomic: all or none. independent: each on its own.")] BulkMode? Mode,
        [property: Description("1 to 10,000.")] IReadOnlyList<TransactionRequest?>? Transactions,
        [property: Description("Of an atomic bulk: its own id, chosen by you.")] Guid? Id = null
    );

    [Description("What became of a bulk.")]
    public sealed record Answer(
        BulkMode Mode,
        Guid? Id,
        [property: Description("The last batch that has any of them.")] long Batch,
        [property: Description("In the order of the request.")] IReadOnlyList<BulkItem> Data
    )
    {
        [Description("Always bulk.")]
        public string Object => "bulk";
    }

    public enum BulkMode
    {
        Atomic,
        Independent,
    }

    static async Task<IResult> Post(Request body, HttpContext context, Journal journal)
    {
        var caller = Caller.Of(context);
        var check = new Validation();
        if (Read(body, check, caller) is not { } postings)
            return check.Failed(out var invalid)
                ? invalid
                : throw new InvalidOperationException("A bulk that cannot be read has a reason.");
        if (postings.Any(p => p.Forced) && PostTransaction.MayNotForce(caller) is { } forbidden)
            return forbidden;

        var requests = body.Transactions!;
        if (body.Mode == BulkMode.Atomic)
            return AnswerOfAtomic(body, context, postings, await journal.PostAll(body.Id!.Value, postings, context.RequestAborted));

        var outcomes = await journal.PostMany(postings, context.RequestAborted);
        var batch = outcomes.Max(o => o.Batch);
        OutcomeAnswers.SetHeaders(context, batch, outcomes.All(o => o.Replayed));
        return Results.Ok(
            new Answer(
                BulkMode.Independent,
                Id: null,
                batch,
                [.. outcomes.Select((outcome, i) => BulkItem.Of(outcome, postings[i], requests[i]!.Pointer, context, line: null))]
            )
        );
    }

    static List<Posting>? Read(Request body, Validation check, Caller caller)
    {
        var mode = check.Required(body.Mode, "/mode");
        if (mode == BulkMode.Atomic && body.Mode is not null)
            check.Id(body.Id, "/id");
        else
            check.That(body.Id is null, "/id", "unknown_field", "is for an atomic bulk only");

        var requests = check.List(body.Transactions, "/transactions", PostingRules.MaxBulk);
        var postings = new List<Posting>(requests.Count);
        if (check.Failed(out _))
            return null;
        var ids = new HashSet<Guid>(requests.Count);
        for (var i = 0; i < requests.Count; i++)
        {
            var at = check.At($"/transactions/{i}");
            postings.Add(requests[i].Read(at, caller.Book));
            if (requests[i].Id is { } id)
                at.That(ids.Add(id), "/id", "duplicate", "was given to another one of this bulk");
        }

        if (check.Failed(out _))
            return null;
        for (var i = 0; i < requests.Count; i++)
            check.At($"/transactions/{i}").Note(PostingRules.FirstFlaw(postings[i]), requests[i].Pointer);
        if (mode == BulkMode.Atomic)
            check.Note(PostingRules.FirstBulkFlaw(body.Id!.Value, postings), field => "/" + field);
        return check.Failed(out _) ? null : postings;
    }

    static IResult AnswerOfAtomic(Request body, HttpContext context, List<Posting> postings, IReadOnlyList<Outcome> outcomes)
    {
        var batch = outcomes.Max(o => o.Batch);
        OutcomeAnswers.SetHeaders(context, batch, outcomes[0].Replayed);
        if (outcomes.All(o => o.IsPosted))
        {
            return Results.Json(
                new Answer(
                    BulkMode.Atomic,
                    body.Id,
                    batch,
                    [
                        .. outcomes.Select(
                            (outcome, i) => BulkItem.Of(outcome, postings[i], body.Transactions![i]!.Pointer, context, line: null)
                        ),
                    ]
                ),
                statusCode: StatusCodes.Status201Created
            );
        }

        // Where one was refused, the others only say so; where the bulk's id was used before, the field tells of the first that differs.
        var culprit =
            outcomes.FirstOrDefault(o => o.Code != Refusals.BulkRefused.Code && o.Field is not (null or "transactions" or "id"))
            ?? outcomes.FirstOrDefault(o => o.Code != Refusals.BulkRefused.Code)
            ?? outcomes[0];
        var refusal = culprit.ToRefusal(field => Pointer(body, culprit, field));
        if (culprit is { Status: OutcomeStatus.Mismatch, Field: "transactions" or "id" })
            return refusal.Type.Because($"{body.Id} was used before, for something else.", refusal.Pointer);
        if (culprit.Status != OutcomeStatus.Refused)
            return refusal;
        return Refusals.BulkRefused.Because($"{refusal.Pointer}: {refusal.Type.Explanation}", refusal.Pointer) with
        {
            Errors = [new FieldError(refusal.Pointer ?? "/transactions", refusal.Type.Code, refusal.Type.Title)],
        };
    }

    /// <summary>A field of a bulk's posting says which one it is of when it was refused, and not when its id was used before.</summary>
    static string Pointer(Request body, Outcome outcome, string field)
    {
        var index = body.Transactions!.TakeWhile(t => t!.Id != outcome.Id).Count();
        var prefix = $"transactions/{index}/";
        if (field is "transactions" or "id" && outcome.Status == OutcomeStatus.Mismatch)
            return field == "id" ? "/id" : "/transactions";
        var own = field.StartsWith(prefix, StringComparison.Ordinal) ? field[prefix.Length..] : field;
        return own.StartsWith("transactions/", StringComparison.Ordinal)
            ? "/" + own
            : $"/transactions/{index}{body.Transactions![index]!.Pointer(own)}";
    }

    const string RequestExample = """
        {
          "mode": "independent",
          "transactions": [
            {
              "id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22", "kind": "salary",
              "legs": [
                {
                  "debit": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "credit": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a12",
                  "amount": {"amount": "1250.00", "currency": "KES"}
                }
              ]
            }
          ]
        }
        """;

    const string AnswerExample = """
        {
          "object": "bulk", "mode": "independent", "batch": 17,
          "data": [
            {
              "id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22", "status": "posted", "kind": "salary", "batch": 17, "row": 4211, "rows": 1,
              "recorded_at": "2026-01-31T09:30:00.123456Z"
            }
          ]
        }
        """;
}
