using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Daraja;

/// <summary><c>POST mpesa/reversal/v1/request</c>: sends back what a customer paid, whole and once.</summary>
sealed class Reversal(Switchboard board)
{
    public async Task ServeAsync(HttpContext http, Fields fields)
    {
        var field =
            fields.Text("CommandID") != "TransactionReversal" ? "CommandID"
            : fields.Text("TransactionID").Length == 0 ? "TransactionID"
            : fields.Shillings("Amount") is null ? "Amount"
            : fields.Text("ReceiverParty") != board.Credentials.MpesaShortCode ? "ReceiverParty"
            : fields.Text("RecieverIdentifierType") != "11" ? "RecieverIdentifierType"
            : !fields.IsUrl("ResultURL") ? "ResultURL"
            : !fields.IsUrl("QueueTimeOutURL") ? "QueueTimeOutURL"
            : null;
        if (field is not null)
        {
            await Switchboard.WriteAsync(http, DarajaRoutes.Invalid(board, field));
            return;
        }

        var receipt = fields.Text("TransactionID");
        var amount = fields.Shillings("Amount")!.Value;
        var original = board.Desk.FindByReceipt(Rail.Mpesa, receipt);
        await board.ServeAsync(
            http,
            new SimulatedCall(Rail.Mpesa, Operation.Reversal, receipt, original?.Party ?? "", amount),
            behaviour => Reverse(fields, original, amount, behaviour)
        );
    }

    Answer Reverse(Fields fields, Order? original, decimal amount, Behaviour behaviour)
    {
        var now = board.Now;
        var request = board.Ids.Request();
        var canBeSentBack =
            original is { Kind: BookKind.Collect or BookKind.C2b, Progress.State: OrderState.Done or OrderState.Reversed }
            && original.Amount == amount;
        var order = new Order
        {
            Rail = Rail.Mpesa,
            Kind = BookKind.Reversal,
            VendorId = board.Ids.Conversation(now),
            Receipt = board.Ids.Receipt(),
            OurId = request,
            Party = original?.Party ?? "",
            Amount = amount,
            At = now,
            Behaviour = behaviour,
            Original = canBeSentBack ? original : null,
            Refused =
                Results.RefusalOf(board, fields.Text("Initiator"), fields.Text("SecurityCredential"))
                ?? (canBeSentBack ? null : Outcome.NothingToReverse),
            Tell = (order, why) => Tell(order, why, fields),
        };
        board.Desk.TakeOnce(request, order);
        return Results.Acknowledge(order.VendorId, request, order);
    }

    IEnumerable<Callback> Tell(Order order, Telling why, Fields fields)
    {
        if (why == Telling.Processing)
            return [];
        var outcome = why == Telling.Forged ? Outcome.Ok : order.Progress.Outcome!;
        var receipt = why == Telling.Forged ? board.Ids.Receipt() : order.Receipt;
        var body = Results.Body(
            outcome.Code,
            outcome.Text,
            order.OurId!,
            order.VendorId,
            receipt,
            fields.Text("QueueTimeOutURL"),
            outcome.IsOk
                ?
                [
                    ("Amount", order.Amount),
                    ("OriginalTransactionID", fields.Text("TransactionID")),
                    ("TransCompletedTime", long.Parse(EastAfrica.Digits(order.Progress.At ?? order.At))),
                    ("CreditPartyPublicName", $"{order.Party} - {board.Names.FullName(order.Party)}"),
                    ("DebitPartyPublicName", $"{board.Credentials.MpesaShortCode} - Simulated Paybill"),
                    ("Charge", 0.00m),
                ]
                : []
        );
        return Callback.To(order.Rail, fields.Text(outcome == Outcome.Timeout ? "QueueTimeOutURL" : "ResultURL"), body, order.VendorId);
    }
}
