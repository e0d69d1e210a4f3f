using System.ComponentModel;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Ledger.Transactions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Accounts;

/// <summary><c>POST /v1/ledger/accounts/{account}/close</c></summary>
static class CloseAccount
{
    const string Kind = "account_closing";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/close", Post)
            .WithName("closeLedgerAccount")
            .WithSummary("Close an account")
            .WithDescription(
                """
                For an account without balance and reservations. A closed account takes no postings, and there is no way back; its history stays.
                """
            )
            .Produces<PostedTransaction>()
            .Example(
                """{"id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22", "description": "asked for by its owner"}""",
                PostedTransaction.Example
            );

    [Description("The end of an account.")]
    public sealed record Request(
        [property: Description("The transaction's id, chosen by you.")] Guid? Id,
        [property: Description("Your own word for this, at most 255 characters, no personal text.")] string? Reference = null,
        [property: Description("At most 1,000 characters, no personal text.")] string? Description = null
    );

    static Task<IResult> Post(Guid account, Request body, HttpContext context, Journal journal, BookReader reader) =>
        AccountChange.Post(
            context,
            journal,
            reader,
            account,
            new AccountChange.Said(body.Id, body.Reference, body.Description),
            Kind,
            (_, _) => new Close(account)
        );
}
