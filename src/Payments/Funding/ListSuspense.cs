using System.ComponentModel;
using System.Text;
using Dapper;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Funding;

/// <summary><c>GET /v1/operations/suspense</c></summary>
static class ListSuspense
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/operations/suspense", Get)
            .WithSummary("List money in suspense")
            .WithDescription("What came in and could be given to nobody, the newest first; with status=open what is still to be assigned.")
            .Produces<ListOf<SuspenseAnswer>>();

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("open, assigned, reversing or reversed.")] string? status,
        HttpContext context,
        CallBook book,
        FieldCipher cipher
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.That(
            status is null or "open" or "assigned" or "reversing" or "reversed",
            "status",
            "unknown_value",
            "must be open, assigned, reversing or reversed"
        );
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await book.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<SuspenseRow>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    status,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer(cipher))], context));
    }

    const string AfterWriterSql = $"""
        select {SuspenseRow.Columns} from payments.suspense s
         where s.book = @book and (@status::text is null or s.status = @status) and (@cursor::uuid is null or s.id < @cursor)
         order by s.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {SuspenseRow.Columns} from payments.suspense s
         where s.book = @book and (@status::text is null or s.status = @status) and s.id > @cursor
         order by s.id limit @count
        """;
}

/// <summary>A row of <c>payments.suspense</c>.</summary>
sealed record SuspenseRow(
    Guid Id,
    string Book,
    string Provider,
    Guid CallId,
    decimal Amount,
    string Currency,
    string PayerShown,
    byte[]? MeantFor,
    string Reason,
    string? Receipt,
    string Status,
    Guid? AssignedTo,
    Guid? AssignedBy,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? AssignedAt
)
{
    /// <summary>Of suspense <c>s</c>, in the order of the record.</summary>
    public const string Columns = """
        s.id, s.book, s.provider, s.call_id, s.amount, s.currency, s.payer_shown, s.meant_for, s.reason, s.receipt, s.status, s.assigned_to, s.assigned_by,
        s.received_at, s.assigned_at
        """;

    public Amount Money => new(Amount, Hazina.Money.Currency.Of(Currency));

    public SuspenseAnswer Answer(FieldCipher cipher) =>
        new(
            Id,
            Provider,
            CallId,
            WireAmount.Of(Money),
            PayerShown,
            MeantFor is null ? null : Encoding.UTF8.GetString(cipher.Open(MeantFor, Deposits.MeantFor.PlaceOf(Id))),
            Reason,
            Receipt,
            Status,
            AssignedTo,
            AssignedBy,
            ReceivedAt,
            AssignedAt
        );
}

[Description("Money that came in and could be given to nobody.")]
sealed record SuspenseAnswer(
    Guid Id,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description("The provider's call that it came with.")] Guid Call,
    WireAmount Amount,
    [property: Description("Who paid, not whole.")] string Payer,
    [property: Description("What the payer wrote as the account's number.")] string? MeantFor,
    [property: Description("A word: no_such_account, wrong_currency, account_closed, account_frozen, returned.")] string Reason,
    [property: Description("The provider's own.")] string? Receipt,
    [property: Description("open; assigned; reversing: it is being sent back; reversed.")] string Status,
    [property: Description("The account that it was given to.")] Guid? AssignedTo,
    [property: Description("Who approved that.")] Guid? AssignedBy,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? AssignedAt
)
{
    [Description("Always suspense.")]
    public string Object => "suspense";
}
