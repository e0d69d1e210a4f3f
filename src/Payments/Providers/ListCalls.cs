using System.ComponentModel;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Providers;

/// <summary><c>GET /v1/operations/provider-calls</c>, and one with all that was said about it.</summary>
static class ListCalls
{
    const string IsStuck = "stuck";

    static readonly string[] Known =
    [
        CallStatus.Created,
        CallStatus.Prompted,
        CallStatus.Succeeded,
        CallStatus.Failed,
        CallStatus.Cancelled,
        CallStatus.Unknown,
        IsStuck,
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/operations/provider-calls", Get)
            .WithName("listProviderCalls")
            .WithSummary("List calls of providers")
            .WithDescription(
                "What providers were asked, the newest first; with status=stuck those that people have to look at; by receipt, or by what they were for."
            )
            .Produces<ListOf<CallAnswer>>();
        routes
            .MapGet("/operations/provider-calls/{call}", One)
            .WithName("getProviderCall")
            .WithSummary("Get a call of a provider")
            .WithDescription("With every request, answer and callback, the oldest first; without secrets.")
            .Produces<CallWithMessages>();
    }

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("created, prompted, succeeded, failed, cancelled, unknown or stuck.")] string? status,
        [Description("Of this provider alone: mpesa, kcb or dtb.")] string? provider,
        [Description("With this receipt of the provider's.")] string? receipt,
        [FromQuery(Name = "purpose_id"), Description("Of this top-up, withdrawal, intent or reversal alone.")] Guid? purpose,
        HttpContext context,
        CallBook book
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.That(status is null || Known.Contains(status), "status", "unknown_value", $"must be one of {string.Join(", ", Known)}");
        check.OptionalText(provider, "provider", 20, min: 1);
        check.OptionalText(receipt, "receipt", 100, min: 1);
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await book.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<ProviderCall>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    status = status == IsStuck ? null : status,
                    stuck = status == IsStuck,
                    provider,
                    receipt,
                    purpose,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(CallAnswer.Of)], context));
    }

    static async Task<IResult> One(Guid call, HttpContext context, CallBook book, MessageLog log)
    {
        if (await book.Find(call, context.RequestAborted) is not { } row || row.Book != Caller.Of(context).Book)
            return RailRefusals.NoSuchCall.Because($"There is no call {call}.", "call");
        var messages = await log.Of(call, context.RequestAborted);
        return Results.Ok(
            new CallWithMessages(
                CallAnswer.Of(row),
                [.. messages.Select(m => new MessageAnswer(m.Id, m.Kind, m.What, m.Status, m.Content, m.At))]
            )
        );
    }

    const string Filters = """
        c.book = @book and (@status::text is null or c.status = @status) and (not @stuck::boolean or c.stuck_at is not null)
           and (@provider::text is null or c.provider = @provider) and (@purpose::uuid is null or c.purpose_id = @purpose)
           and (@receipt::text is null or c.receipt = @receipt)
        """;

    const string AfterWriterSql = $"""
        select {ProviderCall.Columns} from payments.provider_calls c
         where {Filters} and (@cursor::uuid is null or c.id < @cursor)
         order by c.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {ProviderCall.Columns} from payments.provider_calls c
         where {Filters} and c.id > @cursor
         order by c.id limit @count
        """;
}

[Description("Money that a provider was asked for, or asked to pay.")]
sealed record CallAnswer(
    Guid Id,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description("collect or payout.")] string Kind,
    [property: Description("funding, withdrawal, incoming, …; with the id there.")] string Purpose,
    Guid PurposeId,
    WireAmount Amount,
    [property: Description("Who pays or is paid, not whole.")] string Party,
    [property: Description("What the payer reads.")] string Reference,
    string Status,
    [property: Description("What the provider calls it.")] string? VendorId,
    string? Receipt,
    string? FailureCode,
    string? FailureReason,
    [property: Description("How often it was sent, as far as it may have arrived.")] int Attempts,
    [property: Description("Since when people have to look at it.")] DateTimeOffset? StuckSince,
    [property: Description("When it is looked at again.")] DateTimeOffset? NextAt,
    DateTimeOffset DeadlineAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always provider_call.")]
    public string Object => "provider_call";

    public static CallAnswer Of(ProviderCall call) =>
        new(
            call.Id,
            call.Provider,
            call.Kind,
            call.Purpose,
            call.PurposeId,
            WireAmount.Of(call.Money),
            call.PartyShown,
            call.Reference,
            call.Status,
            call.VendorId,
            call.Receipt,
            call.FailureCode,
            call.FailureReason,
            call.Attempts,
            call.StuckAt,
            call.NextAt,
            call.DeadlineAt,
            call.CreatedAt,
            call.UpdatedAt
        );
}

[Description("A call with what was said about it.")]
sealed record CallWithMessages(CallAnswer Call, IReadOnlyList<MessageAnswer> Messages)
{
    [Description("Always provider_call_messages.")]
    public string Object => "provider_call_messages";
}

[Description("Something that was said between the platform and a provider.")]
sealed record MessageAnswer(
    Guid Id,
    [property: Description("request, answer, callback or fault.")] string Kind,
    string What,
    [property: Description("Of HTTP.")] int? Status,
    [property: Description("Without secrets.")] string? Content,
    DateTimeOffset At
);
