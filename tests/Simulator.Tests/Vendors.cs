using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Hazina.Simulator.Tests;

/// <summary>A simulator, whom it calls back, and calls to it as an adapter would make them.</summary>
sealed class Vendors : IAsyncDisposable
{
    /// <summary>Nobody waits: a thousandth of a second is long enough to be later.</summary>
    static readonly SimulatorTiming Quick = new(
        TimeSpan.FromMilliseconds(1),
        TimeSpan.FromMilliseconds(3),
        TimeSpan.FromMilliseconds(10),
        TimeSpan.FromMilliseconds(30),
        TimeSpan.FromMilliseconds(30),
        TimeSpan.FromMilliseconds(20),
        TimeSpan.FromHours(1)
    );

    /// <summary>One for all, because making it takes longer than a test.</summary>
    static readonly string SigningKey = NewKey();

    readonly HttpClient client = new();
    readonly Dictionary<Rail, string> tokens = [];

    Vendors(RailSimulator rails, Receiver receiver) => (Rails, Receiver) = (rails, receiver);

    public RailSimulator Rails { get; }

    public Receiver Receiver { get; }

    public static SimulatorCredentials Credentials { get; } = new();

    public static async Task<Vendors> StartAsync(Func<RailSimulatorOptions, RailSimulatorOptions>? with = null)
    {
        var options = new RailSimulatorOptions { Timing = Quick, KcbSigningKey = SigningKey };
        var vendors = new Vendors(await RailSimulator.Start(with?.Invoke(options) ?? options), await Receiver.OpenAsync());
        vendors.Rails.Onboard(vendors.Receiver.Url("transfers"), vendors.Receiver.Url("notices"));
        return vendors;
    }

    static string NewKey()
    {
        using var key = RSA.Create(2048);
        return key.ExportRSAPrivateKeyPem();
    }

    public static AuthenticationHeaderValue Basic(string name, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content = null, AuthenticationHeaderValue? who = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Rails.Url, path)) { Content = content };
        request.Headers.Authorization = who;
        if (path.EndsWith("stkpush", StringComparison.Ordinal))
        {
            request.Headers.Add("routeCode", "207");
            request.Headers.Add("operation", "STKPush");
            request.Headers.Add("messageId", "a-message");
        }

        using var response = await client.SendAsync(request);
        return await Reply.Of(response);
    }

    public async Task<Reply> TokenAsync(Rail rail, string? secret = null) =>
        rail switch
        {
            Rail.Mpesa => await SendAsync(
                HttpMethod.Get,
                "daraja/oauth/v1/generate?grant_type=client_credentials",
                who: Basic(Credentials.MpesaConsumerKey, secret ?? Credentials.MpesaConsumerSecret)
            ),
            Rail.Kcb => await SendAsync(
                HttpMethod.Post,
                "buni/token?grant_type=client_credentials",
                who: Basic(Credentials.KcbClientId, secret ?? Credentials.KcbClientSecret)
            ),
            _ => await SendAsync(
                HttpMethod.Post,
                "dtb/oauth/token",
                new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]),
                Basic(Credentials.DtbClientId, secret ?? Credentials.DtbClientSecret)
            ),
        };

    /// <summary>With a token, as JSON.</summary>
    public async Task<Reply> CallAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        var rail =
            path.StartsWith("daraja", StringComparison.Ordinal) ? Rail.Mpesa
            : path.StartsWith("buni", StringComparison.Ordinal) ? Rail.Kcb
            : Rail.Dtb;
        string? token;
        lock (tokens)
            tokens.TryGetValue(rail, out token);
        if (token is null)
        {
            token = (string)(await TokenAsync(rail)).Is(HttpStatusCode.OK)["access_token"]!;
            lock (tokens)
                tokens[rail] = token;
        }

        return await SendAsync(
            method,
            path,
            body is null ? null : JsonContent.Create(body),
            new AuthenticationHeaderValue("Bearer", token)
        );
    }

    public Task<Reply> PostAsync(string path, JsonNode body) => CallAsync(HttpMethod.Post, path, body);

    public Task<Reply> GetAsync(string path) => CallAsync(HttpMethod.Get, path);

    public JsonObject StkBody(string phone = "254712345678", decimal amount = 1250, string reference = "INV1") =>
        new()
        {
            ["BusinessShortCode"] = Credentials.MpesaShortCode,
            ["Password"] = Password("20261121183000"),
            ["Timestamp"] = "20261121183000",
            ["TransactionType"] = "CustomerPayBillOnline",
            ["Amount"] = amount,
            ["PartyA"] = phone,
            ["PartyB"] = Credentials.MpesaShortCode,
            ["PhoneNumber"] = phone,
            ["CallBackURL"] = Receiver.Url("stk").ToString(),
            ["AccountReference"] = reference,
            ["TransactionDesc"] = "Top up",
        };

    public static string Password(string timestamp) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials.MpesaShortCode + Credentials.MpesaPasskey + timestamp));

    public Task<Reply> StkPushAsync(string phone = "254712345678", decimal amount = 1250, string reference = "INV1") =>
        PostAsync("daraja/mpesa/stkpush/v1/processrequest", StkBody(phone, amount, reference));

    public Task<Reply> StkQueryAsync(string checkout) =>
        PostAsync(
            "daraja/mpesa/stkpushquery/v1/query",
            new JsonObject
            {
                ["BusinessShortCode"] = Credentials.MpesaShortCode,
                ["Password"] = Password("20261121183001"),
                ["Timestamp"] = "20261121183001",
                ["CheckoutRequestID"] = checkout,
            }
        );

    public JsonObject B2cBody(string id, string phone = "254712345678", decimal amount = 500) =>
        new()
        {
            ["OriginatorConversationID"] = id,
            ["InitiatorName"] = Credentials.MpesaInitiator,
            ["SecurityCredential"] = Credentials.MpesaSecurityCredential,
            ["CommandID"] = "BusinessPayment",
            ["Amount"] = amount,
            ["PartyA"] = Credentials.MpesaShortCode,
            ["PartyB"] = phone,
            ["Remarks"] = "Withdrawal",
            ["QueueTimeOutURL"] = Receiver.Url("timeout").ToString(),
            ["ResultURL"] = Receiver.Url("result").ToString(),
            ["Occasion"] = "",
        };

    public Task<Reply> B2cAsync(string id, string phone = "254712345678", decimal amount = 500) =>
        PostAsync("daraja/mpesa/b2c/v3/paymentrequest", B2cBody(id, phone, amount));

    public Task<Reply> KcbPushAsync(string phone = "254712345678", decimal amount = 1250) =>
        PostAsync(
            "buni/mm/api/request/1.0.0/stkpush",
            new JsonObject
            {
                ["phoneNumber"] = phone,
                ["amount"] = $"{amount}",
                ["invoiceNumber"] = "1100000001-INV1",
                ["sharedShortCode"] = true,
                ["orgShortCode"] = "",
                ["orgPassKey"] = "",
                ["callbackUrl"] = Receiver.Url("kcb").ToString(),
                ["transactionDescription"] = "Top up",
            }
        );

    public Task<Reply> KcbTransferAsync(string id, string account = "1234567890", decimal amount = 2500.50m, string type = "IF") =>
        PostAsync(
            "buni/fundstransfer/1.0.0/api/v1/transfer",
            new JsonObject
            {
                ["beneficiaryDetails"] = "Asha Mwangi",
                ["companyCode"] = Credentials.KcbCompanyCode,
                ["creditAccountNumber"] = account,
                ["currency"] = "KES",
                ["debitAccountNumber"] = Credentials.KcbAccount,
                ["debitAmount"] = amount,
                ["paymentDetails"] = "Withdrawal",
                ["transactionReference"] = id,
                ["transactionType"] = type,
                ["beneficiaryBankCode"] = type == "MO" ? "MPESA" : "01",
            }
        );

    public async Task<JsonNode> KcbQueryAsync(string id) =>
        (
            await PostAsync(
                "buni/v1/core/t24/querytransaction/1.0.0/api/transactioninfo",
                new JsonObject
                {
                    ["header"] = new JsonObject { ["messageId"] = "m1" },
                    ["requestPayload"] = new JsonObject
                    {
                        ["transactionInfo"] = new JsonObject
                        {
                            ["primaryData"] = new JsonObject { ["businessKey"] = id, ["businessKeyType"] = "FT.REF" },
                        },
                    },
                }
            )
        ).Is(HttpStatusCode.OK);

    public Task<Reply> DtbTransferAsync(string id, string account = "0712345678", decimal amount = 2500.50m, string route = "pesalink") =>
        PostAsync(
            "dtb/v1/transfers",
            new JsonObject
            {
                ["originator_reference"] = id,
                ["remitter"] = new JsonObject { ["name"] = "Hazina", ["account"] = Credentials.DtbAccount },
                ["recipient"] = new JsonObject
                {
                    ["name"] = "Asha Mwangi",
                    ["account"] = account,
                    ["bank_code"] = "01",
                },
                ["route"] = route,
                ["amount"] = $"{amount:F2}",
                ["currency"] = "KES",
                ["reference"] = "Withdrawal",
                ["callback_url"] = Receiver.Url("dtb").ToString(),
            }
        );

    public Task<Reply> DtbCollectAsync(string id, string account = "0712345678", decimal amount = 1250) =>
        PostAsync(
            "dtb/v1/collections",
            new JsonObject
            {
                ["originator_reference"] = id,
                ["debtor"] = new JsonObject
                {
                    ["name"] = "Asha Mwangi",
                    ["account"] = account,
                    ["phone"] = "254712345678",
                },
                ["amount"] = $"{amount:F2}",
                ["currency"] = "KES",
                ["reference"] = "Top up",
                ["callback_url"] = Receiver.Url("dtb").ToString(),
            }
        );

    public async ValueTask DisposeAsync()
    {
        await Rails.DisposeAsync();
        client.Dispose();
    }
}
