using System.Text.Json.Nodes;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Daraja;

/// <summary><c>POST mpesa/stkpushquery/v1/query</c>: what became of a prompt. While it is being decided that is an error, as with the vendor.</summary>
sealed class StkQuery(Switchboard board)
{
    public Task ServeAsync(HttpContext http, Fields fields)
    {
        var id = fields.Text("CheckoutRequestID");
        return board.ServeAsync(
            http,
            new SimulatedCall(Rail.Mpesa, Operation.Query, id, "", 0),
            _ =>
            {
                if (fields.Text("BusinessShortCode") != board.Credentials.MpesaShortCode)
                    return DarajaRoutes.Invalid(board, "BusinessShortCode");
                if (!StkPush.IsPassword(board, fields))
                    return DarajaRoutes.Error(board, "500.001.1001", "Wrong credentials");
                if (board.Desk.FindByVendorId(Rail.Mpesa, id) is not { Kind: BookKind.Collect } order)
                    return DarajaRoutes.Invalid(board, "CheckoutRequestID");
                if (order.Progress.Outcome is not { } outcome)
                    return DarajaRoutes.Error(board, "500.001.1001", "The transaction is being processed");
                return new Answer(
                    200,
                    new JsonObject
                    {
                        ["ResponseCode"] = "0",
                        ["ResponseDescription"] = "The service request has been accepted successfully",
                        ["MerchantRequestID"] = order.MerchantId,
                        ["CheckoutRequestID"] = order.VendorId,
                        ["ResultCode"] = outcome.Code,
                        ["ResultDesc"] = outcome.Text,
                    }
                );
            }
        );
    }
}
