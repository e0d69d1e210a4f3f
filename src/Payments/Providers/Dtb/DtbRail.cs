using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Payments.Providers.Mpesa;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Providers.Dtb;

/// <summary>
/// DTB, whose interface is not published: a generic bank that collects in its app and pays within itself and by PesaLink. It takes our ids for both, so that
/// anything may be sent again.
/// </summary>
sealed class DtbRail : IRail, IDisposable
{
    /// <summary>DTB's own code among banks.</summary>
    const string OwnBank = "63";

    readonly DtbSettings settings;
    readonly RailClient client;

    public DtbRail(IOptions<RailOptions> options, MessageLog log, TimeProvider time)
    {
        settings = options.Value.Dtb;
        client = new RailClient(settings, options.Value, log, time, AskToken, r => r.Status == 401);
    }

    public string Provider => "dtb";

    public string Name => "DTB";

    public bool IsOn => settings.IsOn;

    public bool IsUp => client.Breaker.IsClosed;

    public bool CanReverse => false;

    public RailSettings Settings => settings;

    public RailTerms Terms(string kind) => new(Decimals: 2, settings.Most, HasOwnId: true);

    public async Task<Verdict> Send(ProviderCall call, Party party, Uri callback, CancellationToken stop)
    {
        var body = new JsonObject
        {
            ["originator_reference"] = call.Id.ToString(),
            ["amount"] = call.Digits,
            ["currency"] = call.Currency,
            ["reference"] = call.Reference,
            ["callback_url"] = callback.ToString(),
        };
        if (call.IsCollect)
        {
            body["debtor"] = new JsonObject
            {
                ["name"] = party.Name ?? "",
                ["account"] = party.Account ?? "",
                ["phone"] = party.Phone,
            };
        }
        else
        {
            body["remitter"] = new JsonObject { ["name"] = "Hazina", ["account"] = settings.Account };
            body["recipient"] = new JsonObject
            {
                ["name"] = party.Name,
                ["account"] = party.Account,
                ["bank_code"] = party.Bank,
            };
            body["route"] = party.Bank == OwnBank ? "internal" : "pesalink";
        }

        var what = call.IsCollect ? "collection" : "transfer";
        var reply = await client.Send(new RailRequest(what, HttpMethod.Post, $"v1/{what}s", body, call.Id), stop);
        if (reply.IsSilent(out var silent))
            return silent;
        if (reply.IsFine)
            return Of(reply.Json);
        return reply.Status switch
        {
            401 or 403 => Verdict.No(RailRefusals.Misconfigured, $"{reply.Reason}: {reply.Text("message")}"),
            >= 400 and < 500 => Verdict.No(
                reply.Text("code") == "limit_exceeded" ? RailRefusals.RailLimit : RailRefusals.ProviderRefused,
                $"{reply.Text("code")}: {reply.Text("message")}"
            ),
            _ => Verdict.Unclear(reply.Reason),
        };
    }

    public async Task<Verdict> Query(ProviderCall call, Party party, Func<Task<Uri>> answerTo, CancellationToken stop)
    {
        var what = call.IsCollect ? "collection" : "transfer";
        var reply = await client.Send(new RailRequest($"{what} query", HttpMethod.Get, $"v1/{what}s/{call.Id}", Call: call.Id), stop);
        return reply.IsSilent(out var silent) ? silent
            : reply.IsFine ? Of(reply.Json)
            : reply.Status == 404 ? new Verdict(VerdictKind.NoTrace, CallRules.SendAgain, reply.Text("message"))
            : Verdict.Unclear($"{reply.Reason}: {reply.Text("message")}");
    }

    /// <summary>A transfer or collection as the bank shows it.</summary>
    static Verdict Of(JsonElement json)
    {
        var verdict = json.At("status") switch
        {
            "pending" or "processing" => Verdict.Pending,
            "completed" => new Verdict(VerdictKind.Succeeded)
            {
                Receipt = json.At("bank_reference"),
                Amount = MpesaCodes.Amount(json.At("amount")),
            },
            "failed" => Failed(json.At("failure/code"), json.At("failure/message"), isPayout: json.TryGetProperty("recipient", out _)),
            "returned" => new Verdict(VerdictKind.Returned, RailRefusals.Returned.Code, json.At("failure/message") ?? "returned"),
            var other => Verdict.Unclear($"The status is {other}."),
        };
        return verdict with { VendorId = json.At("id") };
    }

    static Verdict Failed(string? code, string? words, bool isPayout)
    {
        var reason = $"{code}: {words}";
        return code switch
        {
            "insufficient_funds" when !isPayout => Verdict.No(RailRefusals.PayerLacksFunds, reason),
            "wrong_pin" => Verdict.No(RailRefusals.WrongPin, reason),
            "cancelled" => Verdict.No(RailRefusals.CancelledByPayer, reason) with { Kind = VerdictKind.Cancelled },
            "timeout" => Verdict.No(RailRefusals.PayerUnreachable, reason),
            "expired" => Verdict.No(RailRefusals.PromptExpired, reason),
            "recipient_unavailable" => Verdict.No(RailRefusals.RecipientUnavailable, reason),
            "locked" => Verdict.No(RailRefusals.PayerBusy, reason),
            "name_mismatch" => Verdict.No(RailRefusals.NameMismatch, reason),
            _ => Verdict.No(RailRefusals.ProviderRefused, reason),
        };
    }

    // Signed or not, the bank is asked: its words come out of order, and asking costs little.
    public Notice? Read(CallbackText callback) =>
        callback.Json is { } json
        && json.TryGetProperty("data", out var data)
        && data.ValueKind == JsonValueKind.Object
        && IsSigned(callback)
            ? new Notice(Of(data), IsProved: false)
            : null;

    bool IsSigned(CallbackText callback)
    {
        if (settings.CallbackSecret is not { Length: > 0 } secret)
            return true;
        var right = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(callback.Body)));
        return CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(right),
            Encoding.ASCII.GetBytes((callback.Signature ?? "").ToLowerInvariant())
        );
    }

    public async Task<NameAnswer?> NameOf(string bank, string account, CancellationToken stop)
    {
        var path = $"v1/name-check?account={Uri.EscapeDataString(account)}&bank_code={Uri.EscapeDataString(bank)}";
        var reply = await client.Send(new RailRequest("name check", HttpMethod.Get, path), stop);
        return reply.IsFine ? new NameAnswer(reply.Text("name"))
            : reply.Status == 404 ? new NameAnswer(null)
            : null;
    }

    HttpRequestMessage AskToken() =>
        new(HttpMethod.Post, client.At(settings.TokenPath))
        {
            Headers = { Authorization = RailClient.Basic(settings) },
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]),
        };

    public void Dispose() => client.Dispose();
}
