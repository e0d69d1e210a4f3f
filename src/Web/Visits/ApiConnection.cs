using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Hazina.Web.Visits;

/// <summary>
/// The way from the pages to the API, over HTTP like everybody's. The API has to see where the browser is, for its limits, sessions and audit; so the pages
/// tell it, beside a secret that only the two know. From anybody else nothing of it is believed.
/// </summary>
sealed class ApiConnection : IDisposable
{
    const string SecretHeader = "Hazina-Web",
        AddressHeader = "Hazina-Web-Address";

    /// <summary>Somebody looks at an empty page meanwhile, and can ask again themselves.</summary>
    const int Attempts = 2;

    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    readonly string secret;
    readonly TimeSpan patience;
    readonly Lazy<HttpClient> http;

    public ApiConnection(IOptions<WebOptions> options, IServer server)
    {
        var own = options.Value;
        secret = own.Secret ?? Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        patience = own.Patience;
        http = new(() => Open(own, server));
    }

    /// <summary>The API as one visitor calls it; what is asked for them ends with their request.</summary>
    /// <param name="token">Of the visitor's session.</param>
    public HazinaClient For(HttpContext visitor, string? token)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            [SecretHeader] = secret,
            ["Request-Id"] = visitor.TraceIdentifier,
        };
        if (visitor.Connection.RemoteIpAddress?.ToString() is { } address)
            headers[AddressHeader] = address;
        if (visitor.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent)
            headers["User-Agent"] = agent;
        return new HazinaClient(
            new HazinaClientOptions
            {
                Address = http.Value.BaseAddress!,
                Token = token,
                Headers = headers,
                Timeout = patience,
                Attempts = Attempts,
                LongestWait = LongestWait,
            },
            http.Value
        ).WithCancellation(visitor.RequestAborted);
    }

    /// <summary>On the API's side: takes the pages' word on where a browser is, and nobody else's.</summary>
    public void Believe(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers[SecretHeader] is not [{ } shown])
            return;
        var isOurs = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(secret));
        if (isOurs && IPAddress.TryParse(headers[AddressHeader].ToString(), out var address))
            context.Connection.RemoteIpAddress = address;
        headers.Remove(SecretHeader);
        headers.Remove(AddressHeader);
    }

    public void Dispose()
    {
        if (http.IsValueCreated)
            http.Value.Dispose();
    }

    static HttpClient Open(WebOptions options, IServer server)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        // Our own server on this machine: its certificate is made out to the name that others know it by.
        if (options.Api is null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        return new HttpClient(handler) { BaseAddress = options.Api ?? Own(server), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Where this server listens, as it is reached from this machine.</summary>
    static Uri Own(IServer server)
    {
        var addresses =
            server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(BindingAddress.Parse).ToList()
            ?? throw new InvalidOperationException("The server has no address; set Web:Api.");
        var address =
            addresses.Find(a => a.Scheme == Uri.UriSchemeHttp && !a.IsUnixPipe)
            ?? addresses.Find(a => !a.IsUnixPipe)
            ?? throw new InvalidOperationException("The server listens on no address with a port; set Web:Api.");
        // A server that listens on all addresses, or on a name of its own, may not have that name here.
        var host =
            IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && !IPAddress.Any.Equals(ip) && !IPAddress.IPv6Any.Equals(ip)
                ? address.Host
            : address.Host == "localhost" ? "localhost"
            : "127.0.0.1";
        return new UriBuilder(address.Scheme, host, address.Port).Uri;
    }
}
