using System.ComponentModel;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Platform.Approvals;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Reconciliation;

/// <summary><c>/v1/operations/rail-settlements</c></summary>
static class SettleRail
{
    static readonly string[] Providers = ["mpesa", "kcb", "dtb"];

    public static readonly ApprovalKind<Wish> Kind = new(
        "payments.rail.settle",
        "Money has gone from our account with a provider to where it is safeguarded, or come from there.",
        PaymentsPermissions.Approve,
        TimeSpan.FromDays(7),
        Carry
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/operations/rail-settlements", Post)
            .Idempotent()
            .WithSummary("Settle with a provider")
            .WithDescription(
                """
                Money has gone from our account with a provider to the bank where it is safeguarded, or come from there: `rails_in_transit` and
                `safeguarded_funds` change, what customers are owed does not. Another person approves it. The provider's statement, which has it under the
                receipt, is paired with it; a line that came first is a break, and is booked there.
                """
            )
            .Produces<Approval>(StatusCodes.Status202Accepted);

    public static void MapList(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/operations/rail-settlements", Get)
            .WithName("listRailSettlements")
            .WithSummary("List settlements with providers")
            .WithDescription("What went to where money is safeguarded, or came from there; the newest first.")
            .Produces<ListOf<RailSettlementAnswer>>();

    [Description("What has moved.")]
    public sealed record Request(
        [property: Description("mpesa, kcb or dtb.")] string? Provider,
        SettlementDirection? Direction,
        WireAmount? Amount,
        [property: Description("The provider's own, as its statement will have it; at most 100 characters.")] string? Receipt,
        [property: Description("How that is known; 1 to 1,000 characters.")] string? Note
    );

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(string Provider, string Currency, decimal Change, string Receipt, string Note);

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        SettlementBooking booking,
        ApprovalDesk approvals,
        IOptions<RailOptions> rails
    )
    {
        var check = new Validation();
        var provider = check.Text(body.Provider, "/provider", 20);
        check.That(
            provider.Length == 0 || Providers.Contains(provider),
            "/provider",
            "unknown_value",
            $"must be one of {string.Join(", ", Providers)}"
        );
        var direction = check.Required(body.Direction, "/direction");
        var amount = check.AmountOf(body.Amount, "/amount");
        var receipt = check.Text(body.Receipt, "/receipt", 100);
        var note = check.Text(body.Note, "/note", 1000);
        if (check.Failed(out var invalid))
            return invalid;
        var (caller, stop) = (Caller.Of(context), context.RequestAborted);
        if (!rails.Value.Serve(caller.Book))
            return RailRefusals.SourceOff.Because($"No money moves over rails in the book {caller.Book}.");
        if (amount.Currency.Code != "KES")
            return Hazina.Ledger.Refusals.CurrencyMismatch.Because("Providers move KES alone.", "/amount/currency");
        var change = direction == SettlementDirection.ToSafeguarded ? -amount.Value : amount.Value;
        if (await booking.Unfit(caller.Book, provider, amount.Currency.Code, change, stop) is { } unfit)
            return unfit;
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            $"settlement of {amount} with {Party.RailName(provider)}",
            new Wish(provider, amount.Currency.Code, change, receipt, note),
            note,
            stop
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var (booking, book) = (services.GetRequiredService<SettlementBooking>(), services.GetRequiredService<CallBook>());
        var row = new RailSettlement(
            approved.Id,
            approved.Book,
            wish.Provider,
            wish.Currency,
            wish.Change,
            wish.Receipt,
            wish.Note,
            null,
            approved.Maker,
            approved.Checker,
            book.Now
        );
        return await booking.Book(row, stop);
    }

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("mpesa, kcb or dtb.")] string? provider,
        HttpContext context,
        CallBook book
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.That(provider is null || Providers.Contains(provider), "provider", "unknown_value", "must be mpesa, kcb or dtb");
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await book.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<RailSettlement>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    provider,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    const string AfterWriterSql = $"""
        select {RailSettlement.Columns} from payments.rail_settlements t
         where t.book = @book and (@provider::text is null or t.provider = @provider) and (@cursor::uuid is null or t.id < @cursor)
         order by t.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {RailSettlement.Columns} from payments.rail_settlements t
         where t.book = @book and (@provider::text is null or t.provider = @provider) and t.id > @cursor
         order by t.id limit @count
        """;
}
