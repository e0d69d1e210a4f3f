using System.ComponentModel;
using System.Text.Json;
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

/// <summary><c>POST /v1/ledger/reservations/{reservation}/capture</c></summary>
static class CaptureReservation
{
    const string Kind = "capture";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/reservations/{reservation}/capture", Post)
            .WithSummary("Capture reserved money")
            .WithDescription(
                """
                Moves reserved money, all of it or a part, from the account on which it is held to another. May be done several times, to different
                accounts, until nothing is left. It cannot fail for want of money, and goes through on a frozen account. To capture together with other
                movements, post a transaction whose legs name the `reservation`.
                """
            )
            .Produces<PostedTransaction>(StatusCodes.Status201Created)
            .Example(
                """
                {
                  "id": "0198f0a2-a041-7096-8d88-3fae4c315d44", "to": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a12",
                  "amount": {"amount": "350.00", "currency": "KES"}, "reference": "clearing-17"
                }
                """,
                PostedTransaction.Example
            );

    [Description("Reserved money to be moved.")]
    public sealed record Request(
        [property: Description("The transaction's id, chosen by you.")] Guid? Id,
        [property: Description("The account that gets it.")] Guid? To,
        [property: Description("How much; at most what is left of the reservation.")] WireAmount? Amount,
        [property: Description("What this is to your business; capture when not said.")] string? Kind = null,
        [property: Description("The value date, where it is not the day on which it is recorded.")] DateOnly? EffectiveDate = null,
        [property: Description("Your own word for it, at most 255 characters, no personal text.")] string? Reference = null,
        [property: Description("At most 1,000 characters, no personal text.")] string? Description = null,
        [property: Description("A JSON object of at most 16 KiB, no personal text.")] JsonElement? Metadata = null
    );

    static async Task<IResult> Post(Guid reservation, Request body, HttpContext context, Journal journal, BookReader reader)
    {
        var book = Caller.Of(context).Book;
        var holder = await FindHolder(reservation, book, reader, context.RequestAborted);
        if (holder is null)
            return Refusals.NoSuchReservation.Because($"The book {book} has no reservation {reservation}.", "reservation");

        var check = new Validation();
        var (to, amount) = (check.Id(body.To, "/to"), check.AmountOf(body.Amount, "/amount"));
        check.That(to != holder.Account, "/to", "conflict", "must be another account than the one on which it is held");
        var posting = new Posting
        {
            Id = check.Id(body.Id, "/id"),
            Book = book,
            Kind = body.Kind is null ? Kind : check.Word(body.Kind, "/kind", max: 40),
            Steps = [holder.Pays ? new Leg(holder.Account, to, amount, reservation) : new Leg(to, holder.Account, amount, reservation)],
            EffectiveDate = body.EffectiveDate,
            Reference = check.OptionalText(body.Reference, "/reference", PostingRules.MaxReference),
            Description = check.OptionalText(body.Description, "/description", PostingRules.MaxDescription),
            Metadata = check.Metadata(body.Metadata, "/metadata"),
        };
        if (check.Failed(out var refusal))
            return refusal;
        check.Note(PostingRules.FirstFlaw(posting), holder.Pointer);
        if (check.Failed(out refusal))
            return refusal;

        var outcome = await journal.Post(posting, context.RequestAborted);
        return outcome.Answer(
            context,
            holder.Pointer,
            () => Results.Created($"/v1/ledger/transactions/{posting.Id}", PostedTransaction.Of(outcome, posting.Kind))
        );
    }

    static async Task<Holder?> FindHolder(Guid reservation, string book, BookReader reader, CancellationToken cancellation)
    {
        await using var connection = await reader.Open(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Holder>(
            new CommandDefinition(HolderSql, new { reservation, book }, cancellationToken: cancellation)
        );
    }

    /// <summary>The account on which a reservation is held. Money leaves it on the side on which it does not grow.</summary>
    sealed record Holder(Guid Account, short Class)
    {
        public bool Pays => (AccountClass)Class is not (AccountClass.Asset or AccountClass.Expense);

        public string Pointer(string field) =>
            field switch
            {
                "steps/0/debit" => Pays ? "reservation" : "/to",
                "steps/0/credit" => Pays ? "/to" : "reservation",
                "steps/0/reservation" => "reservation",
                "steps/0/amount" => "/amount",
                "book" or "steps" => "/id",
                _ => "/" + field,
            };
    }

    const string HolderSql = """
        select a.id as account, a.class
        from ledger.reservations as r join ledger.accounts as a on a.number = r.account
        where r.id = @reservation and a.book = @book
        """;
}
