using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hazina.Simulator.Buni;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Dtb;

/// <summary><c>v1/transfers</c> and <c>v1/collections</c>. With the same originator_reference it is the same one.</summary>
sealed class BankOrders(Switchboard board, BookKind kind, string name)
{
    readonly Operation operation = kind == BookKind.Payout ? Operation.Payout : Operation.Collect;

    public async Task ServeAsync(HttpContext http, Fields fields)
    {
        if (Fault(fields) is { } fault)
        {
            await Switchboard.WriteAsync(http, fault);
            return;
        }

        var reference = fields.Text("originator_reference");
        var account = PartyOf(fields);
        var amount = fields.Cents("amount")!.Value;
        var attempt = board.Desk.Attempt(Rail.Dtb, operation, reference);
        await board.ServeAsync(
            http,
            new SimulatedCall(Rail.Dtb, operation, reference, account, amount, attempt),
            behaviour =>
            {
                var order = Ordered(fields, reference, account, amount, behaviour);
                var first = board.Desk.TakeOnce(reference, order);
                return first.Fingerprint != order.Fingerprint
                    ? DtbRoutes.Refused(409, "reference_conflict", "This reference was used for something else.", "originator_reference")
                    : new Answer(ReferenceEquals(first, order) ? 202 : 200, Body(first, first.Progress), first);
            }
        );
    }

    public Task QueryAsync(HttpContext http)
    {
        var reference = (string)http.Request.RouteValues["reference"]!;
        return board.ServeAsync(
            http,
            new SimulatedCall(Rail.Dtb, Operation.Query, reference, "", 0),
            _ =>
                board.Desk.FindByReference(Rail.Dtb, kind, reference) is { } order
                    ? new Answer(200, Body(order, order.Progress))
                    : DtbRoutes.Refused(404, "not_found", $"No {name} has this reference.")
        );
    }

    Order Ordered(Fields fields, string reference, string account, decimal amount, Behaviour behaviour)
    {
        var number = board.Ids.Next();
        return new Order
        {
            Rail = Rail.Dtb,
            Kind = kind,
            VendorId = $"dtb-{number:x}",
            Receipt = $"DTB{number}",
            OurId = reference,
            Party = account,
            Amount = amount,
            At = board.Now,
            Behaviour = behaviour,
            Text = $"Pay {amount:N2} to DTB {board.Credentials.DtbAccount} for {fields.Text("reference")}",
            Fingerprint = $"{account} {Theirs(fields).Text("bank_code")} {amount:F2}",
            Details = Details(fields),
            Tell = (order, why) => Tell(order, why, fields.Text("callback_url")),
        };
    }

    /// <summary>What was given, as it is given back.</summary>
    IReadOnlyList<(string Name, Func<JsonNode> Value)> Details(Fields fields)
    {
        var theirs = Theirs(fields);
        var (holder, account) = (theirs.Text("name"), theirs.Text("account"));
        var (second, value) = kind == BookKind.Payout ? ("bank_code", theirs.Text("bank_code")) : ("phone", theirs.Text("phone"));
        var (reference, route) = (fields.Text("reference"), fields.Text("route"));
        var details = new List<(string, Func<JsonNode>)>
        {
            (
                kind == BookKind.Payout ? "recipient" : "debtor",
                () =>
                    new JsonObject
                    {
                        ["name"] = holder,
                        ["account"] = account,
                        [second] = value,
                    }
            ),
            ("reference", () => reference),
        };
        if (kind == BookKind.Payout)
            details.Add(("route", () => route));
        return details;
    }

    IEnumerable<Callback> Tell(Order order, Telling why, string url)
    {
        var progress = why switch
        {
            Telling.Processing => new Progress(OrderState.Deciding, Outcome: null, At: null),
            Telling.Forged => new Progress(OrderState.Done, Outcome.Ok, board.Now),
            _ => order.Progress,
        };
        var what = progress.State == OrderState.Deciding ? "processing" : StatusOf(progress.State);
        var body = new JsonObject { ["event"] = $"{name}.{what}", ["data"] = Body(order, progress) };
        return Callback.To(Rail.Dtb, url, body, order.VendorId, why == Telling.Forged ? text => Sign(text, "somebody else's") : Sign);
    }

    (string, string) Sign(string body) => Sign(body, board.Credentials.DtbCallbackSecret);

    static (string, string) Sign(string body, string secret) =>
        ("X-DTB-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body))));

    static JsonObject Body(Order order, Progress progress)
    {
        var body = new JsonObject
        {
            ["id"] = order.VendorId,
            ["originator_reference"] = order.OurId,
            ["status"] = StatusOf(progress.State),
            ["amount"] = $"{order.Amount:F2}",
            ["currency"] = "KES",
        };
        foreach (var (detail, value) in order.Details)
            body[detail] = value();
        var isSettled = progress.State is OrderState.Done or OrderState.Reversed;
        body["bank_reference"] = isSettled ? order.Receipt : null;
        body["failure"] = progress.Outcome is { IsOk: false } outcome
            ? new JsonObject { ["code"] = outcome.BankCode, ["message"] = outcome.Text }
            : null;
        body["created_at"] = Rfc3339(order.At);
        body["settled_at"] = isSettled ? Rfc3339(progress.At ?? order.At) : null;
        return body;
    }

    static string Rfc3339(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}";

    static string StatusOf(OrderState state) =>
        state switch
        {
            OrderState.Done => "completed",
            OrderState.Failed => "failed",
            OrderState.Reversed => "returned",
            _ => "pending",
        };

    Fields Theirs(Fields fields) => fields.Object(kind == BookKind.Payout ? "recipient" : "debtor");

    /// <summary>Who is asked may be known by their phone alone.</summary>
    string PartyOf(Fields fields)
    {
        var theirs = Theirs(fields);
        var account = theirs.Text("account");
        return account.Length == 0 && kind == BookKind.Collect ? theirs.Text("phone") : account;
    }

    Answer? Fault(Fields fields)
    {
        var theirs = Theirs(fields);
        if (fields.Text("originator_reference").Length is 0 or > 100)
            return Invalid("originator_reference", "It has 1 to 100 signs.");
        if (PartyOf(fields).Length is 0 or > 34)
            return Invalid(kind == BookKind.Payout ? "recipient.account" : "debtor.account", "It has 1 to 34 signs.");
        if (fields.Cents("amount") is not { } amount)
            return Invalid("amount", "It is above zero with at most two decimals.");
        if (fields.Text("currency") != "KES")
            return Invalid("currency", "It must be KES.");
        if (fields.Text("reference").Length > 140)
            return Invalid("reference", "It has at most 140 signs.");
        if (fields.Text("callback_url").Length > 0 && !fields.IsUrl("callback_url"))
            return Invalid("callback_url", "It is no http address.");
        return kind == BookKind.Payout ? TransferFault(fields, theirs, amount) : null;
    }

    Answer? TransferFault(Fields fields, Fields theirs, decimal amount)
    {
        var route = fields.Text("route");
        if (route is not ("internal" or "pesalink" or "eft" or "rtgs"))
            return Invalid("route", "It is internal, pesalink, eft or rtgs.");
        if (theirs.Text("name").Length is 0 or > 140)
            return Invalid("recipient.name", "It has 1 to 140 signs.");
        if (theirs.Text("bank_code").Length == 0)
            return Invalid("recipient.bank_code", "A bank has a code.");
        if (fields.Object("remitter").Text("account") != board.Credentials.DtbAccount)
            return Invalid("remitter.account", "It is not an account of this client.");
        return route == "pesalink" && amount > FundsTransfer.PesaLinkMost
            ? DtbRoutes.Refused(422, "limit_exceeded", "PesaLink moves at most 999,999 at once.", "amount")
            : null;
    }

    static Answer Invalid(string field, string why) => DtbRoutes.Refused(400, "invalid_field", why, field);
}
