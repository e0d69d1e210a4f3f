using Hazina.Ledger.Http;
using Hazina.Platform;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Transactions;

/// <summary><c>POST /v1/ledger/transactions</c></summary>
static class PostTransaction
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/transactions", Post)
            .WithSummary("Post a transaction")
            .WithDescription(
                """
                Moves money: each leg debits one account and credits another, and all legs happen or none does. The answer comes when it is durable.

                The `id` makes it happen once: the same id with the same content gets the first answer again (with `Idempotent-Replayed: true`), with other
                content it is refused with `ledger.id_reused`, which names the field that differs. A refusal is as final as a posting: to try again, for
                instance when there is money on the account, choose a fresh id.

                Where a transaction does more than move money, give `steps` in place of `legs`:
                `{"type": "leg", "debit": …, "credit": …, "amount": …}` moves, `{"type": "reserve", "id": …, "account": …, "amount": …}` holds money back,
                `{"type": "release", "reservation": …}` gives it back. They happen in order; floors and ceilings are tested once, at the end.

                `conditions` are tested at the end too: `available_at_least` on any account, and `turnover_at_most`, which counts what leaves an account under a
                tag in a period, so that a limit holds however many are posting at once.
                """
            )
            .Produces<PostedTransaction>(StatusCodes.Status201Created)
            .Example(RequestExample, PostedTransaction.Example);

    static async Task<IResult> Post(TransactionRequest body, HttpContext context, Journal journal)
    {
        var caller = Caller.Of(context);
        var check = new Validation();
        var posting = body.Read(check, caller.Book);
        if (check.Failed(out var refusal))
            return refusal;
        check.Note(PostingRules.FirstFlaw(posting), body.Pointer);
        if (check.Failed(out refusal))
            return refusal;
        if (posting.Forced && MayNotForce(caller) is { } forbidden)
            return forbidden;

        var outcome = await journal.Post(posting, context.RequestAborted);
        return outcome.Answer(
            context,
            body.Pointer,
            () => Results.Created($"/v1/ledger/transactions/{posting.Id}", PostedTransaction.Of(outcome, posting.Kind))
        );
    }

    /// <summary>Forced postings pass floors, ceilings and freezes, so not everyone who may post may force.</summary>
    public static Refusal? MayNotForce(Caller caller) =>
        caller.May(LedgerModule.Force)
            ? null
            : PlatformRefusals.PermissionMissing.Because(
                $"The key '{caller.Name}' lacks the permission {LedgerModule.Force}, which a forced transaction needs.",
                "/forced"
            );

    internal const string RequestExample = """
        {
          "id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22", "kind": "transfer",
          "legs": [
            {
              "debit": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "credit": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a12",
              "amount": {"amount": "1250.00", "currency": "KES"}
            },
            {
              "debit": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "credit": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a13",
              "amount": {"amount": "12.50", "currency": "KES"}
            }
          ],
          "conditions": [
            {
              "type": "turnover_at_most", "account": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "tag": "daily",
              "period_start": "2026-01-31T00:00:00Z", "period_end": "2026-02-01T00:00:00Z", "at_most": "300000.00"
            }
          ],
          "reference": "order-8812", "metadata": {"channel": "app"}
        }
        """;
}
