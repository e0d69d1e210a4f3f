using Hazina.Accounts;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Paying;

namespace Hazina.Payments;

/// <summary>Every posting between customers' accounts of this module. Those are liabilities: money comes in by credit and goes out by debit.</summary>
static class Postings
{
    /// <summary>A payment at once, and its fee.</summary>
    public static Posting Payment(Guid id, PaymentOrder order, Guid fees)
    {
        var steps = new List<Step> { new Leg(order.Payer.Id, order.Payee.Id, order.Amount) };
        if (order.Fee is { } fee)
            steps.Add(new Leg(fee.BorneBy == FeeBearer.Payer ? order.Payer.Id : order.Payee.Id, fees, fee.Amount));
        return Of(id, order.Payer.Book, "payment", steps);
    }

    /// <summary>What is held back for a payment.</summary>
    public static Posting Authorization(Guid id, CustomerAccount payer, Guid reservation, Amount amount, DateTimeOffset until) =>
        Of(id, payer.Book, "payment_authorization", [new Reserve(reservation, payer.Id, amount, until)]);

    /// <summary>A part of what is held back, its fee, and the end of the rest.</summary>
    /// <param name="amount">To the payee.</param>
    /// <param name="fee">Zero: none.</param>
    /// <param name="fees">Where that goes.</param>
    /// <param name="releases">Whether there is a rest that is let go.</param>
    /// <param name="isLess">Whether the payee's fee is taken before the payee has it.</param>
    public static Posting Capture(Guid id, Payment payment, Amount amount, Amount fee, Guid fees, bool releases, bool isLess)
    {
        var got = isLess ? amount - fee : amount;
        var steps = new List<Step>();
        if (got.Value > 0)
            steps.Add(new Leg(payment.PayerAccount, payment.PayeeAccount, got, payment.ReservationId));
        if (isLess)
            steps.Add(new Leg(payment.PayerAccount, fees, fee, payment.ReservationId));
        else if (fee.Value > 0)
            steps.Add(
                payment.IsFeeOnTop
                    ? new Leg(payment.PayerAccount, fees, fee, payment.ReservationId)
                    : new Leg(payment.PayeeAccount, fees, fee)
            );
        if (releases)
            steps.Add(new Release(payment.ReservationId!.Value));
        return Of(id, payment.Book, "payment_capture", steps);
    }

    /// <summary>The end of what is held back.</summary>
    public static Posting Cancellation(Guid id, Payment payment) =>
        Of(id, payment.Book, "payment_cancellation", [new Release(payment.ReservationId!.Value)]);

    /// <summary>A part of what was paid, back, and of its fee.</summary>
    public static Posting Refund(Guid id, Payment payment, Amount amount, Amount fee, Guid fees)
    {
        var steps = new List<Step>();
        if (fee.Value > 0)
            steps.Add(new Leg(fees, payment.IsFeeOnTop ? payment.PayerAccount : payment.PayeeAccount, fee));
        steps.Add(new Leg(payment.PayeeAccount, payment.PayerAccount, amount));
        return Of(id, payment.Book, "payment_refund", steps);
    }

    static Posting Of(Guid id, string book, string kind, IReadOnlyList<Step> steps) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = kind,
            Steps = steps,
        };
}
