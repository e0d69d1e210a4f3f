using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hazina.Identity.LinkedLogins;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Tests.LinkedLogins;

/// <summary>A provider that is not reliable, on a clock that stands still.</summary>
public sealed class ProviderTests
{
    const string Issuer = "https://id.example.com";

    [Fact]
    public async Task What_a_provider_says_of_itself_and_its_keys_are_remembered_for_an_hour()
    {
        using var world = new World();
        for (var i = 0; i < 3; i++)
            Assert.NotNull((await world.Exchange()).Person);
        Assert.Equal((1, 1, 3), (world.Asked("openid-configuration"), world.Asked("jwks"), world.Asked("token")));
        world.Time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull((await world.Exchange()).Person);
        Assert.Equal((2, 2), (world.Asked("openid-configuration"), world.Asked("jwks")));
    }

    [Fact]
    public async Task A_key_that_is_not_known_is_asked_for_once_a_minute_at_most()
    {
        using var world = new World();
        Assert.NotNull((await world.Exchange()).Person);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        world.NewKey("two");
        Assert.NotNull((await world.Exchange()).Person);
        Assert.Equal(2, world.Asked("jwks"));

        world.Kid = "made up";
        for (var i = 0; i < 5; i++)
            Assert.Equal("identity.linked_login_failed", (await world.Exchange()).Refusal!.Type.Code);
        Assert.Equal(2, world.Asked("jwks"));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull((await world.Exchange()).Refusal);
        Assert.Equal(3, world.Asked("jwks"));
    }

    [Theory]
    [InlineData("openid-configuration", "{\"issuer\":\"https://evil.example.com\"}")]
    [InlineData("openid-configuration", "no JSON")]
    [InlineData("openid-configuration", null)]
    [InlineData("token", null)]
    [InlineData("token", "no JSON")]
    public async Task A_provider_that_cannot_be_asked_is_told_as_that_and_asked_again_after_ten_seconds(string path, string? answer)
    {
        using var world = new World();
        world.Answers[path] = answer;
        var refusal = (await world.Exchange()).Refusal!;
        Assert.Equal("identity.provider_unavailable", refusal.Type.Code);
        Assert.Equal(424, refusal.Type.Status);
        world.Answers.Remove(path);
        world.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull((await world.Exchange()).Person);
    }

    [Fact]
    public async Task One_that_hangs_is_asked_one_question_however_many_wait_for_it()
    {
        using var world = new World();
        var answer = new TaskCompletionSource();
        world.Until = answer.Task;
        world.Answers["openid-configuration"] = null;
        var all = Enumerable.Range(0, 20).Select(_ => world.Exchange()).ToList();
        answer.SetResult();
        foreach (var exchange in await Task.WhenAll(all))
            Assert.Equal("identity.provider_unavailable", exchange.Refusal!.Type.Code);
        Assert.Equal("identity.provider_unavailable", (await world.Exchange()).Refusal!.Type.Code);
        Assert.Equal(1, world.Asked("openid-configuration"));
        world.Time.Advance(TimeSpan.FromSeconds(10));
        await world.Exchange();
        Assert.Equal(2, world.Asked("openid-configuration"));
    }

    [Fact]
    public async Task What_it_said_last_holds_for_a_day_while_it_cannot_be_asked_anew()
    {
        using var world = new World();
        Assert.NotNull((await world.Exchange()).Person);
        world.Answers["openid-configuration"] = null;
        world.Time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull((await world.Exchange()).Person);

        // Nobody waits for the question that is being asked.
        world.Time.Advance(TimeSpan.FromHours(1));
        var answer = new TaskCompletionSource();
        world.Until = answer.Task;
        var first = world.Provider.AuthorizeUrl("a state", "a nonce", "a verifier", TestContext.Current.CancellationToken);
        Assert.NotNull(await world.Provider.AuthorizeUrl("a state", "a nonce", "a verifier", TestContext.Current.CancellationToken));
        Assert.False(first.IsCompleted);
        answer.SetResult();
        Assert.NotNull(await first);
        world.Time.Advance(TimeSpan.FromHours(22));
        Assert.Equal("identity.provider_unavailable", (await world.Exchange()).Refusal!.Type.Code);
    }

    [Theory]
    [InlineData("https://127.0.0.1/token")]
    [InlineData("https://localhost/token")]
    [InlineData("https://10.1.2.3:8443/token")]
    [InlineData("https://[::1]/token")]
    [InlineData("https://[::ffff:169.254.169.254]/token")]
    [InlineData("http://localhost:5432/token")]
    public async Task A_provider_of_the_internet_names_no_address_of_this_machine_or_its_network(string token)
    {
        using var world = new World();
        var said = world.Discovery();
        said["token_endpoint"] = token;
        world.Answers["openid-configuration"] = said.ToJsonString();
        Assert.Equal("identity.provider_unavailable", (await world.Exchange()).Refusal!.Type.Code);
        Assert.Equal(0, world.Asked("token"));
    }

    [Fact]
    public async Task Nor_a_name_that_is_one()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var here = new DnsEndPoint("localhost", ((IPEndPoint)listener.LocalEndpoint).Port);
        var stop = TestContext.Current.CancellationToken;
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            ProviderConnections.Connect(here, new Uri("https://192.88.99.1"), isProxy: false, stop)
        );
        // What the operator has named is called wherever it is, and may name its neighbours.
        foreach (var issuer in (string[])["http://localhost:1", "https://10.0.0.7"])
            await using (await ProviderConnections.Connect(here, new Uri(issuer), isProxy: false, stop)) { }
    }

    [Fact]
    public async Task Addresses_on_which_somebody_could_listen_are_not_used()
    {
        using var world = new World();
        var said = world.Discovery();
        said["token_endpoint"] = "http://id.example.com/token";
        world.Answers["openid-configuration"] = said.ToJsonString();
        Assert.Equal("identity.provider_unavailable", (await world.Exchange()).Refusal!.Type.Code);
        Assert.Equal(0, world.Asked("token"));
    }

    [Fact]
    public async Task A_provider_that_names_itself_beside_the_code_has_to_be_the_one()
    {
        using var world = new World();
        Assert.Equal("identity.linked_login_failed", (await world.Exchange(issuer: "https://evil.example.com")).Refusal!.Type.Code);
        Assert.NotNull((await world.Exchange(issuer: Issuer)).Person);
        var said = world.Discovery();
        said["authorization_response_iss_parameter_supported"] = true;
        world.Answers["openid-configuration"] = said.ToJsonString();
        world.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("identity.linked_login_failed", (await world.Exchange()).Refusal!.Type.Code);
        Assert.NotNull((await world.Exchange(issuer: Issuer)).Person);
    }

    [Fact]
    public async Task Who_is_sent_there_takes_a_challenge_and_no_secret_along()
    {
        using var world = new World();
        var url = (await world.Provider.AuthorizeUrl("the state", "the nonce", "the verifier", default))!;
        Assert.StartsWith("https://id.example.com/authorize?response_type=code&client_id=hazina&", url, StringComparison.Ordinal);
        var challenge = Base64Url.EncodeToString(SHA256.HashData("the verifier"u8));
        Assert.Contains($"code_challenge={challenge}&code_challenge_method=S256", url, StringComparison.Ordinal);
        Assert.DoesNotContain("verifier", url, StringComparison.Ordinal);
        Assert.DoesNotContain("shh", url, StringComparison.Ordinal);
    }

    sealed class World : HttpMessageHandler
    {
        readonly List<string> asked = [];
        RSA key = RSA.Create(2048);
        string published = "one";

        public World()
        {
            var options = new IdentityOptions();
            options.Providers["main"] = new ProviderOptions
            {
                Issuer = Issuer,
                ClientId = "hazina",
                ClientSecret = "shh",
                RedirectUri = "https://pay.example.com/signed-in",
            };
            Provider = new Providers(Options.Create(options), Time, NullLoggerFactory.Instance, this).Find("main")!;
        }

        public ManualTime Time { get; } = new();

        public Provider Provider { get; }

        public string Kid { get; set; } = "one";

        /// <summary>By the end of the path; null stands for no answer at all.</summary>
        public Dictionary<string, string?> Answers { get; } = new(StringComparer.Ordinal);

        /// <summary>Nothing is answered before.</summary>
        public Task Until { get; set; } = Task.CompletedTask;

        public int Asked(string path) => asked.Count(a => a == path);

        public void NewKey(string kid) => (key, published, Kid) = (RSA.Create(2048), kid, kid);

        public Task<(ProviderPerson? Person, Platform.Http.Refusal? Refusal)> Exchange(string? issuer = null) =>
            Provider.Exchange("a code", issuer, "the nonce", "the verifier", TestContext.Current.CancellationToken);

        public JsonObject Discovery() =>
            new()
            {
                ["issuer"] = Issuer,
                ["authorization_endpoint"] = $"{Issuer}/authorize",
                ["token_endpoint"] = $"{Issuer}/token",
                ["jwks_uri"] = $"{Issuer}/jwks",
            };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.Segments[^1];
            asked.Add(path);
            await Until;
            var answer = Answers.TryGetValue(path, out var given)
                ? given
                : path switch
                {
                    "openid-configuration" => Discovery().ToJsonString(),
                    "jwks" => Keys().ToJsonString(),
                    _ => new JsonObject { ["id_token"] = Token() }.ToJsonString(),
                };
            return answer is null
                ? throw new HttpRequestException("nobody is there")
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer) };
        }

        JsonObject Keys()
        {
            var parameters = key.ExportParameters(false);
            var only = new JsonObject
            {
                ["kty"] = "RSA",
                ["kid"] = published,
                ["n"] = Base64Url.EncodeToString(parameters.Modulus),
                ["e"] = Base64Url.EncodeToString(parameters.Exponent),
            };
            return new JsonObject { ["keys"] = new JsonArray(only) };
        }

        string Token()
        {
            var now = Time.GetUtcNow().ToUnixTimeSeconds();
            var header = new JsonObject { ["alg"] = "RS256", ["kid"] = Kid };
            var claims = new JsonObject
            {
                ["iss"] = Issuer,
                ["sub"] = "s1",
                ["aud"] = "hazina",
                ["exp"] = now + 300,
                ["iat"] = now,
                ["nonce"] = "the nonce",
            };
            var signed = string.Join(
                '.',
                ((JsonObject[])[header, claims]).Select(p => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(p.ToJsonString())))
            );
            var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return $"{signed}.{Base64Url.EncodeToString(signature)}";
        }
    }
}
