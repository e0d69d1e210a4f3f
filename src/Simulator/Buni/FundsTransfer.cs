using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Buni;

/// <summary>KCB's transfers to accounts, banks and phones. With the same transactionReference it is the same transfer.</summary>
sealed class FundsTransfer(Switchboard board, BankNotices notices)
{
    /// <summary>The most of one transfer through PesaLink.</summary>
    public const decimal PesaLinkMost = 999_999;

    /// <summary><c>POST fundstransfer/1.0.0/api/v1/transfer</c>.</summary>
    public async Task ServeAsync(HttpContext http, Fields fields)
    {
        if (Fault(fields) is { } what)
        {
            await Switchboard.WriteAsync(http, Refused(400, $"Invalid {what}"));
            return;
        }

        var reference = fields.Text("transactionReference");
        var account = fields.Text("creditAccountNumber");
        var amount = fields.Cents("debitAmount")!.Value;
        if (fields.Text("transactionType") == "PL" && amount > PesaLinkMost)
        {
            await Switchboard.WriteAsync(http, Refused(200, "Amount is above the limit of PesaLink"));
            return;
        }

        await board.ServeAsync(
            http,
            new SimulatedCall(
                Rail.Kcb,
                Operation.Payout,
                reference,
                account,
                amount,
                board.Desk.Attempt(Rail.Kcb, Operation.Payout, reference)
            ),
            behaviour => Transfer(fields, reference, account, amount, behaviour)
        );
    }

    Answer Transfer(Fields fields, string reference, string account, decimal amount, Behaviour behaviour)
    {
        var order = new Order
        {
            Rail = Rail.Kcb,
            Kind = BookKind.Payout,
            VendorId = $"FT{board.Ids.Next():D14}",
            MerchantId = Guid.CreateVersion7().ToString(),
            Receipt = board.Ids.Receipt(),
            OurId = reference,
            Party = account,
            Amount = amount,
            At = board.Now,
            Behaviour = behaviour,
            Fingerprint = $"{account} {fields.Text("beneficiaryBankCode")} {amount:F2}",
            Tell = Tell,
        };
        var first = board.Desk.TakeOnce(reference, order);
        return first.Fingerprint != order.Fingerprint
            ? Refused(200, "Duplicate transaction reference")
            : new Answer(
                200,
                new JsonObject
                {
                    ["statusCode"] = "0",
                    ["statusMessage"] = "Success",
                    ["statusDescription"] = "Transaction accepted for processing",
                    ["merchantID"] = first.MerchantId,
                    ["retrievalRefNumber"] = first.VendorId,
                },
                first
            );
    }

    /// <summary><c>POST v1/core/t24/querytransaction/1.0.0/api/transactioninfo</c>.</summary>
    public Task QueryAsync(HttpContext http, Fields fields)
    {
        var asked = fields.Object("requestPayload").Object("transactionInfo").Object("primaryData");
        var reference = asked.Text("businessKey");
        return board.ServeAsync(
            http,
            new SimulatedCall(Rail.Kcb, Operation.Query, reference, "", 0),
            _ =>
            {
                var order = board.Desk.FindByReference(Rail.Kcb, BookKind.Payout, reference);
                var header = new JsonObject
                {
                    ["messageID"] = fields.Object("header").Text("messageId"),
                    ["statusCode"] = order is null ? "1" : "0",
                    ["statusDescription"] = order is null ? "Transaction not found" : "Success",
                };
                if (order is null)
                    return new Answer(200, new JsonObject { ["header"] = header });
                var info = new JsonObject
                {
                    ["primaryData"] = new JsonObject
                    {
                        ["businessKey"] = reference,
                        ["businessKeyType"] = "FT.REF",
                        ["transactionStatus"] = StatusOf(order.Progress.State),
                    },
                    ["additionalDetails"] = new JsonObject
                    {
                        ["ftReference"] = order.Receipt,
                        ["retrievalRefNumber"] = order.VendorId,
                        ["amount"] = $"{order.Amount:F2}",
                        ["currency"] = "KES",
                        ["reason"] = order.Progress.Outcome is { IsOk: false } outcome ? outcome.Text : "",
                    },
                };
                return new Answer(
                    200,
                    new JsonObject
                    {
                        ["header"] = header,
                        ["responsePayload"] = new JsonObject { ["transactionInfo"] = info },
                    }
                );
            }
        );
    }

    IEnumerable<Callback> Tell(Order order, Telling why)
    {
        if (why == Telling.Processing)
            return [];
        var isForged = why == Telling.Forged;
        var progress = isForged ? new Progress(OrderState.Done, Outcome.Ok, board.Now) : order.Progress;
        var isDone = progress.State == OrderState.Done;
        var body = new JsonObject
        {
            ["transactionReference"] = order.OurId,
            ["merchantID"] = order.MerchantId,
            ["retrievalRefNumber"] = order.VendorId,
            ["ftReference"] = isForged ? board.Ids.Receipt() : order.Receipt,
            ["transactionStatus"] = StatusOf(progress.State),
            ["statusCode"] = isDone ? "0" : "1",
            ["statusDescription"] = isDone ? "Success" : progress.Outcome!.BankCode,
            ["transactionMessage"] = isDone ? "Transaction processed successfully" : progress.Outcome!.Text,
            ["debitAmount"] = $"{order.Amount:F2}",
            ["currency"] = "KES",
            ["transactionDate"] = EastAfrica.Digits(progress.At ?? order.At),
        };
        return Callback.To(Rail.Kcb, notices.Transfers?.ToString(), body, order.VendorId, isForged ? BankNotices.Forge : notices.Sign);
    }

    public static string StatusOf(OrderState state) =>
        state switch
        {
            OrderState.Done => "SUCCESS",
            OrderState.Failed => "FAILED",
            OrderState.Reversed => "REVERSED",
            _ => "PENDING",
        };

    static Answer Refused(int status, string why) =>
        new(
            status,
            new JsonObject
            {
                ["statusCode"] = "1",
                ["statusMessage"] = "Failed",
                ["statusDescription"] = why,
            }
        );

    /// <summary>The field that is wrong.</summary>
    string? Fault(Fields fields)
    {
        var type = fields.Text("transactionType");
        if (fields.Text("companyCode") != board.Credentials.KcbCompanyCode)
            return "companyCode";
        if (fields.Text("debitAccountNumber") != board.Credentials.KcbAccount)
            return "debitAccountNumber";
        if (fields.Text("creditAccountNumber").Length is 0 or > 20)
            return "creditAccountNumber";
        if (fields.Text("currency") != "KES")
            return "currency";
        if (fields.Cents("debitAmount") is null)
            return "debitAmount";
        if (fields.Text("transactionReference").Length is 0 or > 12)
            return "transactionReference";
        if (type is not ("IF" or "EF" or "RT" or "PL" or "MO"))
            return "transactionType";
        if (fields.Text("beneficiaryBankCode").Length == 0)
            return "beneficiaryBankCode";
        if (type == "MO" && (!Fields.IsPhone(fields.Text("creditAccountNumber")) || fields.Text("beneficiaryBankCode") != "MPESA"))
            return "beneficiaryBankCode";
        return fields.Text("paymentDetails").Length > 35 ? "paymentDetails" : null;
    }
}
