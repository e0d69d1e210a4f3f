using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Payments.Tests.Paying;

/// <summary>Payments by hand: what each side has after what was answered.</summary>
/// <param name="isOnTop">Whether the payer bears the fee.</param>
/// <param name="isReturned">Whether it comes back with refunds.</param>
sealed class PaymentModel(decimal funds, bool isOnTop, bool isReturned)
{
    const decimal Rate = 0.0123m,
        Start = 1.5m;

    decimal purse = funds,
        held,
        till;

    public (decimal Purse, decimal Free, decimal Till) Balances => (purse, purse - held, till);

    public Entry Add(JsonNode payment, bool isManual)
    {
        var entry = new Entry
        {
            Amount = Customer.Digits(payment["amount"]),
            IsOnTop = isOnTop,
            Status = "authorized",
        };
        entry.Held = entry.Amount + (entry.IsOnTop ? FeeOf(entry, entry.Amount) : 0);
        held += entry.Held;
        if (!isManual)
            Capture(entry, entry.Amount, isLast: true);
        return entry;
    }

    /// <param name="act">0 captures a part, 1 gives a part back, 2 captures all that is left, 3 cancels.</param>
    /// <param name="now">The payment as it is afterwards.</param>
    public void Done(Entry entry, int act, decimal amount, bool isLast, Reply reply, JsonNode now)
    {
        var isDone = reply.Status == HttpStatusCode.OK;
        switch (act)
        {
            case 0 or 2:
                amount = act == 2 ? entry.Amount - entry.Captured : amount;
                Assert.Equal(entry.Status == "authorized" && amount <= entry.Amount - entry.Captured, isDone);
                if (isDone)
                    Capture(entry, amount, isLast && act == 0);
                break;
            case 1:
                Assert.Equal(
                    entry.Status is "completed" or "partially_refunded" && amount <= entry.Captured - entry.Refunded,
                    isDone || reply.Code == "ledger.insufficient_funds"
                );
                if (isDone)
                    Refund(entry, amount, Customer.Digits(now["fee"]!["returned"]));
                break;
            default:
                Assert.Equal(entry.Status is "authorized" or "cancelled", isDone);
                if (isDone && entry.Status == "authorized")
                    End(entry, entry.Captured > 0 ? "completed" : "cancelled");
                break;
        }
    }

    void Capture(Entry entry, decimal amount, bool isLast)
    {
        entry.Captured += amount;
        var fee = FeeOf(entry, entry.Captured) - entry.Fee;
        entry.Fee += fee;
        entry.Held -= amount;
        held -= amount;
        purse -= amount;
        till += amount;
        if (entry.IsOnTop)
        {
            entry.Held -= fee;
            held -= fee;
            purse -= fee;
        }
        else
        {
            till -= fee;
        }

        if (isLast || entry.Captured == entry.Amount)
            End(entry, "completed");
    }

    void End(Entry entry, string status)
    {
        held -= entry.Held;
        entry.Held = 0;
        entry.Status = status;
    }

    void Refund(Entry entry, decimal amount, decimal returned)
    {
        entry.Refunded += amount;
        till -= amount;
        purse += amount;
        var back = returned - entry.Returned;
        entry.Returned = returned;
        Assert.InRange(returned, 0, entry.Fee);
        var due = isReturned ? entry.Fee * entry.Refunded / entry.Captured : 0m;
        Assert.True(Math.Abs(returned - due) < 0.01m, $"{returned} of {entry.Fee}");
        if (entry.IsOnTop)
            purse += back;
        else
            till += back;
        entry.Status = entry.Refunded == entry.Captured ? "refunded" : "partially_refunded";
    }

    static decimal FeeOf(Entry entry, decimal amount)
    {
        var fee = decimal.Round(Start + (Rate * amount), 2, MidpointRounding.AwayFromZero);
        return entry.IsOnTop ? fee : Math.Min(fee, amount);
    }

    public sealed record Entry
    {
        public decimal Amount { get; init; }

        public bool IsOnTop { get; init; }

        public string Status { get; set; } = "";

        public decimal Held { get; set; }

        public decimal Captured { get; set; }

        public decimal Refunded { get; set; }

        public decimal Fee { get; set; }

        public decimal Returned { get; set; }

        public bool Is(JsonNode payment) =>
            (string)payment["status"]! == Status
            && Customer.Digits(payment["captured"]) == Captured
            && Customer.Digits(payment["refunded"]) == Refunded
            && Customer.Digits(payment["fee"]!["taken"]) == Fee;
    }
}
