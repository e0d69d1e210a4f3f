using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;

namespace Hazina.Simulator.Buni;

/// <summary>Money that somebody sent to the account at KCB by themselves.</summary>
sealed class Notification(Switchboard board, BankNotices notices)
{
    public Order Receive(string reference, decimal amount, string phone)
    {
        var receipt = board.Ids.Receipt();
        var order = new Order
        {
            Rail = Rail.Kcb,
            Kind = BookKind.C2b,
            VendorId = receipt,
            Receipt = receipt,
            OurId = reference,
            Party = phone,
            Amount = amount,
            At = board.Now,
            Behaviour = board.BehaviourOf(new SimulatedCall(Rail.Kcb, Operation.CustomerPayment, reference, phone, amount)),
            Tell = Tell,
        };
        board.Desk.Take(order);
        return order;
    }

    IEnumerable<Callback> Tell(Order order, Telling why)
    {
        var isForged = why == Telling.Forged;
        if (!isForged && (why == Telling.Processing || order.Progress.State == OrderState.Failed))
            return [];
        var body = new JsonObject
        {
            ["transactionReference"] = isForged ? board.Ids.Receipt() : order.Receipt,
            ["requestId"] = Guid.CreateVersion7().ToString(),
            ["channelCode"] = "202",
            ["timestamp"] = EastAfrica.Digits(order.Progress.At ?? order.At),
            ["transactionAmount"] = $"{order.Amount:F2}",
            ["currency"] = "KES",
            ["customerReference"] = order.OurId,
            ["customerName"] = board.Names.FullName(order.Party),
            ["customerMobileNumber"] = order.Party,
            ["balance"] = $"{board.Book.Balance(Rail.Kcb):F2}",
            ["narration"] = "Payment",
            ["creditAccountIdentifier"] = board.Credentials.KcbAccount,
            ["organizationShortCode"] = board.Credentials.KcbShortCode,
            ["tillNumber"] = "",
        };
        return Callback.To(Rail.Kcb, notices.Notifications?.ToString(), body, order.Receipt, isForged ? BankNotices.Forge : notices.Sign);
    }
}
