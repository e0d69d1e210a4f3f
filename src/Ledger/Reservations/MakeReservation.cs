using System.ComponentModel;
using System.Text.Json;
using Hazina.Ledger.Http;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Reservations;

/// <summary><c>POST /v1/ledger/reservations</c></summary>
static class MakeReservation
{
    const string Kind = "reservation";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/reservations", Post)
            .WithSummary("Reserve money")
            .WithDescription(
                """
                Holds money of an account back: what is available goes down, the balance stays. Later it is captured, in parts and to any accounts, or released;
                what is left at `expires_at` is released by itself. The `id` is the reservation's, and that of the transaction that makes it.
                """
            )
            .Produces<ReservationAnswer>(StatusCodes.Status201Created)
            .Example(
                """
                {
                  "id": "0198f0a2-9e30-7f85-9c77-2e9d3b204c33", "account": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11",
                  "amount": {"amount": "500.00", "currency": "KES"}, "expires_at": "2026-02-07T09:30:00Z", "reference": "authorisation-991"
                }
                """,
                ReservationAnswer.Example
            );

    [Description("Money to be held back.")]
    public sealed record Request(
        [property: Description("The reservation's id, chosen by you: a UUID, best version 7.")] Guid? Id,
        [property: Description("The account whose money is held.")] Guid? Account,
        [property: Description("More than zero.")] WireAmount? Amount,
        [property: Description("When what is left of it is released by itself; never when not said.")] DateTimeOffset? ExpiresAt = null,
        [property: Description("What this is to your business; reservation when not said.")] string? Kind = null,
        [property: Description("Your own word for it, at most 255 characters, no personal text.")] string? Reference = null,
        [property: Description("At most 1,000 characters, no personal text.")] string? Description = null,
        [property: Description("A JSON object of at most 16 KiB, no personal text.")] JsonElement? Metadata = null
    );

    static async Task<IResult> Post(Request body, HttpContext context, Journal journal)
    {
        var check = new Validation();
        var id = check.Id(body.Id, "/id");
        var reserve = new Reserve(id, check.Id(body.Account, "/account"), check.AmountOf(body.Amount, "/amount"), body.ExpiresAt);
        var posting = new Posting
        {
            Id = id,
            Book = Caller.Of(context).Book,
            Kind = body.Kind is null ? Kind : check.Word(body.Kind, "/kind", max: 40),
            Steps = [reserve],
            Reference = check.OptionalText(body.Reference, "/reference", PostingRules.MaxReference),
            Description = check.OptionalText(body.Description, "/description", PostingRules.MaxDescription),
            Metadata = check.Metadata(body.Metadata, "/metadata"),
        };
        if (check.Failed(out var refusal))
            return refusal;
        check.Note(PostingRules.FirstFlaw(posting), Pointer);
        if (check.Failed(out refusal))
            return refusal;

        var outcome = await journal.Post(posting, context.RequestAborted);
        return outcome.Answer(context, Pointer, () => Results.Created($"/v1/ledger/reservations/{id}", AnswerOf(reserve, outcome)));
    }

    /// <summary>The reservation as it was made, whatever has become of it when the request is repeated.</summary>
    static ReservationAnswer AnswerOf(Reserve reserve, Outcome outcome)
    {
        var (amount, none) = (WireAmount.Of(reserve.Amount), WireAmount.Of(0, reserve.Amount.Currency));
        return new ReservationAnswer(
            reserve.Id,
            reserve.Account,
            amount,
            Remaining: amount,
            Captured: none,
            Released: none,
            ReservationState.Active,
            reserve.ExpiresAt,
            outcome.RecordedAt,
            EndedAt: null,
            outcome.Batch
        );
    }

    static string Pointer(string field) =>
        field switch
        {
            "book" => "/id",
            _ when field.StartsWith("steps/0/", StringComparison.Ordinal) => field["steps/0".Length..],
            _ => "/" + field,
        };
}
