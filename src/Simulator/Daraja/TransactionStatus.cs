using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Daraja;

/// <summary><c>POST mpesa/transactionstatus/v1/query</c>: what became of a payment, told by a callback of its own.</summary>
sealed class TransactionStatus(Switchboard board)
{
    public async Task ServeAsync(HttpContext http, Fields fields)
    {
        var field =
            fields.Text("CommandID") != "TransactionStatusQuery" ? "CommandID"
            : fields.Text("PartyA") != board.Credentials.MpesaShortCode ? "PartyA"
            : !fields.IsUrl("ResultURL") ? "ResultURL"
            : !fields.IsUrl("QueueTimeOutURL") ? "QueueTimeOutURL"
            : null;
        if (field is not null)
        {
            await Switchboard.WriteAsync(http, DarajaRoutes.Invalid(board, field));
            return;
        }

        var receipt = fields.Text("TransactionID");
        // Spelled in three ways in the vendor's own pages.
        var originator = new[] { "OriginatorConversationID", "OriginalConversationID", "OriginalConcersationID" }
            .Select(fields.Text)
            .FirstOrDefault(t => t.Length > 0, "");
        await board.ServeAsync(
            http,
            new SimulatedCall(Rail.Mpesa, Operation.Query, receipt.Length > 0 ? receipt : originator, "", 0),
            behaviour =>
            {
                var (conversation, request) = (board.Ids.Conversation(board.Now), board.Ids.Request());
                var refusal = Results.RefusalOf(board, fields.Text("Initiator"), fields.Text("SecurityCredential"));
                board.Desk.AnswerLater(
                    behaviour,
                    () =>
                        Callback.To(
                            Rail.Mpesa,
                            fields.Text("ResultURL"),
                            Result(Find(receipt, originator), refusal, request, conversation, fields.Text("QueueTimeOutURL")),
                            conversation
                        )
                );
                return Results.Acknowledge(conversation, request);
            }
        );
    }

    Order? Find(string receipt, string originator)
    {
        var found = receipt.Length > 0 ? board.Desk.FindByReceipt(Rail.Mpesa, receipt) : null;
        return found
            ?? (
                originator.Length == 0
                    ? null
                    : board.Desk.FindByReference(Rail.Mpesa, BookKind.Payout, originator)
                        ?? board.Desk.FindByReference(Rail.Mpesa, BookKind.Reversal, originator)
            );
    }

    JsonObject Result(Order? order, Outcome? refusal, string request, string conversation, string timeOutUrl)
    {
        if (refusal is not null)
            return Results.Body(refusal.Code, refusal.Text, request, conversation, board.Ids.Receipt(), timeOutUrl);
        if (order is null)
            return Results.Body("2032", "The transaction does not exist.", request, conversation, board.Ids.Receipt(), timeOutUrl);
        var progress = order.Progress;
        var ours = $"{board.Credentials.MpesaShortCode} - Simulated Paybill";
        var theirs = $"{order.Party} - {board.Names.FullName(order.Party)}";
        var isOut = order.Kind == BookKind.Payout;
        return Results.Body(
            "0",
            Outcome.Ok.Text,
            request,
            conversation,
            board.Ids.Receipt(),
            timeOutUrl,
            ("ReceiptNo", order.Receipt),
            ("Conversation ID", order.VendorId),
            ("Originator Conversation ID", order.OurId ?? ""),
            ("Amount", order.Amount),
            ("TransactionStatus", StatusOf(progress.State)),
            ("TransactionReason", progress.State == OrderState.Failed ? $"{progress.Outcome!.Code} {progress.Outcome.Text}" : ""),
            ("ReasonType", isOut ? "Business Payment to Customer via API" : "Pay Bill Online"),
            ("InitiatedTime", long.Parse(EastAfrica.Digits(order.At))),
            ("FinalisedTime", long.Parse(EastAfrica.Digits(progress.At ?? order.At))),
            ("DebitPartyName", isOut ? ours : theirs),
            ("CreditPartyName", isOut ? theirs : ours)
        );
    }

    static string StatusOf(OrderState state) =>
        state switch
        {
            OrderState.Done => "Completed",
            OrderState.Failed => "Failed",
            OrderState.Reversed => "Reversed",
            _ => "Pending",
        };
}
