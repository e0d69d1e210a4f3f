using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Simulator.Tests;

/// <summary>What came back.</summary>
sealed record Received(string Name, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>Whom vendors call back: one server for all tests, in which each has a corner of its own.</summary>
sealed class Receiver
{
    static readonly ConcurrentDictionary<string, Receiver> Corners = new(StringComparer.Ordinal);
    static readonly Lazy<Task<string>> Server = new(StartAsync);
    static int last;

    readonly string corner = $"{Interlocked.Increment(ref last)}";
    readonly ConcurrentQueue<Received> received = new();
    readonly string server;

    Receiver(string server) => this.server = server;

    /// <summary>What it answers to a name; "{}" where nothing is said.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>What came, in order.</summary>
    public IReadOnlyList<Received> All => [.. received];

    public static async Task<Receiver> OpenAsync()
    {
        var receiver = new Receiver(await Server.Value);
        Corners[receiver.corner] = receiver;
        return receiver;
    }

    public Uri Url(string name) => new($"{server}/{corner}/{name}");

    public Received Only(string name) => Assert.Single(All, r => r.Name == name);

    static async Task<string> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services.AddRouting();
        var app = builder.Build();
        app.MapPost(
            "/{corner}/{name}",
            async (HttpContext http, string corner, string name) =>
            {
                var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
                Corners[corner]
                    .received.Enqueue(
                        new Received(
                            name,
                            body,
                            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)
                        )
                    );
                await http.Response.WriteAsync(Corners[corner].Answers.GetValueOrDefault(name, "{}"));
            }
        );
        await app.StartAsync();
        return app.Urls.Single();
    }
}
