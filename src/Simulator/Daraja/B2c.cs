using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Daraja;

/// <summary><c>POST mpesa/b2c/v3/paymentrequest</c>: pays a customer. With the same OriginatorConversationID it is the same payment.</summary>
sealed class B2c(Switchboard board)
{
    public async Task ServeAsync(HttpContext http, Fields fields)
    {
        if (Fault(fields) is { } field)
        {
            await Switchboard.WriteAsync(http, DarajaRoutes.Invalid(board, field));
            return;
        }

        var given = fields.Text("OriginatorConversationID");
        var originator = given.Length > 0 ? given : board.Ids.Request();
        var phone = fields.Text("PartyB");
        var amount = fields.Shillings("Amount")!.Value;
        var attempt = given.Length > 0 ? board.Desk.Attempt(Rail.Mpesa, Operation.Payout, originator) : 1;
        await board.ServeAsync(
            http,
            new SimulatedCall(Rail.Mpesa, Operation.Payout, originator, phone, amount, attempt),
            behaviour => Pay(fields, originator, phone, amount, behaviour)
        );
    }

    Answer Pay(Fields fields, string originator, string phone, decimal amount, Behaviour behaviour)
    {
        var now = board.Now;
        var order = new Order
        {
            Rail = Rail.Mpesa,
            Kind = BookKind.Payout,
            VendorId = board.Ids.Conversation(now),
            Receipt = board.Ids.Receipt(),
            OurId = originator,
            Party = phone,
            Amount = amount,
            At = now,
            Behaviour = behaviour,
            Fingerprint = $"{phone} {amount:F2}",
            Refused = Results.RefusalOf(board, fields.Text("InitiatorName"), fields.Text("SecurityCredential")),
            Tell = (order, why) => Tell(order, why, fields.Text("ResultURL"), fields.Text("QueueTimeOutURL")),
        };
        var first = board.Desk.TakeOnce(originator, order);
        return first.Fingerprint == order.Fingerprint
            ? Results.Acknowledge(first.VendorId, originator, first)
            : DarajaRoutes.Error(board, "400.002.02", "Bad Request - Duplicate OriginatorConversationID");
    }

    IEnumerable<Callback> Tell(Order order, Telling why, string resultUrl, string timeOutUrl)
    {
        if (why == Telling.Processing)
            return [];
        var isForged = why == Telling.Forged;
        var outcome = isForged ? Outcome.Ok : order.Progress.Outcome!;
        var receipt = isForged ? board.Ids.Receipt() : order.Receipt;
        var body = Results.Body(
            outcome.Code,
            outcome.Text,
            order.OurId!,
            order.VendorId,
            receipt,
            timeOutUrl,
            outcome.IsOk ? Parameters(order, receipt) : []
        );
        return Callback.To(order.Rail, outcome == Outcome.Timeout ? timeOutUrl : resultUrl, body, order.VendorId);
    }

    (string, JsonNode)[] Parameters(Order order, string receipt)
    {
        var name = order.Behaviour == Behaviour.NameMismatch ? "Somebody Else" : board.Names.FullName(order.Party);
        return
        [
            ("TransactionAmount", order.Amount),
            ("TransactionReceipt", receipt),
            ("B2CRecipientIsRegisteredCustomer", "Y"),
            ("ReceiverPartyPublicName", $"{order.Party} - {name}"),
            ("TransactionCompletedDateTime", EastAfrica.Digits(order.Progress.At ?? order.At, "dd.MM.yyyy HH:mm:ss")),
            ("B2CUtilityAccountAvailableFunds", board.Book.Balance(Rail.Mpesa) + 0.00m),
            ("B2CWorkingAccountAvailableFunds", 0.00m),
            ("B2CChargesPaidAccountAvailableFunds", 0.00m),
        ];
    }

    /// <summary>The field that is wrong.</summary>
    string? Fault(Fields fields)
    {
        if (fields.Text("OriginatorConversationID").Length > 100)
            return "OriginatorConversationID";
        if (fields.Text("CommandID") is not ("SalaryPayment" or "BusinessPayment" or "PromotionPayment"))
            return "CommandID";
        if (fields.Shillings("Amount") is not { } amount || amount > StkPush.Most)
            return "Amount";
        if (fields.Text("PartyA") != board.Credentials.MpesaShortCode)
            return "PartyA";
        if (!Fields.IsPhone(fields.Text("PartyB")))
            return "PartyB";
        if (fields.Text("Remarks").Length is 0 or > 100)
            return "Remarks";
        if (!fields.IsUrl("QueueTimeOutURL"))
            return "QueueTimeOutURL";
        return fields.IsUrl("ResultURL") ? null : "ResultURL";
    }
}
