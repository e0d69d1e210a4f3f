using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Intents;

/// <summary><c>GET /v1/payment-intents/{intent}/timeline</c></summary>
static class GetIntentTimeline
{
    const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/payment-intents/{intent}/timeline", Get)
            .WithName("getPaymentIntentTimeline")
            .WithSummary("Get what happened to an intent")
            .WithDescription(
                """
                Everything in its order, each with the ledger's transaction where money was held or moved. What became of single sources the payer sees alone.
                What happened since it is a payment is in `GET /v1/payments/{payment}/timeline`.
                """
            )
            .Produces<Answer>();

    [Description("What happened to an intent.")]
    public sealed record Answer(
        Guid Intent,
        IntentStatus Status,
        [property: Description("The oldest first.")] IReadOnlyList<Moment> Moments
    )
    {
        [Description("Always payment_intent_timeline.")]
        public string Object => "payment_intent_timeline";
    }

    [Description("Something that happened.")]
    public sealed record Moment(
        DateTimeOffset At,
        [property: Description("created, confirmed, asked, held, failed, released, returned, authorized, succeeded or canceled.")]
            string What,
        [property: Description("To which source; not there: to the intent.")] Guid? Source,
        [property: Description("wallet, mpesa, kcb or dtb.")] string? Type,
        WireAmount? Amount,
        [property: Description("The ledger's.")] Guid? Transaction,
        [property: Description("Why, by a code or a word.")] string? Reason
    );

    static async Task<IResult> Get(Guid intent, HttpContext context, IntentFinder finder, CustomerAccounts accounts)
    {
        var (found, refusal) = await finder.See(context, intent);
        if (refusal is not null)
            return refusal;
        await using var own = await Open(context, found, accounts);
        var rows = await own.Query<Row>(PartsSql, new { intent, most = Most });
        return Results.Ok(
            new Answer(
                found.Id,
                found.State,
                [
                    .. rows.Select(r => new Moment(
                        r.At,
                        r.What,
                        r.Source,
                        r.Type,
                        r.Amount is { } amount ? WireAmount.Of(amount, found.Money) : null,
                        r.TransactionId,
                        r.Reason
                    )),
                ]
            )
        );
    }

    /// <summary>Staff sees it as who pays does.</summary>
    static async Task<OwnRows> Open(HttpContext context, Intent intent, CustomerAccounts accounts) =>
        Caller.Of(context).May(PaymentsPermissions.Read)
        && await accounts.Find(intent.Book, intent.PayerAccount, context.RequestAborted) is { } payer
            ? await accounts.OpenOwn(context, "payments", payer)
            : await accounts.OpenOwn(context, "payments");

    sealed record Row(DateTimeOffset At, string What, Guid? Source, string? Type, decimal? Amount, Guid? TransactionId, string? Reason);

    const string PartsSql = """
        select at, what, source, type, amount, transaction_id, reason from (
            select i.created_at as at, 0 as step, 0 as position, 'created' as what, null::uuid as source, null as type, i.amount,
                   null::uuid as transaction_id, null as reason
              from payments.intents i where i.id = @intent
            union all
            select i.confirmed_at, 1, 0, 'confirmed', null, null, null, null, null from payments.intents i where i.id = @intent and i.confirmed_at is not null
            union all
            select l.asked_at, 2, l.position, 'asked', l.id, l.type, l.amount, null, null
              from payments.intent_legs l where l.intent_id = @intent and l.asked_at is not null and l.type <> 'wallet'
            union all
            select l.authorized_at, 3, l.position, 'held', l.id, l.type, l.amount, l.transaction_id, null
              from payments.intent_legs l where l.intent_id = @intent and l.authorized_at is not null
            union all
            select l.ended_at, 4, l.position, l.status, l.id, l.type, l.amount, null, l.failure_code
              from payments.intent_legs l where l.intent_id = @intent and l.status in ('failed', 'released') and l.ended_at is not null
            union all
            select l.updated_at, 5, l.position, 'returned', l.id, l.type, l.amount, l.return_id, case when l.is_suspended then 'suspense' end
              from payments.intent_legs l where l.intent_id = @intent and l.return_id is not null
            union all
            select i.authorized_at, 6, 0, 'authorized', null, null, null, null, null
              from payments.intents i where i.id = @intent and i.authorized_at is not null and i.capture = 'manual'
            union all
            select i.succeeded_at, 7, 0, 'succeeded', null, null, i.amount, i.payment_id, null
              from payments.intents i where i.id = @intent and i.succeeded_at is not null
            union all
            select i.canceled_at, 7, 0, 'canceled', null, null, null, null, i.cancellation_reason
              from payments.intents i where i.id = @intent and i.canceled_at is not null
        ) as moments
        order by at, step, position limit @most
        """;
}
