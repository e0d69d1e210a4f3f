using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NpgsqlTypes;

namespace Hazina.Payments.Paying;

/// <summary><c>POST /v1/payments/{payment}/refunds</c></summary>
static class RefundPayment
{
    static readonly AlongsideStatement InsertStatement = new(
        "payments",
        "payments.refund",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
        ]
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payments/{payment}/refunds", Post)
            .Idempotent()
            .WithSummary("Give a payment back")
            .WithDescription(
                """
                For the payee: all of what was captured, or a part; several times, never more than was captured. The payer has it at once. Whether the fee comes
                back with it the fee says (`is_returned`).
                """
            )
            .Produces<PaymentAnswer>();

    [Description("A refund.")]
    public sealed record Request(
        [property: Description("All that is left when not said.")] WireAmount? Amount = null,
        [property: Description("For both sides; at most 500 characters.")] string? Reason = null
    );

    static async Task<IResult> Post(
        Guid payment,
        Request body,
        HttpContext context,
        PaymentFinder finder,
        PaymentChanges changes,
        CustomerAccounts accounts,
        Tariff tariff
    )
    {
        var check = new Validation();
        var wanted = check.OptionalAmountOf(body.Amount, "/amount");
        check.OptionalText(body.Reason, "/reason", 500, min: 1);
        if (check.Failed(out var invalid))
            return invalid;
        var (found, payee, refusal) = await finder.Received(context, payment);
        if (refusal is not null)
            return refusal;
        if (wanted is { } named && named.Currency != found.Money)
            return Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The payment is in {found.Currency}.", "/amount/currency");
        var stop = context.RequestAborted;
        var payer = (await accounts.Find(found.Book, found.PayerAccount, stop))!;
        var fees = await accounts.House(found.Book, found.Money, SystemAccount.Fees, stop);
        var act = IdempotencyKey.Of(context).Id;
        var (after, no) = await changes.Make(
            payment,
            act,
            async (now, id) =>
            {
                if (Unfit(now, wanted) is { } unfit)
                    return (null, unfit);
                var amount = wanted ?? new Amount(now.Refundable, now.Money);
                var fee = now.FeeToReturn(amount.Value);
                var quote = fee > 0 ? await tariff.Taken(now.FeeId!.Value, amount, new Amount(fee, now.Money), stop) : null;
                var back = new Back(act, amount, new Amount(fee, now.Money), quote, body.Reason, Caller.Of(context).Id);
                return (back.Posting(id, now, payer, payee, fees), null);
            },
            stop
        );
        return no is not null ? no : Results.Ok(PaymentAnswer.Of(after!, await finder.ViewerOf(context, after!)));
    }

    static Refusal? Unfit(Payment now, Amount? wanted) =>
        now.State is not (PaymentStatus.Completed or PaymentStatus.PartiallyRefunded)
            ? Refusals.WrongState.Because($"The payment is {now.Status}, so there is nothing to give back.", "payment")
        : wanted?.Value > now.Refundable
            ? Refusals.TooMuch.Because($"{new Amount(now.Refundable, now.Money)} is left to give back.", "/amount")
        : null;

    sealed record Back(Guid Id, Amount Amount, Amount Fee, FeeQuote? Quote, string? Reason, Guid AskedBy)
    {
        public Posting Posting(Guid id, Payment now, CustomerAccount payer, CustomerAccount payee, Guid fees)
        {
            var status = now.Refunded + Amount.Value == now.Captured ? PaymentStatus.Refunded : PaymentStatus.PartiallyRefunded;
            return Postings.Refund(id, now, Amount, Fee, fees) with
            {
                WhenPosted =
                [
                    PaymentChanges.Row(now, status, refunded: Amount.Value, feeReturned: Fee.Value),
                    new AlongsideRow(
                        InsertStatement,
                        Key: null,
                        [Id, now.Id, Amount.Value, Fee.Value, Reason, AskedBy, id, Fill.RecordedAt]
                    ),
                    CustomerAccounts.Activity(id, Entry(now, payee, ActivitySide.Debit, now.PayerName, "To")),
                    CustomerAccounts.Activity(id, Entry(now, payer, ActivitySide.Credit, now.PayeeName, "From")),
                    .. FeeBack(id, now, now.IsFeeOnTop ? payer : payee),
                    AlongsideRow.Event(
                        Events.PaymentRefunded,
                        now.Book,
                        now.Id.ToString(),
                        new PaymentPart(now.Id, Id, WireAmount.Of(Amount), WireAmount.Of(Fee), status)
                    ),
                ],
            };
        }

        IEnumerable<AlongsideRow> FeeBack(Guid posting, Payment now, CustomerAccount bearer)
        {
            if (Fee.Value <= 0)
                yield break;
            yield return CustomerAccounts.Activity(
                posting,
                PaymentOrder.FeeEntry(bearer, ActivitySide.Credit, Fee, now.Id, "Fee given back")
            );
            yield return Tariff.Charge(
                $"payment/{now.Id}/refund/{Id}",
                now.Book,
                posting,
                Quote!,
                -Fee.Value,
                PaymentOrder.FeeOwnerOf(bearer),
                "payment",
                now.Id
            );
        }

        ActivityEntry Entry(Payment now, CustomerAccount account, ActivitySide side, string? other, string way) =>
            new(account, ActivityType.Refund, side, Amount, Reason ?? $"Refund {way.ToLowerInvariant()} {other}", "payment", now.Id)
            {
                Reference = now.Reference,
                Counterparty = other,
            };
    }

    const string InsertWriterSql = """
        insert into payments.refunds (id, payment_id, amount, fee_returned, reason, asked_by, transaction_id, refunded_at)
        select u.id, u.payment_id, u.amount, u.fee_returned, u.reason, u.asked_by, u.transaction_id, u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::numeric[], $5::numeric[], $6::text[], $7::uuid[], $8::uuid[], $9::timestamptz[])
            as u (ordinal, id, payment_id, amount, fee_returned, reason, asked_by, transaction_id, now)
        """;
}
