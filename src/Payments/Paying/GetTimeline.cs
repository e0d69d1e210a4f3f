using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Paying;

/// <summary><c>GET /v1/payments/{payment}/timeline</c></summary>
static class GetTimeline
{
    const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/payments/{payment}/timeline", Get)
            .WithName("getPaymentTimeline")
            .WithSummary("Get what happened to a payment")
            .WithDescription(
                """
                Everything in its order: tries, authorisation, captures, refunds, its end; each with the ledger's transaction where money moved. Of very many
                the newest 1,000.
                """
            )
            .Produces<Answer>();

    [Description("What happened to a payment.")]
    public sealed record Answer(
        Guid Payment,
        PaymentStatus Status,
        [property: Description("The oldest first.")] IReadOnlyList<Moment> Moments,
        [property: Description("Whether there are older ones.")] bool HasMore
    )
    {
        [Description("Always payment_timeline.")]
        public string Object => "payment_timeline";
    }

    [Description("Something that happened.")]
    public sealed record Moment(
        DateTimeOffset At,
        [property: Description("created, tried, authorized, captured, refunded, completed, failed, cancelled or expired.")] string What,
        [property: Description("What it was about.")] WireAmount? Amount,
        [property: Description("Taken with it, or given back with it.")] WireAmount? Fee,
        [property: Description("The ledger's transaction.")] Guid? Transaction,
        [property: Description("Who asked for it, a person or a key: for staff, and who holds both accounts.")] Guid? AskedBy,
        [property: Description("Why, in words or by a code.")] string? Reason
    );

    static async Task<IResult> Get(Guid payment, HttpContext context, PaymentFinder finder, CustomerAccounts accounts)
    {
        var (found, refusal) = await finder.See(context, payment);
        if (refusal is not null)
            return refusal;
        // Staff sees it as who paid does.
        var payer = await accounts.Find(found.Book, found.PayerAccount, context.RequestAborted);
        await using var own = await accounts.OpenOwn(context, "payments", payer!);
        var rows = await own.Query<Row>(PartsSql, new { payment, most = Most + 1 });
        var money = found.Money;
        var viewer = await finder.ViewerOf(context, found);
        var moments = rows.Select(r => new Moment(
                r.At,
                r.What,
                r.Amount is { } amount ? WireAmount.Of(amount, money) : null,
                r.Fee is { } fee && viewer.SeesFee(found) ? WireAmount.Of(fee, money) : null,
                r.TransactionId,
                viewer == Viewer.Both ? r.AskedBy : null,
                r.Reason
            ))
            .ToList();
        return Results.Ok(new Answer(payment, found.State, [.. moments.TakeLast(Most)], moments.Count > Most));
    }

    sealed record Row(DateTimeOffset At, string What, decimal? Amount, decimal? Fee, Guid? TransactionId, Guid? AskedBy, string? Reason);

    const string PartsSql = """
        select at, what, amount, fee, transaction_id, asked_by, reason from (
        select at, step, what, amount, fee, transaction_id, asked_by, reason from (
            select p.created_at as at, 1 as step, 'created' as what, p.amount, nullif(p.fee_quoted, 0) as fee, null::uuid as transaction_id, p.asked_by,
                   p.description as reason
              from payments.payments p where p.id = @payment
            union all
            select t.retried_at, 0, 'tried', null, null, null, null, t.reason from payments.payment_retries t where t.payment_id = @payment
            union all
            select p.authorized_at, 2, 'authorized', p.amount, null, p.id, p.asked_by, null
              from payments.payments p where p.id = @payment and p.capture = 'manual' and p.authorized_at is not null
            union all
            select c.captured_at, 3, 'captured', c.amount, nullif(c.fee, 0), c.transaction_id, c.asked_by, null
              from payments.captures c where c.payment_id = @payment
            union all
            select p.completed_at, 4, 'completed', p.captured, nullif(p.fee, 0), case when p.capture = 'automatic' then p.id end, null, null
              from payments.payments p where p.id = @payment and p.completed_at is not null
            union all
            select r.refunded_at, 5, 'refunded', r.amount, nullif(r.fee_returned, 0), r.transaction_id, r.asked_by, r.reason
              from payments.refunds r where r.payment_id = @payment
            union all
            select p.updated_at, 6, p.status, null, null, null, null, p.failure_code
              from payments.payments p where p.id = @payment and p.status in ('failed', 'cancelled', 'expired')
        ) as moments
        order by at desc, step desc, transaction_id desc limit @most) as newest
        order by at, step, transaction_id
        """;
}
