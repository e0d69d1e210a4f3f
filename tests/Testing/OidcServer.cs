using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Hazina.Testing;

/// <summary>What a provider gives the browser that comes back from it.</summary>
public sealed record OidcReturn(string Code, string State, string? Issuer);

/// <summary>
/// A real provider of OpenID Connect (npm's oidc-provider under Node.js), in a process of its own that ends with this one. What npm fetches is kept from run
/// to run, and is what the lock file says.
/// </summary>
public sealed class OidcServer : IDisposable
{
    public const string RedirectUri = "http://localhost:5080/signed-in";

    static readonly Lazy<Task<string>> Modules = new(() => NodeModules.FetchAsync("Oidc"));

    readonly TemporaryFolder folder = new();
    Process? process;

    OidcServer() { }

    public string Issuer { get; private set; } = "";

    public string ClientSecret { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static async Task<OidcServer> StartedAsync()
    {
        var node = NodeProgram.Find();
        var modules = await Modules.Value;
        var server = new OidcServer();
        File.Copy(Source("server.mjs"), server.folder.Inside("server.mjs"));
        Directory.CreateSymbolicLink(server.folder.Inside("node_modules"), modules);
        server.process = Process.Start(
            new ProcessStartInfo(node, [server.folder.Inside("server.mjs"), RedirectUri, server.ClientSecret])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var said = server.process.StandardError.ReadToEndAsync();
        // It warns of its own beginnings, such as that it is not behind https.
        while (await server.process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("http://", StringComparison.Ordinal))
            {
                server.Issuer = line.Trim();
                return server;
            }
        }

        throw new InvalidOperationException($"oidc-provider has not started: {await said}");
    }

    /// <summary>A browser that is sent there, where somebody is signed in.</summary>
    /// <param name="account"><c>subject~address~true</c>, or false where the address is not verified.</param>
    public static async Task<OidcReturn> VisitAsync(string authorizeUrl, string account)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        using var browser = new HttpClient(handler);
        var next = new Uri(QueryHelpers.AddQueryString(authorizeUrl, "login_hint", account));
        for (var hop = 0; hop < 10; hop++)
        {
            using var answer = await browser.GetAsync(next);
            Assert.True(
                answer.Headers.Location is not null,
                $"{next} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}"
            );
            next = new Uri(next, answer.Headers.Location);
            if (next.ToString().StartsWith(RedirectUri, StringComparison.Ordinal))
                break;
        }

        var query = QueryHelpers.ParseQuery(next.Query);
        Assert.True(query.ContainsKey("code"), $"The provider has sent the browser to {next}");
        return new OidcReturn(query["code"]!, query["state"]!, query.TryGetValue("iss", out var issuer) ? issuer.ToString() : null);
    }

    public void Dispose()
    {
        process?.StandardInput.Close();
        process?.WaitForExit();
        process?.Dispose();
        folder.Dispose();
    }

    static string Source(string file) => Path.Combine(AppContext.BaseDirectory, "Oidc", file);
}
