using System.ComponentModel;
using Dapper;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Ledger.Transactions;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Reservations;

/// <summary><c>POST /v1/ledger/reservations/{reservation}/release</c></summary>
static class ReleaseReservation
{
    const string Kind = "release";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/reservations/{reservation}/release", Post)
            .WithSummary("Release reserved money")
            .WithDescription("Gives held money back to what is available on its account: the `amount` that is said, or all that is left.")
            .Produces<PostedTransaction>(StatusCodes.Status201Created)
            .Example("""{"id": "0198f0a2-a041-7096-8d88-3fae4c315d45", "reference": "authorisation-991"}""", PostedTransaction.Example);

    [Description("Held money to be given back.")]
    public sealed record Request(
        [property: Description("The transaction's id, chosen by you.")] Guid? Id,
        [property: Description("How much; all that is left when not said.")] WireAmount? Amount = null,
        [property: Description("What this is to your business; release when not said.")] string? Kind = null,
        [property: Description("Your own word for it, at most 255 characters, no personal text.")] string? Reference = null,
        [property: Description("At most 1,000 characters, no personal text.")] string? Description = null
    );

    static async Task<IResult> Post(Guid reservation, Request body, HttpContext context, Journal journal, BookReader reader)
    {
        var book = Caller.Of(context).Book;
        if (!await Exists(reservation, book, reader, context.RequestAborted))
            return Refusals.NoSuchReservation.Because($"The book {book} has no reservation {reservation}.", "reservation");

        var check = new Validation();
        var posting = new Posting
        {
            Id = check.Id(body.Id, "/id"),
            Book = book,
            Kind = body.Kind is null ? Kind : check.Word(body.Kind, "/kind", max: 40),
            Steps = [new Release(reservation, check.OptionalAmountOf(body.Amount, "/amount"))],
            Reference = check.OptionalText(body.Reference, "/reference", PostingRules.MaxReference),
            Description = check.OptionalText(body.Description, "/description", PostingRules.MaxDescription),
        };
        if (check.Failed(out var refusal))
            return refusal;
        check.Note(PostingRules.FirstFlaw(posting), Pointer);
        if (check.Failed(out refusal))
            return refusal;

        var outcome = await journal.Post(posting, context.RequestAborted);
        return outcome.Answer(
            context,
            Pointer,
            () => Results.Created($"/v1/ledger/transactions/{posting.Id}", PostedTransaction.Of(outcome, posting.Kind))
        );
    }

    static async Task<bool> Exists(Guid reservation, string book, BookReader reader, CancellationToken cancellation)
    {
        await using var connection = await reader.Open(cancellation);
        return await connection.QuerySingleAsync<bool>(
            new CommandDefinition(ExistsSql, new { reservation, book }, cancellationToken: cancellation)
        );
    }

    static string Pointer(string field) =>
        field switch
        {
            "steps/0/reservation" => "reservation",
            "steps/0/amount" => "/amount",
            "book" or "steps" => "/id",
            _ => "/" + field,
        };

    const string ExistsSql = """
        select exists (
            select from ledger.reservations as r join ledger.accounts as a on a.number = r.account where r.id = @reservation and a.book = @book)
        """;
}
