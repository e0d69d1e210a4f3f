using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Payments.Providers.Mpesa;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Providers.Kcb;

/// <summary>
/// KCB by Buni: prompts on phones, and transfers to its own and other banks' accounts. It signs what it tells of transfers, and nothing else.
/// </summary>
sealed class KcbRail : IRail, IDisposable
{
    /// <summary>KCB's own code among banks: transfers within it go another way.</summary>
    const string OwnBank = "01";

    readonly KcbSettings settings;
    readonly RailClient client;

    public KcbRail(IOptions<RailOptions> options, MessageLog log, TimeProvider time)
    {
        settings = options.Value.Kcb;
        client = new RailClient(settings, options.Value, log, time, AskToken, r => r.Status == 401);
    }

    public string Provider => "kcb";

    public string Name => "KCB";

    public bool IsOn => settings.IsOn;

    public bool IsUp => client.Breaker.IsClosed;

    public bool CanReverse => false;

    public RailSettings Settings => settings;

    // What comes in is M-Pesa's, in whole shillings.
    public RailTerms Terms(string kind) =>
        kind == CallKind.Collect
            ? new RailTerms(Decimals: 0, Math.Min(settings.Most, 250_000m), HasOwnId: false)
            : new RailTerms(Decimals: 2, settings.Most, HasOwnId: true);

    public Task<Verdict> Send(ProviderCall call, Party party, Uri callback, CancellationToken stop) =>
        call.IsCollect ? Prompt(call, party, callback, stop) : Transfer(call, party, stop);

    async Task<Verdict> Prompt(ProviderCall call, Party party, Uri callback, CancellationToken stop)
    {
        var body = new JsonObject
        {
            ["phoneNumber"] = party.Phone,
            ["amount"] = call.Digits,
            ["invoiceNumber"] = $"{settings.DebitAccount}-{call.Reference}",
            ["sharedShortCode"] = settings.OrgShortCode is not { Length: > 0 },
            ["orgShortCode"] = settings.OrgShortCode ?? "",
            ["orgPassKey"] = settings.OrgPassKey ?? "",
            ["callbackUrl"] = callback.ToString(),
            ["transactionDescription"] = "Top up",
        };
        var request = new RailRequest("stk push", HttpMethod.Post, "mm/api/request/1.0.0/stkpush", body, call.Id)
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["routeCode"] = "207",
                ["operation"] = "STKPush",
                ["messageId"] = $"{call.Id:N}",
            },
        };
        var reply = await client.Send(request, stop);
        if (reply.IsSilent(out var silent))
            return silent;
        if (reply.IsFine && reply.Text("header/statusCode") == "0" && reply.Text("response/ResponseCode") == "0")
            return new Verdict(VerdictKind.Pending)
            {
                VendorId = reply.Text("response/CheckoutRequestID"),
                VendorRef = reply.Text("response/MerchantRequestID"),
            };
        return Refused(reply, reply.Text("header/statusCode"), reply.Text("header/statusDescription"));
    }

    async Task<Verdict> Transfer(ProviderCall call, Party party, CancellationToken stop)
    {
        var body = new JsonObject
        {
            ["beneficiaryDetails"] = party.Name,
            ["companyCode"] = settings.CompanyCode,
            ["creditAccountNumber"] = party.Account,
            ["currency"] = call.Currency,
            ["debitAccountNumber"] = settings.DebitAccount,
            ["debitAmount"] = call.Amount,
            ["paymentDetails"] = "Withdrawal",
            ["transactionReference"] = call.Reference,
            ["transactionType"] = party.Bank == OwnBank ? "IF" : "PL",
            ["beneficiaryBankCode"] = party.Bank,
        };
        var reply = await client.Send(
            new RailRequest("transfer", HttpMethod.Post, "fundstransfer/1.0.0/api/v1/transfer", body, call.Id),
            stop
        );
        if (reply.IsSilent(out var silent))
            return silent;
        return reply.IsFine && reply.Text("statusCode") == "0"
            ? new Verdict(VerdictKind.Pending) { VendorId = reply.Text("retrievalRefNumber"), VendorRef = call.Reference }
            : Refused(reply, reply.Text("statusCode"), reply.Text("statusDescription"));
    }

    public Task<Verdict> Query(ProviderCall call, Party party, Func<Task<Uri>> answerTo, CancellationToken stop) =>
        call.IsCollect ? QueryPrompt(call, stop) : QueryTransfer(call, stop);

    async Task<Verdict> QueryPrompt(ProviderCall call, CancellationToken stop)
    {
        if (call.VendorId is null)
            return Verdict.Unclear("The vendor's id of the prompt is not known: its answer was lost.");
        var path = $"kcb/transaction/query/1.0.0/api/v1/payment/query/{Uri.EscapeDataString(call.VendorId)}";
        var reply = await client.Send(new RailRequest("stk query", HttpMethod.Get, path, Call: call.Id), stop);
        if (reply.IsSilent(out var silent))
            return silent;
        if (!reply.IsFine || reply.Text("header/statusCode") != "0")
            return Verdict.Unclear($"{reply.Reason} {reply.Text("header/statusDescription")}");
        return reply.Text("response/transactionStatus") switch
        {
            "SUCCESS" => new Verdict(VerdictKind.Succeeded)
            {
                Receipt = reply.Text("response/mpesaReceiptNumber"),
                Amount = MpesaCodes.Amount(reply.Text("response/amount")),
            },
            "FAILED" => reply.Text("response/resultCode") is "0" or null
                ? Verdict.No(RailRefusals.ProviderRefused, reply.Text("response/resultDesc") ?? "FAILED")
                : MpesaCodes.Of(reply.Text("response/resultCode"), reply.Text("response/resultDesc")),
            "PENDING" => Verdict.Pending,
            var other => Verdict.Unclear($"The status is {other}."),
        };
    }

    async Task<Verdict> QueryTransfer(ProviderCall call, CancellationToken stop)
    {
        var body = new JsonObject
        {
            ["header"] = new JsonObject
            {
                ["messageId"] = $"{call.Id:N}",
                ["featureCode"] = "101",
                ["serviceCode"] = "1004",
                ["channelCode"] = "206",
            },
            ["requestPayload"] = new JsonObject
            {
                ["transactionInfo"] = new JsonObject
                {
                    ["primaryData"] = new JsonObject { ["businessKey"] = call.Reference, ["businessKeyType"] = "FT.REF" },
                    ["additionalDetails"] = new JsonObject { ["companyCode"] = settings.CompanyCode },
                },
            },
        };
        var request = new RailRequest(
            "transfer query",
            HttpMethod.Post,
            "v1/core/t24/querytransaction/1.0.0/api/transactioninfo",
            body,
            call.Id
        )
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["messageID"] = $"{call.Id:N}", ["channelCode"] = "206" },
        };
        var reply = await client.Send(request, stop);
        if (reply.IsSilent(out var silent))
            return silent;
        if (reply.Text("header/statusCode") == "1")
            return new Verdict(VerdictKind.NoTrace, CallRules.SendAgain, reply.Text("header/statusDescription"));
        if (!reply.IsFine)
            return Verdict.Unclear(reply.Reason);
        const string at = "responsePayload/transactionInfo/";
        return Transferred(
            reply.Text(at + "primaryData/transactionStatus"),
            reply.Text(at + "additionalDetails/reason"),
            reply.Text(at + "additionalDetails/ftReference"),
            reply.Text(at + "additionalDetails/amount")
        );
    }

    public Notice? Read(CallbackText callback)
    {
        if (callback.Kind == "result")
            return StkCallback.Read(callback);
        if (callback.Json is not { } json || !IsSigned(callback))
            return null;
        if (json.At("transactionStatus") is { } status)
            return json.At("transactionReference") is { Length: > 0 } reference
                ? new Notice(
                    Transferred(
                        status,
                        json.At("transactionMessage") ?? json.At("statusDescription"),
                        json.At("ftReference"),
                        json.At("debitAmount")
                    ),
                    // A transfer that comes back is asked after: an older word of the bank may be the later to arrive.
                    IsProved: status == "SUCCESS"
                )
                {
                    Reference = reference,
                }
                : null;
        // What came in another currency, or to another account of the house, is not this rail's.
        return
            json.At("currency") is null or "KES"
            && (json.At("creditAccountIdentifier") is not { Length: > 0 } to || to == settings.DebitAccount)
            && json.At("transactionReference") is { Length: > 0 } receipt
            && MpesaCodes.Amount(json.At("transactionAmount")) is { } amount
            ? new Notice(Verdict.Pending, IsProved: true)
            {
                Incoming = new Incoming(receipt, amount, json.At("customerReference"), json.At("customerMobileNumber")),
            }
            : null;
    }

    static Verdict Transferred(string? status, string? words, string? receipt, string? amount) =>
        status switch
        {
            "SUCCESS" => new Verdict(VerdictKind.Succeeded) { Receipt = receipt, Amount = MpesaCodes.Amount(amount) },
            "FAILED" => Verdict.No(WhyFailed(words), $"FAILED: {words}"),
            "REVERSED" => new Verdict(VerdictKind.Returned, RailRefusals.Returned.Code, $"REVERSED: {words}"),
            "PENDING" => Verdict.Pending,
            _ => Verdict.Unclear($"The status is {status}."),
        };

    static Hazina.Platform.Http.RefusalType WhyFailed(string? words) =>
        words?.Contains("name", StringComparison.OrdinalIgnoreCase) == true ? RailRefusals.NameMismatch
        : words?.Contains("unavailable", StringComparison.OrdinalIgnoreCase) == true ? RailRefusals.RecipientUnavailable
        : RailRefusals.ProviderRefused;

    bool IsSigned(CallbackText callback)
    {
        if (callback.Signature is not { } text)
            return false;
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(settings.PublicKey);
            return key.VerifyData(
                Encoding.UTF8.GetBytes(callback.Body),
                Convert.FromBase64String(text),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            );
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    public Task<NameAnswer?> NameOf(string bank, string account, CancellationToken stop) => Task.FromResult<NameAnswer?>(null);

    /// <summary>It has answered, and not with a yes.</summary>
    static Verdict Refused(RailReply reply, string? code, string? words) =>
        reply.Status >= 500 || code is null ? Verdict.Unclear($"{reply.Reason} {words}")
        : reply.Status is 401 or 403 ? Verdict.No(RailRefusals.Misconfigured, $"{reply.Reason} {words}")
        : Verdict.No(RailRefusals.ProviderRefused, $"{code}: {words}");

    HttpRequestMessage AskToken() =>
        new(HttpMethod.Post, client.At(settings.TokenPath)) { Headers = { Authorization = RailClient.Basic(settings) } };

    public void Dispose() => client.Dispose();
}
