using System.ComponentModel;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Http;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Accounts;

/// <summary><c>POST /v1/ledger/accounts</c></summary>
static class OpenAccount
{
    const string Kind = "account_opening";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts", Post)
            .WithName("openLedgerAccount")
            .WithSummary("Open an account")
            .WithDescription(
                """
                Opens an account with nothing on it. Its `id` is yours to choose and makes the call safe to repeat: the same request gets the same answer,
                with `Idempotent-Replayed: true`; another request under the same id is refused with `ledger.id_reused`.

                `floor` has to be said: `"0.00"` for a wallet that can spend what it has, `"-500.00"` for an overdraft, `"none"` for an account of the
                house that may go anywhere (cash, suspense, revenue). Currency and class are for ever; floor and ceiling can be changed.
                """
            )
            .Produces<AccountAnswer>(StatusCodes.Status201Created)
            .Example(
                """{"id": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "currency": "KES", "class": "liability", "floor": "0.00", "owner": "customer:4711"}""",
                AnswerExample
            );

    [Description("An account to be opened.")]
    public sealed record Request(
        [property: Description("The account's id, chosen by you: a UUID, best version 7.")] Guid? Id,
        [property: Description("What it counts, for ever: a currency's code.")] string? Currency,
        [property: Description("What it is. Assets and expenses grow by debit, the others by credit.")] AccountClass? Class,
        [property: Description(
            "The lowest that its available balance may be taken to, on the side on which it grows: decimal digits, or none."
        )]
            string? Floor,
        [property: Description("The highest that its posted balance may be taken to: decimal digits, or none (when not said).")]
            string? Ceiling = null,
        [property: Description("Whose it is in your system; at most 100 characters, no personal text: it cannot be erased.")]
            string? Owner = null,
        [property: Description("Your own word for this, at most 255 characters, no personal text.")] string? Reference = null,
        [property: Description("At most 1,000 characters, no personal text.")] string? Description = null
    );

    static async Task<IResult> Post(Request body, HttpContext context, Journal journal)
    {
        var check = new Validation();
        var open = Read(body, check);
        var posting = new Posting
        {
            Id = open.Id,
            Book = Caller.Of(context).Book,
            Kind = Kind,
            Steps = [open],
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
            () => Results.Created($"/v1/ledger/accounts/{open.Id}", AnswerOf(open, posting.Book, outcome))
        );
    }

    static Open Read(Request body, Validation check)
    {
        var currency = check.CurrencyOf(body.Currency, "/currency");
        var hasFloor = check.That(body.Floor is not null, "/floor", "required", "is required: decimal digits, or none");
        return new Open(
            check.Id(body.Id, "/id"),
            currency,
            check.Required(body.Class, "/class"),
            hasFloor ? check.Limit(body.Floor!, currency, "/floor") : null,
            body.Ceiling is null ? null : check.Limit(body.Ceiling, currency, "/ceiling"),
            check.OptionalText(body.Owner, "/owner", PostingRules.MaxOwner, min: 1)
        );
    }

    /// <summary>The account as it was opened, whatever has become of it when the request is repeated.</summary>
    static AccountAnswer AnswerOf(Open open, string book, Outcome outcome)
    {
        var account = new Account
        {
            Number = 0,
            Id = open.Id,
            Book = book,
            Currency = open.Currency,
            Class = open.Class,
            Owner = open.Owner,
            OpenedAt = outcome.RecordedAt,
        };
        var position = new Position { Terms = new Terms(open.Floor, open.Ceiling, Freeze.None, ClosedAt: null) };
        return AccountAnswer.Of(account, position, outcome.Batch);
    }

    static string Pointer(string field) =>
        field switch
        {
            "book" or "kind" => "/id",
            _ when field.StartsWith("steps/0/", StringComparison.Ordinal) => field["steps/0".Length..],
            _ => "/" + field,
        };

    internal const string AnswerExample = """
        {
          "object": "account", "id": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "currency": "KES", "class": "liability", "normal_side": "credit",
          "owner": "customer:4711", "floor": "0.00", "ceiling": "none", "frozen": "none", "status": "open",
          "balance": {
            "posted": {"amount": "0.00", "currency": "KES"}, "reserved": {"amount": "0.00", "currency": "KES"},
            "available": {"amount": "0.00", "currency": "KES"}
          },
          "opened_at": "2026-01-31T09:30:00.000000Z", "batch": 12
        }
        """;
}
