using System.Text;
using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Daraja;

/// <summary><c>POST mpesa/stkpush/v1/processrequest</c>: asks a customer on their phone. The same push again is another prompt.</summary>
sealed class StkPush(Switchboard board, C2b c2b)
{
    /// <summary>The most that M-Pesa moves at once.</summary>
    public const decimal Most = 250_000;

    public async Task ServeAsync(HttpContext http, Fields fields)
    {
        if (Fault(fields) is { } fault)
        {
            await Switchboard.WriteAsync(http, fault);
            return;
        }

        var phone = fields.Text("PhoneNumber");
        var amount = fields.Shillings("Amount")!.Value;
        var reference = fields.Text("AccountReference");
        await board.ServeAsync(
            http,
            new SimulatedCall(Rail.Mpesa, Operation.Collect, reference, phone, amount),
            behaviour =>
            {
                var now = board.Now;
                var order = new Order
                {
                    Rail = Rail.Mpesa,
                    Kind = BookKind.Collect,
                    VendorId = board.Ids.Checkout(now),
                    MerchantId = board.Ids.MerchantRequest(),
                    Receipt = board.Ids.Receipt(),
                    OurId = reference,
                    Party = phone,
                    Amount = amount,
                    At = now,
                    Behaviour = behaviour,
                    Text = $"Pay {amount:N0} to {fields.Text("PartyB")} for {reference}",
                    Tell = (order, why) => Tell(order, why, fields.Text("CallBackURL")),
                };
                board.Desk.Take(order);
                return new Answer(
                    200,
                    new JsonObject
                    {
                        ["MerchantRequestID"] = order.MerchantId,
                        ["CheckoutRequestID"] = order.VendorId,
                        ["ResponseCode"] = "0",
                        ["ResponseDescription"] = "Success. Request accepted for processing",
                        ["CustomerMessage"] = "Success. Request accepted for processing",
                    },
                    order
                );
            }
        );
    }

    IEnumerable<Callback> Tell(Order order, Telling why, string url)
    {
        var callbacks = StkCallback.Of(order, why, url, board.Ids);
        var isConfirmed = board.Options.ConfirmStkAsC2b && why == Telling.Outcome && order.Progress.State == OrderState.Done;
        return isConfirmed ? callbacks.Concat(c2b.Confirmation(order)) : callbacks;
    }

    Answer? Fault(Fields fields)
    {
        var shortCode = board.Credentials.MpesaShortCode;
        if (fields.Text("BusinessShortCode") != shortCode)
            return DarajaRoutes.Invalid(board, "BusinessShortCode");
        if (!IsPassword(board, fields))
            return DarajaRoutes.Error(board, "500.001.1001", "Wrong credentials");
        if (fields.Text("TransactionType") is not ("CustomerPayBillOnline" or "CustomerBuyGoodsOnline"))
            return DarajaRoutes.Invalid(board, "TransactionType");
        if (fields.Shillings("Amount") is not { } amount || amount > Most)
            return DarajaRoutes.Invalid(board, "Amount");
        if (!Fields.IsPhone(fields.Text("PartyA")))
            return DarajaRoutes.Invalid(board, "PartyA");
        if (fields.Text("PartyB") != shortCode)
            return DarajaRoutes.Invalid(board, "PartyB");
        if (!Fields.IsPhone(fields.Text("PhoneNumber")))
            return DarajaRoutes.Invalid(board, "PhoneNumber");
        if (!fields.IsUrl("CallBackURL"))
            return DarajaRoutes.Invalid(board, "CallBackURL");
        if (fields.Text("AccountReference").Length is 0 or > 12)
            return DarajaRoutes.Invalid(board, "AccountReference");
        return fields.Text("TransactionDesc").Length is 0 or > 13 ? DarajaRoutes.Invalid(board, "TransactionDesc") : null;
    }

    /// <summary>Base64 of shortcode, passkey and the request's own timestamp.</summary>
    public static bool IsPassword(Switchboard board, Fields fields)
    {
        var timestamp = fields.Text("Timestamp");
        var plain = board.Credentials.MpesaShortCode + board.Credentials.MpesaPasskey + timestamp;
        return timestamp.Length == 14
            && timestamp.All(char.IsAsciiDigit)
            && fields.Text("Password") == Convert.ToBase64String(Encoding.UTF8.GetBytes(plain));
    }
}

/// <summary>What M-Pesa posts when a prompt has come to its end; KCB hands the same on.</summary>
static class StkCallback
{
    public static IEnumerable<Callback> Of(Order order, Telling why, string url, Identifiers ids) =>
        why switch
        {
            Telling.Outcome => Callback.To(order.Rail, url, Body(order, order.Progress.Outcome!, order.Receipt), order.VendorId),
            Telling.Forged => Callback.To(order.Rail, url, Body(order, Outcome.Ok, ids.Receipt()), order.VendorId),
            _ => [],
        };

    static JsonObject Body(Order order, Outcome outcome, string receipt)
    {
        var callback = new JsonObject
        {
            ["MerchantRequestID"] = order.MerchantId,
            ["CheckoutRequestID"] = order.VendorId,
            ["ResultCode"] = int.Parse(outcome.Code),
            ["ResultDesc"] = outcome.Text,
        };
        if (outcome.IsOk)
        {
            var at = order.Progress.At ?? order.At;
            callback["CallbackMetadata"] = new JsonObject
            {
                ["Item"] = new JsonArray(
                    Item("Amount", order.Amount + 0.00m),
                    Item("MpesaReceiptNumber", receipt),
                    new JsonObject { ["Name"] = "Balance" },
                    Item("TransactionDate", long.Parse(EastAfrica.Digits(at))),
                    Item("PhoneNumber", long.Parse(order.Party))
                ),
            };
        }

        return new JsonObject { ["Body"] = new JsonObject { ["stkCallback"] = callback } };
    }

    static JsonObject Item(string name, JsonNode value) => new() { ["Name"] = name, ["Value"] = value };
}
