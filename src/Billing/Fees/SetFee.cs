using System.ComponentModel;
using System.Text.Json;
using Dapper;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hazina.Billing.Fees;

/// <summary><c>PUT /v1/fees/{type}</c></summary>
static class SetFee
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "billing.fee.set",
        "A service costs something else from a time on, for everybody or for one merchant.",
        BillingPermissions.Approve,
        TimeSpan.FromDays(7),
        (services, wish, approved, stop) => Carry(services, wish, approved, stop)
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPut("/fees/{type}", Put)
            .Idempotent()
            .WithSummary("Ask for another fee")
            .WithDescription(
                """
                For operations: what a service costs in a currency, over a rail or over all of them, for everybody or for one merchant. Somebody else
                approves it. It holds from then on, or from a later time; what was quoted and taken before stays as it was.
                """
            )
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("A fee that is asked for.")]
    public sealed record Request(
        string? Currency,
        [property: Description("What payers read; 1 to 100 characters.")] string? Name,
        [property: Description("payer: on top of the amount; payee: out of it.")] FeeBearer? BorneBy,
        [property: Description("For who approves it; 1 to 1,000 characters.")] string? Note,
        [property: Description("In the currency; 0 when not said.")] string? Fixed = null,
        [property: Description("Of the amount, 0 to 1: 0.015 is 1.5 percent; 0 when not said.")] string? Rate = null,
        [property: Description("Taken at the least.")] string? Least = null,
        [property: Description("Taken at the most.")] string? Most = null,
        [property: Description("Prices by the amount, rising, the last one without up_to; instead of fixed and rate.")]
            IReadOnlyList<TierAnswer>? Tiers = null,
        [property: Description("Given back with what is refunded, in proportion; false when not said.")] bool? IsReturned = null,
        [property: Description("The rail that it is for; all of them when not said.")] string? Provider = null,
        [property: Description("Whose own fee it is; everybody's when not said.")] MerchantName? Merchant = null,
        [property: Description("The first moment that it holds for; as soon as it is approved when not said.")] DateTimeOffset? From = null,
        [property: Description("When it ends without another one; never when not said.")] DateTimeOffset? Until = null
    );

    [Description("A merchant.")]
    public sealed record MerchantName([property: Description("What it is.")] HolderKind? Kind, Guid? Id);

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(
        string Type,
        string Currency,
        string? Provider,
        HolderKind? MerchantType,
        Guid? Merchant,
        string Name,
        FeeBearer BorneBy,
        bool IsReturned,
        decimal Fixed,
        decimal Rate,
        decimal? Least,
        decimal? Most,
        IReadOnlyList<TierAnswer>? Tiers,
        DateTimeOffset? From,
        DateTimeOffset? Until
    );

    static async Task<IResult> Put(string type, Request body, HttpContext context, ApprovalDesk approvals, TimeProvider time)
    {
        var check = new Validation();
        check.WordOf<FeeType>(type, "type");
        var wish = FeeWish.Read(type, body, check, time.GetUtcNow());
        var note = check.Text(body.Note, "/note", 1000);
        if (check.Failed(out var invalid))
            return invalid;
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            wish.Merchant is { } merchant ? $"{type} in {wish.Currency} of {merchant}" : $"{type} in {wish.Currency}",
            wish,
            note,
            context.RequestAborted
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var earliest = now + services.GetRequiredService<IOptions<BillingOptions>>().Value.Notice;
        var from = wish.From is { } said && said > earliest ? said : earliest;
        if (wish.Until is { } until && until <= from)
            return Refusals.FeeTooLate.Because($"It was to end at {until:O}, which is over.");
        await using var connection = await services.GetRequiredService<Database>().Writer("billing").OpenConnectionAsync(stop);
        await using var act = await connection.BeginTransactionAsync(stop);
        // One at a time, so that the numbers of fees are committed in their order: servers look for a higher one.
        await connection.ExecuteAsync(new CommandDefinition(TurnWriterSql, transaction: act, cancellationToken: stop));
        if (
            await connection.QuerySingleAsync<bool>(
                new CommandDefinition(IsDoneWriterSql, new { approved.Id }, act, cancellationToken: stop)
            )
        )
            return null;
        var id = Guid.CreateVersion7(now);
        var made = await connection.ExecuteAsync(
            new CommandDefinition(SetWriterSql, Values(wish, approved, id, from, now), act, cancellationToken: stop)
        );
        if (made == 0)
            return Refusals.FeeExists.Because($"A fee for this begins at {from:O} already.");
        await Outbox.Write(
            act,
            Events.FeeSet.Of(
                approved.Book,
                wish.Type,
                now,
                new FeeWasSet(id, wish.Type, wish.Currency, wish.Provider, wish.Merchant, from, wish.Until)
            )
        );
        await Audit.Write(
            act,
            context: null,
            new AuditEntry("billing.fee.set", new AuditTarget("fee", id), now)
            {
                Actor = AuditActor.User(approved.Checker),
                After = new
                {
                    wish.Type,
                    wish.Currency,
                    wish.Provider,
                    merchant_id = wish.Merchant,
                    wish.Fixed,
                    wish.Rate,
                    from,
                    book = approved.Book,
                    asked_by = approved.Maker,
                    approval = approved.Id,
                },
            }
        );
        await act.CommitAsync(stop);
        return null;
    }

    static object Values(Wish wish, ApprovedAct approved, Guid id, DateTimeOffset from, DateTimeOffset now) =>
        new
        {
            id,
            approved.Book,
            wish.Type,
            wish.Currency,
            wish.Provider,
            merchantType = wish.MerchantType is { } kind ? Words.Of(kind) : null,
            wish.Merchant,
            wish.Name,
            borneBy = Words.Of(wish.BorneBy),
            wish.IsReturned,
            wish.Fixed,
            wish.Rate,
            wish.Least,
            wish.Most,
            tiers = wish.Tiers is null ? null : JsonSerializer.Serialize(FeeWish.TiersOf(wish.Tiers), JsonSettings.Options),
            from,
            wish.Until,
            approval = approved.Id,
            now,
        };

    const string TurnWriterSql = "select pg_advisory_xact_lock(hashtextextended('billing.fees', 0))";

    const string IsDoneWriterSql = "select exists (select from billing.fees f where f.approval = @id)";

    const string SetWriterSql = """
        insert into billing.fees (id, book, type, currency, provider, merchant_type, merchant_id, name, borne_by, is_returned, fixed, rate, least, most, tiers,
               from_time, until_time, approval, set_at)
        values (@id, @book, @type, @currency, @provider, @merchantType, @merchant, @name, @borneBy, @isReturned, @fixed, @rate, @least, @most, @tiers::jsonb,
               @from, @until, @approval, @now)
            on conflict do nothing
        """;
}
