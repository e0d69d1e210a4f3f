using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Providers.Mpesa;

/// <summary>M-Pesa by Daraja: prompts on phones (STK push), money to phones (B2C), and the question what became of either.</summary>
sealed class MpesaRail : IRail, IDisposable
{
    // A customer's own lines: East Africa Time, without summer time.
    static readonly TimeSpan Nairobi = TimeSpan.FromHours(3);

    readonly MpesaSettings settings;
    readonly TimeProvider time;
    readonly RailClient client;

    public MpesaRail(IOptions<RailOptions> options, MessageLog log, TimeProvider time)
    {
        (settings, this.time) = (options.Value.Mpesa, time);
        client = new RailClient(settings, options.Value, log, time, AskToken, IsTokenRefused);
    }

    public string Provider => "mpesa";

    public string Name => "M-Pesa";

    public bool IsOn => settings.IsOn;

    public bool IsUp => client.Breaker.IsClosed;

    public bool CanReverse => true;

    public RailSettings Settings => settings;

    public RailTerms Terms(string kind) => new(Decimals: 0, settings.Most, HasOwnId: kind == CallKind.Payout);

    public Task<Verdict> Send(ProviderCall call, Party party, Uri callback, CancellationToken stop) =>
        call.IsCollect ? Prompt(call, party, callback, stop)
        : call.IsReversal ? Reverse(call, party, callback, stop)
        : Pay(call, party, callback, stop);

    async Task<Verdict> Prompt(ProviderCall call, Party party, Uri callback, CancellationToken stop)
    {
        var (password, timestamp) = Password();
        var body = new JsonObject
        {
            ["BusinessShortCode"] = settings.ShortCode,
            ["Password"] = password,
            ["Timestamp"] = timestamp,
            ["TransactionType"] = settings.TransactionType,
            ["Amount"] = (long)call.Amount,
            ["PartyA"] = party.Phone,
            ["PartyB"] = settings.ShortCode,
            ["PhoneNumber"] = party.Phone,
            ["CallBackURL"] = callback.ToString(),
            ["AccountReference"] = call.Reference,
            ["TransactionDesc"] = "Top up",
        };
        var reply = await Ask("stk push", "mpesa/stkpush/v1/processrequest", call, body, stop);
        return Accepted(reply)
            ?? new Verdict(VerdictKind.Pending) { VendorId = reply.Text("CheckoutRequestID"), VendorRef = reply.Text("MerchantRequestID") };
    }

    async Task<Verdict> Pay(ProviderCall call, Party party, Uri callback, CancellationToken stop)
    {
        var body = new JsonObject
        {
            ["OriginatorConversationID"] = call.Id.ToString(),
            ["InitiatorName"] = settings.Initiator,
            ["SecurityCredential"] = settings.SecurityCredential,
            ["CommandID"] = "BusinessPayment",
            ["Amount"] = (long)call.Amount,
            ["PartyA"] = settings.ShortCode,
            ["PartyB"] = party.Phone,
            ["Remarks"] = "Withdrawal",
            ["QueueTimeOutURL"] = callback.ToString(),
            ["ResultURL"] = callback.ToString(),
            ["Occasion"] = call.Reference,
        };
        var reply = await Ask("b2c", "mpesa/b2c/v3/paymentrequest", call, body, stop);
        return Accepted(reply) ?? new Verdict(VerdictKind.Pending) { VendorId = reply.Text("ConversationID") };
    }

    /// <summary>The vendor takes no id of ours for it, so an answer that was lost is found out by what it has sent back.</summary>
    async Task<Verdict> Reverse(ProviderCall call, Party party, Uri callback, CancellationToken stop)
    {
        var body = new JsonObject
        {
            ["Initiator"] = settings.Initiator,
            ["SecurityCredential"] = settings.SecurityCredential,
            ["CommandID"] = "TransactionReversal",
            ["TransactionID"] = party.Reverses,
            ["Amount"] = (long)call.Amount,
            ["ReceiverParty"] = settings.ShortCode,
            // Spelled so by the vendor.
            ["RecieverIdentifierType"] = "11",
            ["ResultURL"] = callback.ToString(),
            ["QueueTimeOutURL"] = callback.ToString(),
            ["Remarks"] = "Reversal",
            ["Occasion"] = call.Reference,
        };
        var reply = await Ask("reversal", "mpesa/reversal/v1/request", call, body, stop);
        return Accepted(reply)
            ?? new Verdict(VerdictKind.Pending)
            {
                VendorId = reply.Text("ConversationID"),
                VendorRef = reply.Text("OriginatorConversationID"),
            };
    }

    public async Task<Verdict> Query(ProviderCall call, Party party, Func<Task<Uri>> answerTo, CancellationToken stop)
    {
        if (call.IsCollect && call.Purpose != IncomingMoney.Purpose)
            return await QueryPrompt(call, stop);
        var answer = (await answerTo()).ToString();
        var body = new JsonObject
        {
            ["Initiator"] = settings.Initiator,
            ["SecurityCredential"] = settings.SecurityCredential,
            ["CommandID"] = "TransactionStatusQuery",
            ["PartyA"] = settings.ShortCode,
            ["IdentifierType"] = "4",
            ["ResultURL"] = answer,
            ["QueueTimeOutURL"] = answer,
            ["Remarks"] = "Status",
            ["Occasion"] = "",
        };
        // What came in without being asked for is known by its receipt, what we have sent by our own id; a reversal by the one that the vendor gave to our
        // request. Every other time (a question and its answer count each), and where its answer was lost, by what it sends back: that tells of it as well.
        var (name, value) =
            call.IsCollect ? ("TransactionID", call.VendorId)
            : !call.IsReversal ? ("OriginatorConversationID", call.Id.ToString())
            : call.VendorRef is { } request && call.Queries / 2 % 2 == 0 ? ("OriginatorConversationID", request)
            : ("TransactionID", party.Reverses);
        body[name] = value;
        var reply = await Ask("transaction status", "mpesa/transactionstatus/v1/query", call, body, stop);
        return reply.IsSilent(out var silent) ? silent
            : reply.Text("ResponseCode") == "0" ? new Verdict(VerdictKind.AnswersLater)
            : Verdict.Unclear($"{reply.Text("errorCode")}: {reply.Text("errorMessage")}");
    }

    async Task<Verdict> QueryPrompt(ProviderCall call, CancellationToken stop)
    {
        if (call.VendorId is null)
            return Verdict.Unclear("The vendor's id of the prompt is not known: its answer was lost.");
        var (password, timestamp) = Password();
        var body = new JsonObject
        {
            ["BusinessShortCode"] = settings.ShortCode,
            ["Password"] = password,
            ["Timestamp"] = timestamp,
            ["CheckoutRequestID"] = call.VendorId,
        };
        var reply = await Ask("stk query", "mpesa/stkpushquery/v1/query", call, body, stop);
        if (reply.IsSilent(out var silent))
            return silent;
        if (reply.Text("errorCode") is { } error)
            // An error of the question is no word about the prompt.
            return MpesaCodes.OfError(error, reply.Text("errorMessage")).Kind == VerdictKind.Pending
                ? Verdict.Pending
                : Verdict.Unclear($"{error}: {reply.Text("errorMessage")}");
        // A code that nobody has told us of ends nothing: some of them mean that the prompt is still open.
        var verdict = MpesaCodes.Of(reply.Text("ResultCode"), reply.Text("ResultDesc"));
        return verdict.Code == RailRefusals.ProviderRefused.Code ? Verdict.Unclear(verdict.Reason ?? "An unknown result code.") : verdict;
    }

    public Notice? Read(CallbackText callback)
    {
        if (callback.Json is not { } json)
            return null;
        if (json.At("TransID") is { Length: > 0 } receipt)
            return MpesaCodes.Amount(json.At("TransAmount")) is { } amount && json.At("BusinessShortCode") == settings.ShortCode
                ? new Notice(Verdict.Pending, IsProved: false)
                {
                    Incoming = new Incoming(receipt, amount, json.At("BillRefNumber"), json.At("MSISDN")),
                }
                : null;
        if (!json.TryGetProperty("Result", out var result))
            return StkCallback.Read(callback);
        return callback.Kind != "status" ? new Notice(PaidOf(result), IsProved: false)
            : callback.Reverses is { } reversed ? new Notice(ReversalOf(result, reversed), IsProved: true)
            : new Notice(StatusOf(result), IsProved: true);
    }

    /// <summary>The answer to a question after a reversal: it tells of the reversal, or of what that was to send back.</summary>
    static Verdict ReversalOf(JsonElement result, string reversed)
    {
        var status = Parameter(result, "TransactionStatus");
        if (Parameter(result, "ReceiptNo") is not { } receipt)
            return Verdict.Unclear($"{result.At("ResultCode")}: {result.At("ResultDesc")}");
        if (receipt != reversed)
            return status == "Reversed" ? Verdict.Unclear("The reversal is Reversed.") : StatusOf(result);
        // Sent back whole and once, so it was by us. If it is still there, the reversal may be under way.
        return status == "Reversed"
            ? new Verdict(VerdictKind.Succeeded) { Amount = MpesaCodes.Amount(Parameter(result, "Amount")) }
            : Verdict.Unclear($"What is to be sent back is {status}.");
    }

    /// <summary>The result of a payout.</summary>
    static Verdict PaidOf(JsonElement result) =>
        MpesaCodes.OfPayout(result.At("ResultCode"), result.At("ResultDesc")) with
        {
            VendorId = result.At("ConversationID"),
            Receipt = result.At("TransactionID"),
        };

    /// <summary>The answer to a question: on a path that was made for it alone.</summary>
    static Verdict StatusOf(JsonElement result)
    {
        var code = result.At("ResultCode");
        if (code == "2032")
            return new Verdict(VerdictKind.NoTrace, CallRules.SendAgain, result.At("ResultDesc"));
        if (code != "0")
            return Verdict.Unclear($"{code}: {result.At("ResultDesc")}");
        var reason = Parameter(result, "TransactionReason") ?? "";
        var known = reason.Split(' ', 2);
        var verdict = Parameter(result, "TransactionStatus") switch
        {
            "Completed" => new Verdict(VerdictKind.Succeeded),
            "Pending" => Verdict.Pending,
            "Reversed" => new Verdict(VerdictKind.Returned, RailRefusals.Returned.Code, reason),
            "Failed" => MpesaCodes.OfPayout(known[0] is "0" or "" ? "failed" : known[0], known.Length > 1 ? known[1] : ""),
            var other => Verdict.Unclear($"The status is {other}."),
        };
        return verdict with
        {
            Receipt = verdict.Kind == VerdictKind.Succeeded ? Parameter(result, "ReceiptNo") : null,
            Amount = MpesaCodes.Amount(Parameter(result, "Amount")),
        };
    }

    static string? Parameter(JsonElement result, string key)
    {
        if (
            !result.TryGetProperty("ResultParameters", out var parameters)
            || parameters.ValueKind != JsonValueKind.Object
            || !parameters.TryGetProperty("ResultParameter", out var list)
            || list.ValueKind != JsonValueKind.Array
        )
            return null;
        return list.EnumerateArray().Where(p => p.At("Key") == key).Select(p => p.At("Value")).FirstOrDefault();
    }

    public Task<NameAnswer?> NameOf(string bank, string account, CancellationToken stop) => Task.FromResult<NameAnswer?>(null);

    Task<RailReply> Ask(string what, string path, ProviderCall call, JsonObject body, CancellationToken stop) =>
        client.Send(new RailRequest(what, HttpMethod.Post, path, body, call.Id), stop);

    /// <summary>Null where it was taken.</summary>
    static Verdict? Accepted(RailReply reply)
    {
        if (reply.IsSilent(out var silent))
            return silent;
        if (reply.IsFine && reply.Text("ResponseCode") is { } code)
            return code == "0" ? null : Verdict.No(RailRefusals.ProviderRefused, $"{code}: {reply.Text("ResponseDescription")}");
        return MpesaCodes.OfError(reply.Text("errorCode"), reply.Text("errorMessage"));
    }

    HttpRequestMessage AskToken() =>
        new(HttpMethod.Get, client.At("oauth/v1/generate?grant_type=client_credentials"))
        {
            Headers = { Authorization = RailClient.Basic(settings) },
        };

    static bool IsTokenRefused(RailReply reply) => reply.Status == 401 || reply.Text("errorCode") == "404.001.03";

    (string Password, string Timestamp) Password()
    {
        var timestamp = time.GetUtcNow().ToOffset(Nairobi).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        var plain = $"{settings.ShortCode}{settings.Passkey}{timestamp}";
        return (Convert.ToBase64String(Encoding.UTF8.GetBytes(plain)), timestamp);
    }

    public void Dispose() => client.Dispose();
}
