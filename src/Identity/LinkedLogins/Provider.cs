using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Hazina.Identity.LinkedLogins;

/// <summary>What is said of a provider in its discovery document.</summary>
sealed record Discovery(Uri Authorization, Uri Token, Uri Keys, bool NamesIssuer, bool TakesBasic);

/// <summary>
/// One provider: what it says of itself and its keys are remembered for an hour, and keys are asked for anew when it signs by one that is not known, once a
/// minute at most. While it does not answer, one question waits for it, and the next is asked ten seconds later: what it said last holds for a day.
/// </summary>
sealed class Provider(string name, ProviderOptions options, HttpClient http, TimeProvider time, ILogger<Provider> logger) : IDisposable
{
    static readonly TimeSpan Remembered = TimeSpan.FromHours(1),
        BetweenAsking = TimeSpan.FromMinutes(1),
        HoldsFor = TimeSpan.FromDays(1),
        Rest = TimeSpan.FromSeconds(10);

    readonly Uri home = new(options.Issuer);
    readonly SemaphoreSlim turn = new(1);
    Said said = new(null, default, default);
    KeySet? keys;

    public string Name => name;

    public string Title => options.Title ?? name;

    public ProviderOptions Options => options;

    /// <summary>Where to send somebody; null where the provider cannot be reached.</summary>
    public async Task<string?> AuthorizeUrl(string state, string nonce, string verifier, CancellationToken cancellation) =>
        await Discover(cancellation) is { } found
            ? QueryHelpers.AddQueryString(
                found.Authorization.ToString(),
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["response_type"] = "code",
                    ["client_id"] = options.ClientId,
                    ["redirect_uri"] = options.RedirectUri,
                    ["scope"] = options.Scopes,
                    ["state"] = state,
                    ["nonce"] = nonce,
                    ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
                    ["code_challenge_method"] = "S256",
                }
            )
            : null;

    /// <summary>Whose code it is, as the provider says and signs.</summary>
    /// <param name="issuer">What the provider has sent beside the code (RFC 9207), where it does.</param>
    public async Task<(ProviderPerson? Person, Refusal? Refusal)> Exchange(
        string code,
        string? issuer,
        string nonce,
        string verifier,
        CancellationToken cancellation
    )
    {
        if (await Discover(cancellation) is not { } found)
            return (null, Away());
        if (issuer is null ? found.NamesIssuer : issuer != options.Issuer)
            return (null, Failed("the answer is another issuer's"));
        var (status, answer) = await Send(() => Ask(found, code, verifier), cancellation);
        if (status is null or >= HttpStatusCode.InternalServerError || (status == HttpStatusCode.OK && answer is null))
            return (null, Away());
        if (status != HttpStatusCode.OK)
            return (null, Failed($"the code was not taken ({(int)status})"));
        if (!answer!.Value.TryGetProperty("id_token", out var text) || text.ValueKind != JsonValueKind.String)
            return (null, Failed("there is no ID token"));
        if (IdToken.Read(text.GetString()!) is not { } token)
            return (null, Failed("the ID token is none, or is signed by what is not taken here"));

        var key = token.KeyAmong(await Keys(found, isMissing: false, cancellation));
        key ??= token.KeyAmong(await Keys(found, isMissing: true, cancellation));
        if (key is null)
            return (null, Failed("no key of the provider fits the ID token"));
        return token.Fault(key, new IdTokenWanted(options.Issuer, options.ClientId, nonce, time.GetUtcNow())) is { } fault
            ? (null, Failed($"of its ID token, {fault}"))
            : (token.Person(), null);
    }

    public void Dispose() => turn.Dispose();

    Refusal Away() => Refusals.ProviderUnavailable.Because($"{Title} cannot be asked.") with { RetryAfter = TimeSpan.FromSeconds(30) };

    Refusal Failed(string why)
    {
        IdentityLog.LinkedLoginRefused(logger, name, why);
        return Refusals.LinkedLoginFailed.Because("The login was not accepted.", "/code");
    }

    HttpRequestMessage Ask(Discovery found, string code, string verifier)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = options.RedirectUri,
            ["code_verifier"] = verifier,
        };
        var isBasic = options.ClientSecret is not null && found.TakesBasic;
        if (!isBasic)
        {
            form["client_id"] = options.ClientId;
            if (options.ClientSecret is { } secret)
                form["client_secret"] = secret;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, found.Token) { Content = new FormUrlEncodedContent(form) };
        if (isBasic)
        {
            var pair = $"{Uri.EscapeDataString(options.ClientId)}:{Uri.EscapeDataString(options.ClientSecret!)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }

        return request;
    }

    async Task<Discovery?> Discover(CancellationToken cancellation)
    {
        if (!IsDue())
            return Last();
        // Whoever comes while somebody asks takes what it said last, where there is that.
        if (!await turn.WaitAsync(TimeSpan.Zero, cancellation))
        {
            if (Last() is { } old)
                return old;
            await turn.WaitAsync(cancellation);
        }

        try
        {
            if (!IsDue())
                return Last();
            var address = new Uri(options.Issuer.TrimEnd('/') + "/.well-known/openid-configuration");
            var (status, document) = await Send(() => new HttpRequestMessage(HttpMethod.Get, address), cancellation);
            if (status != HttpStatusCode.OK || document is not { } whole || Read(whole) is not { } read)
            {
                if (status is { } code)
                    IdentityLog.ProviderAway(logger, name, $"its discovery document was answered by {(int)code}, or cannot be used");
                said = said with { AskAgainAt = time.GetUtcNow() + Rest };
                return Last();
            }

            said = new Said(read, time.GetUtcNow(), time.GetUtcNow() + Remembered);
            return read;
        }
        finally
        {
            turn.Release();
        }

        bool IsDue() => time.GetUtcNow() >= said.AskAgainAt;

        Discovery? Last() => said is { Value: { } known, At: var at } && time.GetUtcNow() - at < HoldsFor ? known : null;
    }

    Discovery? Read(JsonElement said) =>
        Text(said, "issuer") == options.Issuer
        && Address(said, "authorization_endpoint") is { } authorization
        && Address(said, "token_endpoint") is { } token
        && Address(said, "jwks_uri") is { } jwks
            ? new Discovery(
                authorization,
                token,
                jwks,
                said.TryGetProperty("authorization_response_iss_parameter_supported", out var names)
                    && names.ValueKind == JsonValueKind.True,
                !said.TryGetProperty("token_endpoint_auth_methods_supported", out var methods)
                    || methods.ValueKind != JsonValueKind.Array
                    || methods.EnumerateArray().Any(m => m.ValueEquals("client_secret_basic"))
            )
            : null;

    /// <param name="isMissing">Whether the one that is needed is not among those that are known.</param>
    async Task<IReadOnlyList<ProviderKey>> Keys(Discovery found, bool isMissing, CancellationToken cancellation)
    {
        if (IsEnough())
            return keys!.Value;
        await turn.WaitAsync(cancellation);
        try
        {
            if (IsEnough())
                return keys!.Value;
            var (status, set) = await Send(() => new HttpRequestMessage(HttpMethod.Get, found.Keys), cancellation);
            if (status is { } code && (code != HttpStatusCode.OK || set is null))
                IdentityLog.ProviderAway(logger, name, $"its keys were answered by {(int)code}, or cannot be read");
            // Where they cannot be had, those of before are kept until the next time.
            keys = new KeySet(
                status == HttpStatusCode.OK && set is { } whole ? ProviderKey.Read(whole) : keys?.Value ?? [],
                time.GetUtcNow()
            );
            return keys.Value;
        }
        finally
        {
            turn.Release();
        }

        bool IsEnough() =>
            keys is { } known && time.GetUtcNow() - known.At < (isMissing || known.Value.Count == 0 ? BetweenAsking : Remembered);
    }

    /// <summary>The status and the JSON of an answer; no status where there was none in time, and no JSON where it is none.</summary>
    async Task<(HttpStatusCode? Status, JsonElement? Json)> Send(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        using var request = make();
        ProviderConnections.Mark(request, home);
        request.Headers.Accept.ParseAdd("application/json");
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return (response.StatusCode, document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null);
        }
        catch (JsonException)
        {
            return (HttpStatusCode.BadGateway, null);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            IdentityLog.ProviderAway(logger, name, e.Message);
            return (null, null);
        }
    }

    Uri? Address(JsonElement said, string name) =>
        Uri.TryCreate(Text(said, name), UriKind.Absolute, out var address)
        && ProviderOptions.IsSafe(address)
        && (NearAddresses.IsNamed(home) || !NearAddresses.IsNamed(address))
            ? address
            : null;

    sealed record Said(Discovery? Value, DateTimeOffset At, DateTimeOffset AskAgainAt);

    sealed record KeySet(IReadOnlyList<ProviderKey> Value, DateTimeOffset At);

    static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
