using System.ComponentModel;
using System.Text.Json;
using Hazina.Ledger.Http;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Transactions;

/// <summary><c>POST /v1/ledger/transactions/{transaction}/reversal</c></summary>
static class ReverseTransaction
{
    const string Kind = "reversal";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/transactions/{transaction}/reversal", Post)
            .WithSummary("Reverse a transaction")
            .WithDescription(
                """
                Posts all legs of a transaction the other way round, as a new transaction that names the old one. Once, and in full; the old one stays as it
                was. It obeys floors, ceilings and freezes, and gives no reservation back.
                """
            )
            .Produces<PostedTransaction>(StatusCodes.Status201Created)
            .Example(
                """{"id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b23", "description": "posted twice by mistake"}""",
                PostedTransaction.Example
            );

    [Description("The reversal of a transaction.")]
    public sealed record Request(
        [property: Description("The reversal's own id, chosen by you.")] Guid? Id,
        [property: Description("What this is to your business; reversal when not said.")] string? Kind = null,
        [property: Description("The value date, where it is not the day on which it is recorded.")] DateOnly? EffectiveDate = null,
        [property: Description("Floors, ceilings and freezes do not stop it. Needs the permission ledger.force.")] bool? Forced = null,
        [property: Description("Your own word for it, at most 255 characters, no personal text.")] string? Reference = null,
        [property: Description("At most 1,000 characters, no personal text.")] string? Description = null,
        [property: Description("A JSON object of at most 16 KiB, no personal text.")] JsonElement? Metadata = null
    );

    static async Task<IResult> Post(Guid transaction, Request body, HttpContext context, Journal journal)
    {
        var caller = Caller.Of(context);
        var check = new Validation();
        var posting = new Posting
        {
            Id = check.Id(body.Id, "/id"),
            Book = caller.Book,
            Kind = body.Kind is null ? Kind : check.Word(body.Kind, "/kind", max: 40),
            Reverses = transaction,
            EffectiveDate = body.EffectiveDate,
            Forced = body.Forced == true,
            Reference = check.OptionalText(body.Reference, "/reference", PostingRules.MaxReference),
            Description = check.OptionalText(body.Description, "/description", PostingRules.MaxDescription),
            Metadata = check.Metadata(body.Metadata, "/metadata"),
        };
        if (check.Failed(out var refusal))
            return refusal;
        check.Note(PostingRules.FirstFlaw(posting), Pointer);
        if (check.Failed(out refusal))
            return refusal;
        if (posting.Forced && PostTransaction.MayNotForce(caller) is { } forbidden)
            return forbidden;

        var outcome = await journal.Post(posting, context.RequestAborted);
        return outcome.Answer(
            context,
            Pointer,
            () => Results.Created($"/v1/ledger/transactions/{posting.Id}", PostedTransaction.Of(outcome, posting.Kind))
        );
    }

    static string Pointer(string field) =>
        field switch
        {
            "reverses" => "transaction",
            "book" or "steps" => "/id",
            _ => "/" + field,
        };
}
