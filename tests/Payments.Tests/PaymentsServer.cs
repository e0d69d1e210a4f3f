using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests;

/// <summary>Where a server and its rails are to listen: each has to know the other before either is there.</summary>
public sealed record RailPorts(int Server, int Rails, string KcbKey)
{
    static readonly ConcurrentDictionary<int, bool> Given = new();

    public static RailPorts New()
    {
        using var key = RSA.Create(2048);
        return new RailPorts(Free(), Free(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>
    /// One that nobody listens on, and that the system gives to no connection: whoever is started again there finds it free. Nobody else here is given it.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
            }
            catch (SocketException)
            {
                continue;
            }

            if (Given.TryAdd(port, true))
                return port;
        }
    }
}

/// <summary>One server for the tests that share it, with the rails' simulator beside it; both hurry.</summary>
public class PaymentsServer : AccountsServer, IAsyncLifetime
{
    /// <summary>On which what nobody has asked for is told.</summary>
    public const string NoticeSecret = "notices-of-the-tests-01";

    /// <summary>How long the simulator leaves late things, which is after sessions have been answered.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    /// <summary>The job that tries it again comes every half minute; where its server was killed, another has it a minute later.</summary>
    static readonly TimeSpan LongestTries = TimeSpan.FromMinutes(3);

    static int lastNumber = 10_000;

    readonly RailPorts ports;

    public PaymentsServer()
        : this(RailPorts.New()) { }

    /// <param name="more">Settings beside those of all.</param>
    protected PaymentsServer(RailPorts ports, IReadOnlyDictionary<string, string?>? more = null)
        : base(null, SettingsOf(ports, more)) => this.ports = ports;

    public RailSimulator Rails { get; private set; } = null!;

    /// <summary>Those of a server that listens there.</summary>
    protected static Dictionary<string, string?> SettingsOf(RailPorts ports, IReadOnlyDictionary<string, string?>? more)
    {
        const string at = "Payments:Providers:";
        var (server, rails, known) = ($"http://127.0.0.1:{ports.Server}", $"http://127.0.0.1:{ports.Rails}", new SimulatorCredentials());
        using var key = RSA.Create();
        key.ImportFromPem(ports.KcbKey);
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["urls"] = server,
            ["RateLimits:PersonPer15Minutes"] = "0",
            ["Payments:Withdrawals:Alone:KES"] = "20000",
            [at + "Timeout"] = "00:00:02",
            [at + "LookEvery"] = "00:00:00.2",
            [at + "QueryAfter"] = "00:00:00.4",
            [at + "Lease"] = "00:00:05",
            [at + "CollectDeadline"] = "00:00:09",
            [at + "BreakAfter"] = "1000000",
            [at + "Mpesa:BaseAddress"] = rails + "/daraja/",
            [at + "Mpesa:CallbackBase"] = server,
            [at + "Mpesa:ConsumerKey"] = known.MpesaConsumerKey,
            [at + "Mpesa:ConsumerSecret"] = known.MpesaConsumerSecret,
            [at + "Mpesa:ShortCode"] = known.MpesaShortCode,
            [at + "Mpesa:Passkey"] = known.MpesaPasskey,
            [at + "Mpesa:Initiator"] = known.MpesaInitiator,
            [at + "Mpesa:SecurityCredential"] = known.MpesaSecurityCredential,
            [at + "Mpesa:NoticeSecret"] = NoticeSecret,
            [at + "Kcb:BaseAddress"] = rails + "/buni/",
            [at + "Kcb:CallbackBase"] = server,
            [at + "Kcb:ConsumerKey"] = known.KcbClientId,
            [at + "Kcb:ConsumerSecret"] = known.KcbClientSecret,
            [at + "Kcb:DebitAccount"] = known.KcbAccount,
            [at + "Kcb:CompanyCode"] = known.KcbCompanyCode,
            [at + "Kcb:PublicKey"] = key.ExportSubjectPublicKeyInfoPem(),
            [at + "Kcb:NoticeSecret"] = NoticeSecret,
            [at + "Dtb:BaseAddress"] = rails + "/dtb/",
            [at + "Dtb:CallbackBase"] = server,
            [at + "Dtb:ConsumerKey"] = known.DtbClientId,
            [at + "Dtb:ConsumerSecret"] = known.DtbClientSecret,
            [at + "Dtb:Account"] = known.DtbAccount,
            [at + "Dtb:CallbackSecret"] = known.DtbCallbackSecret,
        };
        foreach (var (name, value) in more ?? new Dictionary<string, string?>())
            settings[name] = value;
        return settings;
    }

    public async ValueTask InitializeAsync()
    {
        var notices = new Uri($"http://127.0.0.1:{ports.Server}/k/{NoticeSecret}");
        Rails = await RailSimulator.Start(
            Suited(
                new RailSimulatorOptions
                {
                    Port = ports.Rails,
                    KcbSigningKey = ports.KcbKey,
                    KcbTransferCallback = notices,
                    KcbNotification = notices,
                    Timing = SimulatorTiming.Fast with { LateAfter = Late, SlowFor = TimeSpan.FromSeconds(3) },
                }
            )
        );
    }

    /// <summary>How its rails are, where they are not as for all.</summary>
    protected virtual RailSimulatorOptions Suited(RailSimulatorOptions options) => options;

    /// <summary>A phone or bank account that nobody else has, with these last digits.</summary>
    public static string Number(string last = "000") =>
        string.Create(CultureInfo.InvariantCulture, $"2547{Interlocked.Increment(ref lastNumber):00000}{last}");

    public static Task<Reply> TopUp(Customer customer, Guid account, string source, string phone, decimal amount, string? key = null) =>
        customer.Post(
            "/v1/funding-sessions",
            new JsonObject
            {
                ["account"] = account,
                ["source"] = source,
                ["phone"] = phone,
                ["amount"] = Customer.Amount(amount),
            },
            key
        );

    public static Task<Reply> Withdraw(Customer customer, Guid account, JsonObject to, decimal amount, string? key = null) =>
        customer.Post(
            "/v1/withdrawals",
            new JsonObject
            {
                ["from"] = account,
                ["to"] = to.DeepClone(),
                ["amount"] = Customer.Amount(amount),
            },
            key
        );

    /// <summary>The second person agrees. What cannot be done at this moment, because somebody else is at it, is tried again by itself.</summary>
    public static async Task<JsonNode> Approve(Customer chief, JsonNode asked, string status = "done")
    {
        var now = await Decided(chief, asked);
        Assert.True((string)now["status"]! == status, now.ToJsonString());
        return now;
    }

    /// <summary>What it came to when the second person had agreed.</summary>
    public static async Task<JsonNode> Decided(Customer chief, JsonNode asked)
    {
        var now = (await chief.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK);
        await Eventually.TrueAsync(
            async () =>
            {
                if ((string)now["status"]! == "approved")
                    now = (await chief.Get($"/v1/approvals/{asked["id"]}")).Is(HttpStatusCode.OK);
                return (string)now["status"]! != "approved";
            },
            "what two people have decided is done",
            () => $": {now.ToJsonString()}",
            LongestTries
        );
        return now;
    }

    public static JsonObject Phone(string number) => new() { ["phone"] = number };

    /// <summary>A bank account, in the name that the bank knows.</summary>
    public JsonObject Bank(string bank, string number) =>
        new()
        {
            ["bank"] = bank,
            ["account"] = number,
            ["name"] = Rails.NameOf(number),
        };

    /// <summary>As it is once it has one of these states.</summary>
    public static async Task<JsonNode> Until(Customer customer, string path, params string[] states)
    {
        JsonNode now = null!;
        await Eventually.TrueAsync(
            async () =>
            {
                now = (await customer.Get(path)).Is(HttpStatusCode.OK);
                return Array.IndexOf(states, (string)now["status"]!) >= 0;
            },
            $"{path} is {string.Join(" or ", states)}",
            () => $": {now.ToJsonString()}"
        );
        return now;
    }

    /// <summary>Rows can be read a moment before the ledger shows the balance that was committed with them.</summary>
    public static Task Has(Customer customer, Guid account, decimal balance)
    {
        var now = 0m;
        return Eventually.TrueAsync(
            async () => (now = await customer.Balance(account)) == balance,
            $"there are {balance} on the account",
            () => $", and not {now}"
        );
    }

    /// <summary>The same of what is free of it.</summary>
    public static Task HasFree(Customer customer, Guid account, decimal balance, decimal free)
    {
        var now = (Posted: 0m, Free: 0m);
        return Eventually.TrueAsync(
            async () =>
            {
                var shown = (await customer.Get($"/v1/accounts/{account}")).Is(HttpStatusCode.OK)["balance"]!;
                return (now = (Customer.Digits(shown["posted"]), Customer.Digits(shown["available"]))) == (balance, free);
            },
            $"there are {balance} on the account, of which {free} are free",
            () => $", and not {now}"
        );
    }

    public async Task<CallState> CallOf(Guid purpose)
    {
        await using var owner = await Owner();
        return await owner.QuerySingleAsync<CallState>(
            "select id, status, attempts, queries, failure_code, stuck_at is not null as is_stuck from payments.provider_calls where purpose_id = @purpose",
            new { purpose }
        );
    }

    /// <summary>Has the deadline of a call passed, and the call looked at.</summary>
    public async Task Overdue(Guid call)
    {
        await using var owner = await Owner();
        await owner.ExecuteAsync(
            "update payments.provider_calls set deadline_at = now() - interval '1 second', next_at = now() - interval '1 second' where id = @call",
            new { call }
        );
        await Ring();
    }

    /// <summary>Has what is due done at once, where that can be said to a server.</summary>
    protected virtual async Task Ring() => (await App).Services.GetRequiredService<CallBell>().Ring();

    /// <summary>Has M-Pesa tell of what customers pay of their own accord.</summary>
    public async Task RegisterC2b()
    {
        var (known, rails) = (Rails.Options.Credentials, Rails);
        using var client = new HttpClient { BaseAddress = rails.Daraja };
        client.DefaultRequestHeaders.Authorization = new(
            "Basic",
            Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"{known.MpesaConsumerKey}:{known.MpesaConsumerSecret}"))
        );
        var token = await client.GetFromJsonAsync<JsonNode>("oauth/v1/generate?grant_type=client_credentials");
        client.DefaultRequestHeaders.Authorization = new("Bearer", (string)token!["access_token"]!);
        var body = new JsonObject
        {
            ["ShortCode"] = known.MpesaShortCode,
            ["ResponseType"] = "Completed",
            ["ConfirmationURL"] = new Uri((await App).Address, $"v1/callbacks/mpesa/{NoticeSecret}").ToString(),
            ["ValidationURL"] = "",
        };
        (await client.PostAsJsonAsync("mpesa/c2b/v1/registerurl", body)).EnsureSuccessStatusCode();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        if (Rails is not null)
            await Rails.DisposeAsync();
    }

    /// <summary>What a test looks at of a call.</summary>
    public sealed record CallState(Guid Id, string Status, int Attempts, int Queries, string? FailureCode, bool IsStuck);
}
