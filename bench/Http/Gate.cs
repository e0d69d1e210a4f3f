using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hazina.Host;
using Hazina.Identity;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hazina.Bench.Http;

/// <summary>
/// What it costs to know who asks: a call that does nothing, through the whole server, by nobody, with a key, in a session. Each is remembered after its first
/// call, counted, and bounded by a limit that is not reached.
/// </summary>
/// <param name="who">nobody, key or session.</param>
sealed class Gate(string name, string what, string who) : Workload(name, "Hazina", what, callers: 64)
{
    readonly ServerProcess server = new(Command);
    Books? books;
    string? credential;

    public override string Unit => "requests/s";

    public override async Task Prepare(string connectionString, CancellationToken stop) =>
        books = await Books.MakeEmpty(connectionString, Name.Replace('-', '_'), stop);

    public override TimeSpan WarmUp(TimeSpan run) => ServerProcess.WarmUp(run);

    public override Task Begin(CancellationToken stop) => server.Begin(books!.ConnectionString, stop);

    public override Task End()
    {
        credential = null;
        return server.End();
    }

    public override async Task<ICaller> Connect(int number, CancellationToken stop)
    {
        if (credential is null)
        {
            using var client = new HttpClient();
            var asked = new Uri(server.Listening, $"/bench/credential?who={who}&at={server.Listening}");
            credential = await client.GetStringAsync(asked, stop);
        }

        var authorization = credential.Length > 0 ? new AuthenticationHeaderValue("Bearer", credential) : null;
        var caller = new GetCaller(new Uri(server.Listening, $"/bench/{who}"), authorization);
        await caller.Call();
        return caller;
    }

    public override Task Check(long acknowledged, CancellationToken stop) => Task.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        if (books is not null)
            await books.DisposeAsync();
    }

    /// <summary>The server's process.</summary>
    public static Task<int> Serve(CancellationToken stop) => ServerProcess.Serve(Build, stop);

    static WebApplication Build(string database)
    {
        const string never = "1000000000000";
        var data = BenchServer.NewFolder();
        var app = Server.Build(
            new ServerOptions
            {
                OwnerConnectionString = database,
                Urls = ServerProcess.Address,
                LogLevel = LogLevel.Warning,
                Configuration = new ConfigurationBuilder()
                    .AddInMemoryCollection([
                        new("data", data),
                        new("RateLimits:PersonPer15Minutes", never),
                        new("RateLimits:AnonymousReadsPer15Minutes", never),
                    ])
                    .Build(),
            },
            map: Map
        );
        app.Lifetime.ApplicationStopped.Register(() => Directory.Delete(data, recursive: true));
        return app;
    }

    static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/bench/nobody", () => Results.NoContent()).AllowAnonymous();
        routes.MapGet("/bench/key", () => Results.NoContent()).RequirePermission("ledger.read");
        routes.MapGet("/bench/session", () => Results.NoContent()).RequirePermission("identity.self");
        routes.MapGet("/bench/credential", Credential).AllowAnonymous();
    }

    static async Task<string> Credential(string who, Uri at, HttpContext context)
    {
        if (who == "nobody")
            return "";
        if (who == "key")
            return (await context.RequestServices.GetRequiredService<ApiKeys>().Create("bench", "live", ["ledger.read"])).Text;
        var (email, password) = ($"{Guid.CreateVersion7():N}@example.com", People.NewPassword());
        await context.RequestServices.GetRequiredService<People>().CreateAdmin(email, "Asha Mwangi", password);
        using var client = new HttpClient { BaseAddress = at };
        using var answer = await client.PostAsJsonAsync("/v1/auth/sign-in", new JsonObject { ["login"] = email, ["password"] = password });
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["token"]!;
    }

    /// <summary>What the program is called with to be the server.</summary>
    public const string Command = "http-gate";
}

/// <summary>One caller with one connection that is kept open.</summary>
sealed class GetCaller(Uri target, AuthenticationHeaderValue? authorization) : ICaller
{
    readonly HttpMessageInvoker client = new(
        new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            ActivityHeadersPropagator = null,
            UseCookies = false,
            UseProxy = false,
        }
    );

    public async Task<int> Call()
    {
        using var get = new HttpRequestMessage(HttpMethod.Get, target);
        get.Headers.Authorization = authorization;
        using var response = await client.SendAsync(get, CancellationToken.None);
        return response.IsSuccessStatusCode ? 1 : throw new InvalidOperationException($"{target}: {(int)response.StatusCode}");
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
