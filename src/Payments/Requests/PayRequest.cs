using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Paying;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NpgsqlTypes;

namespace Hazina.Payments.Requests;

/// <summary><c>POST /v1/payment-requests/{request}/pay</c></summary>
static class PayRequest
{
    static readonly AlongsideStatement Paid = new(
        "payments",
        "payments.request_paid",
        PaidWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Numeric, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payment-requests/{request}/pay", Post)
            .WithName("payPaymentRequest")
            .IdempotentByVerb()
            .WithSummary("Pay a request for money")
            .WithDescription(
                """
                Makes a payment as `POST /v1/payments` does, with its limits and fee, and answers with it; the request is paid in the same commit, once
                however many try. Where the payment is refused the request stays open.
                """
            )
            .Produces<PaymentAnswer>(StatusCodes.Status201Created);

    [Description("A payment of what is asked for.")]
    public sealed record Request(
        [property: Description("The account that pays; yours, or one whose money you may move.")] Guid? Payer,
        [property: Description(
            "How much, where the request leaves that to you; otherwise it may be left out, or has to be what is asked for."
        )]
            WireAmount? Amount = null,
        [property: Description("What `POST /v1/payments/quote` said, 0 for none: with another fee nothing is done.")]
            WireAmount? ExpectedFee = null
    );

    static async Task<IResult> Post(
        Guid request,
        Request body,
        HttpContext context,
        RequestDesk desk,
        PaymentMaker maker,
        TimeProvider time
    )
    {
        var check = new Validation();
        var payer = check.Id(body.Payer, "/payer");
        var said = check.OptionalAmountOf(body.Amount, "/amount");
        var expected = check.OptionalAmountOf(body.ExpectedFee, "/expected_fee", AmountRange.NotNegative);
        // The key may be that of a payment that was made when this was still right.
        if (check.Failed(out var invalid))
            return await maker.Known(context) ?? invalid;
        var (row, _, refusal) = await desk.See(context, request);
        refusal ??= await MayPay(context, row, desk);
        if (refusal is null && AmountOf(row, said, check) is { } amount)
        {
            var wish = new PaymentWish(
                payer,
                new CreatePayment.PayeeName(row.AccountId),
                amount,
                expected,
                ExpiresAt: null,
                row.Reference,
                row.Description,
                Metadata: null
            );
            return await CreatePayment.Make(
                wish,
                context,
                maker,
                time,
                order => PaidBy(row, order),
                async () => NotOpen((await desk.See(context, request)).Row ?? row, desk.Now)
            );
        }

        if (refusal is null && check.Failed(out invalid))
            refusal = invalid;
        return await maker.Known(context) ?? (IResult)refusal!;
    }

    static async Task<Refusal?> MayPay(HttpContext context, PaymentRequest row, RequestDesk desk) =>
        row.AskedId is not null && !await desk.MayAnswer(context, row)
            ? RequestRefusals.NotAsked.Because("Somebody else is asked for this money.", "request")
        : row.State(desk.Now) != RequestStatus.Open ? NotOpen(row, desk.Now)
        : null;

    static Refusal NotOpen(PaymentRequest row, DateTimeOffset now) =>
        RequestRefusals.NotOpen.Because($"The request is {Words.Of(row.State(now))}.", "request");

    static Amount? AmountOf(PaymentRequest row, Amount? said, Validation check)
    {
        if (row.Amount is { } fixedAmount)
        {
            var asked = new Amount(fixedAmount, row.Money);
            return check.That(said is null || said.Value == asked, "/amount", "out_of_range", $"must be {asked}, or left out")
                ? asked
                : null;
        }

        return
            check.That(said is not null, "/amount", "required", "is required: the request leaves it to the payer")
            && check.That(said!.Value.Currency == row.Money, "/amount/currency", "out_of_range", $"must be {row.Currency}")
            && check.That(
                !(said.Value.Value < row.Least || said.Value.Value > row.Most),
                "/amount",
                "out_of_range",
                $"must be within what is asked for: {row.Least?.ToString("0.##") ?? "any"} to {row.Most?.ToString("0.##") ?? "any"} {row.Currency}"
            )
            ? said
            : null;
    }

    static IReadOnlyList<AlongsideRow> PaidBy(PaymentRequest row, PaymentOrder order) =>
        [
            new AlongsideRow(Paid, $"payment_requests/{row.Id}", [row.Id, order.Id, order.Amount.Value, Fill.RecordedAt]),
            AlongsideRow.Event(RequestEvents.Paid, row.Book, row.Id.ToString(), row.Told(RequestStatus.Paid, order.Id, order.Amount)),
        ];

    const string PaidWriterSql = """
        update payments.payment_requests r
           set status = 'paid', payment_id = u.payment_id, paid = u.paid, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::numeric[], $5::timestamptz[]) as u (ordinal, id, payment_id, paid, now)
         where r.id = u.id and r.status = 'open' and r.expires_at > u.now
        returning u.ordinal
        """;
}
