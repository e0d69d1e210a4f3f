using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;

namespace Hazina.Testing;

/// <summary>Somebody who holds accounts, as a test speaks for them.</summary>
public sealed class Customer(AccountsServer server, Person person)
{
    public Guid Id => person.Id;

    public HttpClient Client => person.Client;

    public Task<Reply> Get(string path) => Send(Client, HttpMethod.Get, path, null);

    public Task<Reply> Post(string path, JsonNode? body = null, string? key = null) =>
        Send(Client, HttpMethod.Post, path, body ?? new JsonObject(), key);

    public Task<Reply> Put(string path, JsonNode body, string? key = null) => Send(Client, HttpMethod.Put, path, body, key);

    public Task<Reply> Patch(string path, JsonNode body) => Send(Client, HttpMethod.Patch, path, body);

    public Task<Reply> Delete(string path) => Send(Client, HttpMethod.Delete, path, null);

    /// <summary>A new account's id; with so much on it.</summary>
    public async Task<Guid> Account(decimal funds = 0, string currency = "KES", string kind = "wallet", Guid? organization = null)
    {
        var id = (Guid)(await Opened(currency, kind, organization))["id"]!;
        if (funds > 0)
            await server.Fund(id, funds, currency);
        return id;
    }

    public async Task<JsonNode> Opened(string currency = "KES", string kind = "wallet", Guid? organization = null)
    {
        var body = new JsonObject { ["currency"] = currency, ["kind"] = kind };
        if (organization is { } named)
            body["organization"] = named;
        return (await Post("/v1/accounts", body)).Is(HttpStatusCode.Created);
    }

    public async Task<Guid> Organization() =>
        (Guid)
            (
                await Post(
                    "/v1/organizations",
                    new JsonObject
                    {
                        ["legal_name"] = "Duka Ltd",
                        ["type"] = "sme",
                        ["country"] = "KE",
                    }
                )
            ).Is(HttpStatusCode.Created)["id"]!;

    public async Task<decimal> Balance(Guid account) =>
        Digits((await Get($"/v1/accounts/{account}")).Is(HttpStatusCode.OK)["balance"]!["posted"]);

    public async Task<IReadOnlyList<JsonNode>> Activity(Guid account, string query = "") =>
        [.. (await Get($"/v1/accounts/{account}/activity?limit=100{query}")).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(a => a!)];

    /// <summary>The id of a look-up.</summary>
    public async Task<Guid> Recipient(string to, string currency = "KES") =>
        (Guid)(await LookUp(to, currency)).Is(HttpStatusCode.Created)["id"]!;

    public Task<Reply> LookUp(string to, string currency = "KES") =>
        Post("/v1/transfers/recipients", new JsonObject { ["to"] = to, ["currency"] = currency });

    public async Task<string> NumberOf(Guid account) => (string)(await Get($"/v1/accounts/{account}")).Is(HttpStatusCode.OK)["number"]!;

    public Task<Reply> Transfer(
        Guid from,
        string kind,
        Guid to,
        decimal amount,
        string currency = "KES",
        string? key = null,
        JsonObject? more = null
    )
    {
        var body = new JsonObject
        {
            ["from"] = from,
            ["to"] = new JsonObject { [kind] = to },
            ["amount"] = Amount(amount, currency),
        };
        foreach (var (name, value) in more ?? [])
            body[name] = value?.DeepClone();
        return Post("/v1/transfers", body, key);
    }

    public static JsonObject Amount(decimal amount, string currency = "KES") =>
        new() { ["amount"] = amount.ToString(CultureInfo.InvariantCulture), ["currency"] = currency };

    public static decimal Digits(JsonNode? amount) => decimal.Parse((string)amount!["amount"]!, CultureInfo.InvariantCulture);

    /// <param name="path">Of an entry's attachments.</param>
    public async Task<Reply> Attach(string path, byte[] content, string type, string? name, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, name is null ? path : $"{path}?name={Uri.EscapeDataString(name)}")
        {
            Content = new ByteArrayContent(content),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        using var response = await Client.SendAsync(request);
        return await Reply.Of(response);
    }

    /// <summary>As a key, in whose name the test has made it.</summary>
    public async Task<HttpClient> Key(string ownerType, Guid owner, string book = "live", params string[] permissions)
    {
        var made = await (await server.App).KeyAsync(book, permissions.Length > 0 ? permissions : ["accounts.own"]);
        await using var connection = await server.Owner();
        await connection.ExecuteAsync(
            "update platform.api_keys set owner_type = @ownerType, owner_id = @owner where id = @id",
            new
            {
                ownerType,
                owner,
                made.Row.Id,
            }
        );
        return (await server.App).ClientWith(made.Text);
    }

    public static async Task<Reply> Send(HttpClient client, HttpMethod method, string path, JsonNode? body, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (method == HttpMethod.Post || method == HttpMethod.Put)
            request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7().ToString());
        using var response = await client.SendAsync(request);
        return await Reply.Of(response);
    }
}
