using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazina.Host;
using Hazina.Platform.Messages;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(Hazina.Identity.Tests.IdentityServer))]

namespace Hazina.Identity.Tests;

/// <summary>One server for the tests that share it, started by the first; each of them has people of its own.</summary>
public sealed partial class IdentityServer : IAsyncDisposable
{
    public const string Good = "three small boats at noon";

    /// <summary>As few rounds of bcrypt as are allowed: what these tests are about is not how slow it is.</summary>
    public static readonly Dictionary<string, string?> Quick = new(StringComparer.Ordinal) { ["Identity:PasswordCost"] = "10" };

    readonly Lazy<Task<HazinaApp>> app = new(() => HazinaApp.StartAsync(settings: Quick));

    public Task<HazinaApp> App => app.Value;

    public static string AnyEmail() => $"asha.{Guid.CreateVersion7():N}@example.com";

    public static string AnyPhone() => $"+2547{Random.Shared.NextInt64(10_000_000, 99_999_999)}";

    /// <summary>What sees all rows, for tests that look behind.</summary>
    public async Task<string> Owner() => (await App).Services.GetRequiredService<ServerOptions>().OwnerConnectionString!;

    /// <summary>Nobody who is signed in.</summary>
    public async Task<PeopleApi> Anyone() => new(await App, (await App).Anonymous);

    /// <summary>Somebody who has registered and verified, and is signed in.</summary>
    public async Task<PeopleApi> Someone(string? email = null)
    {
        var anyone = await Anyone();
        email ??= AnyEmail();
        await anyone.Registered(email);
        return await anyone.SignedIn(email);
    }

    public async ValueTask DisposeAsync()
    {
        if (app.IsValueCreated)
            await (await app.Value).DisposeAsync();
    }

    [GeneratedRegex("[0-9]{8}")]
    internal static partial Regex Digits();
}

/// <summary>Identity's API as a test speaks it.</summary>
public sealed class PeopleApi(HazinaApp app, HttpClient client)
{
    public HazinaApp App => app;

    public string? Token { get; private init; }

    public Guid User { get; private init; }

    public Task<Reply> Get(string path) => Send(HttpMethod.Get, path, null);

    public Task<Reply> Post(string path, JsonNode? body = null) => Send(HttpMethod.Post, path, body);

    public Task<Reply> Patch(string path, JsonNode body) => Send(HttpMethod.Patch, path, body);

    public Task<Reply> Delete(string path) => Send(HttpMethod.Delete, path, null);

    public Task<Reply> Register(string email, string password = IdentityServer.Good) =>
        Post(
            "/v1/auth/register",
            new JsonObject
            {
                ["email"] = email,
                ["password"] = password,
                ["full_name"] = "Asha Mwangi",
            }
        );

    public Task<Reply> Verify(JsonNode? registration, string code) =>
        Post("/v1/auth/verify", new JsonObject { ["registration"] = registration?.DeepClone(), ["code"] = code });

    public Task<Reply> SignIn(string login, string password = IdentityServer.Good, string? device = null)
    {
        var body = new JsonObject { ["login"] = login, ["password"] = password };
        if (device is not null)
            body["device"] = device;
        return Post("/v1/auth/sign-in", body);
    }

    /// <summary>Registers and verifies; gives the person's id.</summary>
    public async Task<Guid> Registered(string email, string password = IdentityServer.Good)
    {
        var registration = (await Register(email, password)).Is(HttpStatusCode.Accepted);
        (await Verify(registration["id"], await Code(email))).Is(HttpStatusCode.OK);
        return (Guid)registration["id"]!;
    }

    /// <summary>The same person, signed in.</summary>
    public async Task<PeopleApi> SignedIn(string login, string password = IdentityServer.Good, string? device = null)
    {
        var session = (await SignIn(login, password, device)).Is(HttpStatusCode.Created);
        return With((string)session["token"]!, (Guid)session["user"]!);
    }

    public PeopleApi With(string token, Guid user = default)
    {
        var signedIn = new HttpClient { BaseAddress = app.Address };
        signedIn.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new PeopleApi(app, signedIn) { Token = token, User = user };
    }

    /// <summary>The same from somewhere else, where the server trusts this machine as its proxy.</summary>
    public PeopleApi From(string address)
    {
        var elsewhere = new HttpClient { BaseAddress = app.Address };
        elsewhere.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return new PeopleApi(app, elsewhere);
    }

    public Task<IReadOnlyList<Message>> Messages(string to) => app.Services.GetRequiredService<MessageOutbox>().WaitingFor(to);

    /// <summary>The code that came last.</summary>
    public async Task<string> Code(string to) => IdentityServer.Digits().Match((await Messages(to))[^1].Text).Value;

    public async Task<IReadOnlyList<string>> Activity() =>
        [.. (await Get("/v1/me/activity?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(a => (string)a!["type"]!)];

    async Task<Reply> Send(HttpMethod method, string path, JsonNode? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await client.SendAsync(request);
        return await Reply.Of(response);
    }
}
