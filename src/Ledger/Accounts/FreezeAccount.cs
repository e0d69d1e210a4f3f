using System.ComponentModel;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Ledger.Transactions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Accounts;

/// <summary><c>POST /v1/ledger/accounts/{account}/freeze</c></summary>
static class FreezeAccount
{
    const string Kind = "account_freeze";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/freeze", Post)
            .WithName("freezeLedgerAccount")
            .WithSummary("Freeze an account")
            .WithDescription(
                """
                From now on the frozen side takes no postings, but live reservations may still be captured. `side` says which: `debit`, `credit`, or
                `both`; it replaces what was frozen before.
                """
            )
            .Produces<PostedTransaction>()
            .Example(
                """{"id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22", "side": "debit", "reference": "case-4711"}""",
                PostedTransaction.Example
            );

    [Description("What is to be frozen.")]
    public sealed record Request(
        [property: Description("The transaction's id, chosen by you.")] Guid? Id,
        [property: Description("debit, credit or both.")] FrozenSide? Side,
        [property: Description("Your own word for this, at most 255 characters, no personal text.")] string? Reference = null,
        [property: Description("At most 1,000 characters, no personal text.")] string? Description = null
    );

    public enum FrozenSide : byte
    {
        Debit = Freeze.Debit,
        Credit = Freeze.Credit,
        Both = Freeze.Both,
    }

    static Task<IResult> Post(Guid account, Request body, HttpContext context, Journal journal, BookReader reader) =>
        AccountChange.Post(
            context,
            journal,
            reader,
            account,
            new AccountChange.Said(body.Id, body.Reference, body.Description),
            Kind,
            (_, check) => new Change(account, Freeze: (Freeze)check.Required(body.Side, "/side"))
        );
}
