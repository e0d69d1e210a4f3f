using System.Text.Json.Nodes;
using Hazina.Simulator.Daraja;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Buni;

/// <summary>KCB's STK push: M-Pesa's prompt, and the money lands on the account at the bank.</summary>
sealed class BankStkPush(Switchboard board)
{
    /// <summary><c>POST mm/api/request/1.0.0/stkpush</c>.</summary>
    public async Task ServeAsync(HttpContext http, Fields fields)
    {
        if (Fault(http.Request, fields) is { } what)
        {
            await Switchboard.WriteAsync(http, BuniRoutes.Refused(400, $"invalid {what}"));
            return;
        }

        var phone = fields.Text("phoneNumber");
        var amount = fields.Shillings("amount")!.Value;
        var invoice = fields.Text("invoiceNumber");
        await board.ServeAsync(
            http,
            new SimulatedCall(Rail.Kcb, Operation.Collect, invoice, phone, amount),
            behaviour =>
            {
                var now = board.Now;
                var order = new Order
                {
                    Rail = Rail.Kcb,
                    Kind = BookKind.Collect,
                    VendorId = board.Ids.Checkout(now),
                    MerchantId = board.Ids.MerchantRequest(),
                    Receipt = board.Ids.Receipt(),
                    OurId = invoice,
                    Party = phone,
                    Amount = amount,
                    At = now,
                    Behaviour = behaviour,
                    Text = $"Pay {amount:N0} to KCB {board.Credentials.KcbAccount} for {invoice}",
                    Tell = (order, why) => StkCallback.Of(order, why, fields.Text("callbackUrl"), board.Ids),
                };
                board.Desk.Take(order);
                return Accepted(order);
            }
        );
    }

    static Answer Accepted(Order order)
    {
        const string text = "Success. Request accepted for processing";
        return new Answer(
            200,
            new JsonObject
            {
                ["header"] = new JsonObject { ["statusCode"] = "0", ["statusDescription"] = text },
                ["response"] = new JsonObject
                {
                    ["MerchantRequestID"] = order.MerchantId,
                    ["CheckoutRequestID"] = order.VendorId,
                    ["ResponseCode"] = "0",
                    ["ResponseDescription"] = text,
                    ["CustomerMessage"] = text,
                },
            },
            order
        );
    }

    /// <summary><c>GET kcb/transaction/query/1.0.0/api/v1/payment/query/{id}</c>.</summary>
    public Task QueryAsync(HttpContext http)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        return board.ServeAsync(
            http,
            new SimulatedCall(Rail.Kcb, Operation.Query, id, "", 0),
            _ =>
            {
                if (board.Desk.FindByVendorId(Rail.Kcb, id) is not { Kind: BookKind.Collect } order)
                    return BuniRoutes.Refused(200, "Transaction not found");
                var progress = order.Progress;
                return new Answer(
                    200,
                    new JsonObject
                    {
                        ["header"] = new JsonObject { ["statusCode"] = "0", ["statusDescription"] = "Success" },
                        ["response"] = new JsonObject
                        {
                            ["CheckoutRequestID"] = order.VendorId,
                            ["transactionStatus"] = FundsTransfer.StatusOf(progress.State),
                            ["resultCode"] = progress.Outcome?.Code ?? "",
                            ["resultDesc"] = progress.Outcome?.Text ?? "The transaction is being processed",
                            ["mpesaReceiptNumber"] = progress.State == OrderState.Done ? order.Receipt : "",
                            ["amount"] = $"{order.Amount:0}",
                            ["phoneNumber"] = order.Party,
                        },
                    }
                );
            }
        );
    }

    static string? Fault(HttpRequest request, Fields fields)
    {
        if (request.Headers["routeCode"] != "207")
            return "routeCode";
        if (request.Headers["operation"] != "STKPush")
            return "operation";
        if (request.Headers["messageId"].ToString().Length is 0 or > 32)
            return "messageId";
        if (!Fields.IsPhone(fields.Text("phoneNumber")))
            return "phoneNumber";
        if (fields.Shillings("amount") is not { } amount || amount > StkPush.Most)
            return "amount";
        if (fields.Text("invoiceNumber").Length is 0 or > 24)
            return "invoiceNumber";
        if (fields.Text("sharedShortCode") is not ("true" or "false"))
            return "sharedShortCode";
        if (!fields.IsUrl("callbackUrl") || fields.Text("callbackUrl").Length > 50)
            return "callbackUrl";
        return fields.Text("transactionDescription").Length is 0 or > 13 ? "transactionDescription" : null;
    }
}
