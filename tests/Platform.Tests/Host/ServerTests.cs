using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hazina.Host;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Hazina.Platform.Telemetry;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Tests.Host;

public sealed class ServerTests
{
    static readonly Permission Any = new("test.any", "anything");

    [Fact]
    public async Task A_server_that_is_told_to_stop_answers_what_it_has_accepted()
    {
        var (arrived, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await HazinaApp.StartAsync(
            add: s => s.AddPermissions(Any),
            map: r =>
                r.MapGet(
                        "/slow",
                        async () =>
                        {
                            arrived.SetResult();
                            await gate.Task;
                            return "done";
                        }
                    )
                    .AllowAnonymous()
        );
        var answer = app.Anonymous.GetStringAsync("/slow");
        await arrived.Task;
        var stop = app.StopAsync();
        await Eventually.TrueAsync(RefusesNewOnes, "new connections are refused");
        gate.SetResult();
        Assert.Equal("done", await answer);
        await stop;

        async Task<bool> RefusesNewOnes()
        {
            using var other = new HttpClient { BaseAddress = app.Address };
            try
            {
                await other.GetAsync("/health/live");
                return false;
            }
            catch (HttpRequestException)
            {
                return true;
            }
        }
    }

    [Fact]
    public async Task Starting_migrates_an_empty_database_and_works_as_a_login_of_few_rights()
    {
        await using var empty = await TestDatabase.CreateAsync();
        await using var app = await HazinaApp.StartAsync(empty, add: s => s.AddPermissions(Any));
        Assert.Equal(Database.AppLogin, app.Database.Login);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task A_database_that_does_not_come_up_is_told_in_a_sentence()
    {
        var options = new ServerOptions
        {
            OwnerConnectionString = "Host=127.0.0.1;Port=1;Username=nobody",
            Urls = "http://127.0.0.1:0",
            DatabasePatience = TimeSpan.Zero,
            LogLevel = LogLevel.None,
        };
        await using var app = Server.Build(options);
        var e = await Assert.ThrowsAsync<StartException>(() => app.StartAsync());
        Assert.StartsWith("The database cannot be reached", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_is_served_with_a_certificate_file()
    {
        var folder = Directory.CreateTempSubdirectory("hazina-certificate-");
        try
        {
            var (certificate, key) = (Path.Combine(folder.FullName, "cert.pem"), Path.Combine(folder.FullName, "key.pem"));
            var thumbprint = await WriteCertificate(certificate, key);
            await using var app = await HazinaApp.StartAsync(
                settings: new Dictionary<string, string?>
                {
                    ["urls"] = "https://127.0.0.1:0",
                    ["certificate"] = certificate,
                    ["certificate_key"] = key,
                },
                add: s => s.AddPermissions(Any)
            );
            string? seen = null;
            using var handler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, shown, _, _) => (seen = shown!.GetCertHashString()) is not null,
                },
            };
            using var client = new HttpClient(handler) { BaseAddress = app.Address };
            var answer = await client.GetAsync("/health/live");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(thumbprint, seen);
            Assert.True(answer.Headers.Contains("Strict-Transport-Security"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Settings_that_cannot_be_right_are_named()
    {
        static ServerOptions From(string key, string value) =>
            ServerOptions.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build());

        foreach (var (key, value) in ((string, string)[])[("log", "xml"), ("log_level", "loud"), ("otlp", "nowhere")])
            Assert.Contains(key, Assert.Throws<StartException>(() => From(key, value)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "proxies",
            Assert.Throws<StartException>(() => Server.Build(From("trusted_proxies", "10.0.0.1,the-proxy"))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no.pem",
            StartFails(new ServerOptions { Certificate = "no.pem", OwnerConnectionString = "Host=a;Username=b" }),
            StringComparison.Ordinal
        );
        Assert.Contains("no database", StartFails(new ServerOptions()), StringComparison.Ordinal);

        static string StartFails(ServerOptions options) =>
            Assert
                .Throws<StartException>(() =>
                {
                    using var app = Server.Build(options) as IDisposable;
                    options.Connect(logs: null);
                })
                .Message;
    }

    [Fact]
    public void Arguments_win_over_the_environment_and_what_is_not_given_stays_as_it_is()
    {
        const string variable = "HAZINA_TRUSTED_PROXIES";
        Environment.SetEnvironmentVariable(variable, "10.0.0.1, 10.1.0.0/16");
        try
        {
            var options = ServerOptions.From(
                ServerOptions.Settings(
                    new Dictionary<string, string?>
                    {
                        ["log"] = "json",
                        ["urls"] = null,
                        ["database"] = "Host=a;Username=b",
                    }
                )
            );
            Assert.Equal(["10.0.0.1", "10.1.0.0/16"], options.TrustedProxies);
            Assert.Equal(
                (LogFormat.Json, new ServerOptions().Urls, "Host=a;Username=b"),
                (options.Log, options.Urls, options.ConnectionString)
            );
            Assert.Empty(
                ServerOptions.From(ServerOptions.Settings(new Dictionary<string, string?> { ["trusted_proxies"] = "" })).TrustedProxies
            );
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Fact]
    public async Task A_trusted_proxys_word_on_the_callers_address_is_taken_and_nobody_elses()
    {
        static async Task<string> Seen(string trusted)
        {
            await using var app = await HazinaApp.StartAsync(
                settings: new Dictionary<string, string?> { ["trusted_proxies"] = trusted },
                add: s => s.AddPermissions(Any),
                map: r =>
                    r.MapGet("/me", (Microsoft.AspNetCore.Http.HttpContext c) => c.Connection.RemoteIpAddress!.ToString()).AllowAnonymous()
            );
            using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
            request.Headers.Add("X-Forwarded-For", "203.0.113.7");
            return await (await app.Anonymous.SendAsync(request)).Content.ReadAsStringAsync();
        }

        Assert.Equal("203.0.113.7", await Seen("127.0.0.0/8"));
        Assert.Equal("127.0.0.1", await Seen("10.0.0.1"));
    }

    static async Task<string> WriteCertificate(string file, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }
}
