using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hazina.Testing;

[assembly: AssemblyFixture(typeof(Hazina.Ledger.Tests.Api.ApiServer))]

namespace Hazina.Ledger.Tests.Api;

/// <summary>One server for the tests of the API that share it, started by the first; each of them has accounts of its own.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    readonly Lazy<Task<HazinaApp>> app = new(() => HazinaApp.StartAsync());

    public Task<HazinaApp> App => app.Value;

    public async Task<LedgerApi> Live() => new((await App).Client);

    public async Task<LedgerApi> Sandbox() => new(await (await App).ClientAsync("sandbox"));

    public async ValueTask DisposeAsync()
    {
        if (app.IsValueCreated)
            await (await app.Value).DisposeAsync();
    }
}

/// <summary>The ledger's API as a test speaks it.</summary>
public sealed class LedgerApi(HttpClient client)
{
    const string Base = "/v1/ledger";

    public HttpClient Http => client;

    public static Guid Id() => Guid.CreateVersion7();

    public Task<Reply> Get(string path) => Send(new HttpRequestMessage(HttpMethod.Get, Base + path));

    public Task<Reply> Post(string path, JsonNode body) => Post(path, body.ToJsonString());

    public Task<Reply> Post(string path, string body, string type = "application/json") =>
        Send(new HttpRequestMessage(HttpMethod.Post, Base + path) { Content = Content(body, type) });

    public Task<Reply> Patch(string path, JsonNode body) =>
        Send(new HttpRequestMessage(HttpMethod.Patch, Base + path) { Content = Content(body.ToJsonString(), "application/json") });

    /// <summary>An account with a floor of zero, or without one.</summary>
    public async Task<Guid> Account(string currency = "KES", string type = "liability", string floor = "0.00", string? owner = null)
    {
        var id = Id();
        var body = new JsonObject
        {
            ["id"] = id,
            ["currency"] = currency,
            ["class"] = type,
            ["floor"] = floor,
        };
        if (owner is not null)
            body["owner"] = owner;
        (await Post("/accounts", body)).Is(HttpStatusCode.Created);
        return id;
    }

    /// <summary>The house's cash: it may go anywhere.</summary>
    public Task<Guid> Cash(string currency = "KES") => Account(currency, "asset", "none");

    /// <summary>A wallet with money on it.</summary>
    public async Task<Guid> Wallet(string amount, Guid cash)
    {
        var wallet = await Account();
        (await Transfer(cash, wallet, amount)).Is(HttpStatusCode.Created);
        return wallet;
    }

    public Task<Reply> Transfer(Guid debit, Guid credit, string amount, Guid? id = null, string currency = "KES") =>
        Post("/transactions", Transaction(debit, credit, amount, id, currency));

    public static JsonObject Transaction(Guid debit, Guid credit, string amount, Guid? id = null, string currency = "KES") =>
        new()
        {
            ["id"] = id ?? Id(),
            ["kind"] = "transfer",
            ["legs"] = new JsonArray(Leg(debit, credit, amount, currency)),
        };

    public static JsonObject Leg(Guid debit, Guid credit, string amount, string currency = "KES") =>
        new()
        {
            ["debit"] = debit,
            ["credit"] = credit,
            ["amount"] = Amount(amount, currency),
        };

    public static JsonObject Amount(string amount, string currency = "KES") => new() { ["amount"] = amount, ["currency"] = currency };

    /// <summary>What is posted, reserved and available on an account.</summary>
    public async Task<(string Posted, string Reserved, string Available)> Balance(Guid account)
    {
        var balance = (await Get($"/accounts/{account}/balance")).Is(HttpStatusCode.OK)["balance"]!;
        return (Text("posted"), Text("reserved"), Text("available"));

        string Text(string name) => (string)balance[name]!["amount"]!;
    }

    public async Task<Reply> Send(HttpRequestMessage request)
    {
        using var response = await client.SendAsync(request);
        return await Reply.Of(response);
    }

    static StringContent Content(string body, string type) => new(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
}
