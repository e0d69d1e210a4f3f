using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Daraja;

/// <summary>Payments that customers start themselves: where to tell of them, and how they come about.</summary>
sealed class C2b(Switchboard board)
{
    sealed record Urls(string Confirmation, string Validation, bool GoesOnWithoutAnswer);

    readonly ConcurrentDictionary<string, Urls> registered = new(StringComparer.Ordinal);

    /// <summary><c>POST mpesa/c2b/v1/registerurl</c>. The last one counts.</summary>
    public Task RegisterAsync(HttpContext http, Fields fields)
    {
        var shortCode = fields.Text("ShortCode");
        return board.ServeAsync(
            http,
            new SimulatedCall(Rail.Mpesa, Operation.Register, shortCode, "", 0),
            _ =>
            {
                var field =
                    shortCode != board.Credentials.MpesaShortCode ? "ShortCode"
                    : fields.Text("ResponseType") is not ("Completed" or "Cancelled") ? "ResponseType"
                    : !fields.IsUrl("ConfirmationURL") ? "ConfirmationURL"
                    : fields.Text("ValidationURL").Length > 0 && !fields.IsUrl("ValidationURL") ? "ValidationURL"
                    : null;
                if (field is not null)
                    return DarajaRoutes.Invalid(board, field);
                registered[shortCode] = new Urls(
                    fields.Text("ConfirmationURL"),
                    fields.Text("ValidationURL"),
                    fields.Text("ResponseType") == "Completed"
                );
                return new Answer(
                    200,
                    new JsonObject
                    {
                        // Spelled so by the vendor.
                        ["OriginatorCoversationID"] = board.Ids.Request(),
                        ["ResponseCode"] = "0",
                        ["ResponseDescription"] = "success",
                    }
                );
            }
        );
    }

    /// <summary><c>POST mpesa/c2b/v1/simulate</c>, which sandboxes have.</summary>
    public async Task SimulateAsync(HttpContext http, Fields fields)
    {
        var field =
            fields.Text("ShortCode") != board.Credentials.MpesaShortCode ? "ShortCode"
            : fields.Shillings("Amount") is null ? "Amount"
            : !Fields.IsPhone(fields.Text("Msisdn")) ? "Msisdn"
            : null;
        if (field is not null)
        {
            await Switchboard.WriteAsync(http, DarajaRoutes.Invalid(board, field));
            return;
        }

        await PayAsync(fields.Text("BillRefNumber"), fields.Shillings("Amount")!.Value, fields.Text("Msisdn"));
        await Switchboard.WriteAsync(http, Results.Acknowledge(board.Ids.Conversation(board.Now), board.Ids.Request()));
    }

    /// <summary>A customer pays to the paybill.</summary>
    /// <returns>The payment; null where validation refused it.</returns>
    public async Task<Order?> PayAsync(string account, decimal amount, string phone)
    {
        var now = board.Now;
        var receipt = board.Ids.Receipt();
        var order = new Order
        {
            Rail = Rail.Mpesa,
            Kind = BookKind.C2b,
            VendorId = receipt,
            Receipt = receipt,
            OurId = account,
            Party = phone,
            Amount = amount,
            At = now,
            Behaviour = board.BehaviourOf(new SimulatedCall(Rail.Mpesa, Operation.CustomerPayment, account, phone, amount)),
            Tell = Tell,
        };
        if (!await IsValidAsync(order))
            return null;
        board.Desk.Take(order);
        return order;
    }

    async Task<bool> IsValidAsync(Order order)
    {
        if (!registered.TryGetValue(board.Credentials.MpesaShortCode, out var urls) || urls.Validation.Length == 0)
            return true;
        var callback = Callback.To(Rail.Mpesa, urls.Validation, Body(order, order.Receipt, balance: ""), order.Receipt).Single();
        var sent = await board.Callbacks.PostAsync(callback);
        try
        {
            return sent.Answer is null || sent.Status is not 200
                ? urls.GoesOnWithoutAnswer
                : new Fields(JsonNode.Parse(sent.Answer)).Text("ResultCode") == "0";
        }
        catch (JsonException)
        {
            return urls.GoesOnWithoutAnswer;
        }
    }

    IEnumerable<Callback> Tell(Order order, Telling why) =>
        why == Telling.Forged ? Confirmation(order, board.Ids.Receipt())
        : why == Telling.Outcome && order.Progress.State is OrderState.Done or OrderState.Reversed ? Confirmation(order)
        : [];

    public IEnumerable<Callback> Confirmation(Order order, string? receipt = null) =>
        registered.TryGetValue(board.Credentials.MpesaShortCode, out var urls)
            ? Callback.To(
                Rail.Mpesa,
                urls.Confirmation,
                Body(order, receipt ?? order.Receipt, $"{board.Book.Balance(Rail.Mpesa):F2}"),
                order.Receipt
            )
            : [];

    JsonObject Body(Order order, string receipt, string balance)
    {
        var (first, last) = board.Names.Of(order.Party);
        return new JsonObject
        {
            ["TransactionType"] = "Pay Bill",
            ["TransID"] = receipt,
            ["TransTime"] = EastAfrica.Digits(order.Progress.At ?? order.At),
            ["TransAmount"] = $"{order.Amount:F2}",
            ["BusinessShortCode"] = board.Credentials.MpesaShortCode,
            ["BillRefNumber"] = order.OurId,
            ["InvoiceNumber"] = "",
            ["OrgAccountBalance"] = balance,
            ["ThirdPartyTransID"] = "",
            ["MSISDN"] = order.Party,
            ["FirstName"] = first,
            ["MiddleName"] = "",
            ["LastName"] = last,
        };
    }
}
