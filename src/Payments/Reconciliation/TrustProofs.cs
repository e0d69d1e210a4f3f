using System.ComponentModel;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Reconciliation;

/// <summary><c>/v1/operations/trust-proofs</c>: those of each day, and one that is made now.</summary>
static class TrustProofs
{
    public static void MapList(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/operations/trust-proofs", Get)
            .WithName("listTrustProofs")
            .WithSummary("List trust proofs")
            .WithDescription(
                "That trust money is what customers are owed: one a day and currency, and those that were asked for; the newest first."
            )
            .Produces<ListOf<TrustProofAnswer>>();
        routes
            .MapGet("/operations/trust-proofs/{proof}", One)
            .WithName("getTrustProof")
            .WithSummary("Get a trust proof")
            .WithDescription("With its whole arithmetic.")
            .Produces<TrustProofAnswer>();
    }

    public static void MapMake(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/operations/trust-proofs", Post)
            .WithName("makeTrustProof")
            .Idempotent()
            .WithSummary("Make a trust proof")
            .WithDescription("In each currency of the book, as it is now, or was at a time in the past. It is kept whatever it comes to.")
            .Produces<ListOf<TrustProofAnswer>>();

    [Description("What is to be proved.")]
    public sealed record Request(
        [property: Description("A time in the past, RFC 3339 with an offset; now when not said.")] string? At = null
    );

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("agrees or differs.")] string? status,
        [Description("Of one currency alone.")] string? currency,
        HttpContext context,
        CallBook book
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.OptionalText(currency, "currency", 8, min: 3);
        check.That(status is null or TrustProof.Agrees or TrustProof.Differs, "status", "unknown_value", "must be agrees or differs");
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await book.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<TrustProof>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    status,
                    currency,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(TrustProofAnswer.Of)], context));
    }

    static async Task<IResult> One(Guid proof, HttpContext context, CallBook book)
    {
        await using var connection = await book.Open(context.RequestAborted);
        var row = await connection.QuerySingleOrDefaultAsync<TrustProof>(
            new CommandDefinition(FindWriterSql, new { proof, Caller.Of(context).Book }, cancellationToken: context.RequestAborted)
        );
        return row is null
            ? ReconciliationRefusals.NoSuchProof.Because($"There is no proof {proof}.", "proof")
            : Results.Ok(TrustProofAnswer.Of(row));
    }

    static async Task<IResult> Post(Request body, HttpContext context, TrustProver prover, TimeProvider time)
    {
        var check = new Validation();
        var now = time.GetUtcNow();
        var at = check.OptionalTime(body.At, "/at");
        check.That(at is null || at <= now, "/at", "out_of_range", "must not be in the future");
        if (check.Failed(out var invalid))
            return invalid;
        var made = await prover.Prove(Caller.Of(context).Book, at ?? now, day: null, context, context.RequestAborted);
        return Results.Ok(new Page(100, null, false).List([.. made.Select(TrustProofAnswer.Of)], context));
    }

    const string FindWriterSql = $"select {TrustProof.Columns} from payments.trust_proofs p where p.id = @proof and p.book = @book";

    const string AfterWriterSql = $"""
        select {TrustProof.Columns} from payments.trust_proofs p
         where p.book = @book and (@status::text is null or p.status = @status) and (@currency::text is null or p.currency = @currency)
           and (@cursor::uuid is null or p.id < @cursor)
         order by p.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {TrustProof.Columns} from payments.trust_proofs p
         where p.book = @book and (@status::text is null or p.status = @status) and (@currency::text is null or p.currency = @currency) and p.id > @cursor
         order by p.id limit @count
        """;
}

[Description("A proof that trust money is what customers are owed.")]
sealed record TrustProofAnswer(
    Guid Id,
    string Book,
    string Currency,
    [property: Description("The day whose end it is of; not there: of a moment that somebody asked for.")] DateOnly? Day,
    DateTimeOffset At,
    [property: Description("agrees or differs.")] string Status,
    TrustContent Arithmetic,
    [property: Description("Who asked for it.")] Guid? MadeBy,
    DateTimeOffset MadeAt
)
{
    [Description("Always trust_proof.")]
    public string Object => "trust_proof";

    public static TrustProofAnswer Of(TrustProof row) =>
        new(row.Id, row.Book, row.Currency, row.Day, row.At, row.Status, row.Read(), row.MadeBy, row.MadeAt);
}
