using System.Net;
using System.Net.Sockets;
using Hazina.Platform.Security;

namespace Hazina.Identity.LinkedLogins;

/// <summary>
/// How providers are connected to. What a provider names in its discovery document is called on the internet alone, whatever its names resolve to, unless
/// the issuer in the settings is near itself.
/// </summary>
static class ProviderConnections
{
    static readonly HttpRequestOptionsKey<Uri> Issuer = new("issuer");

    /// <summary>Says in whose name it is called.</summary>
    public static void Mark(HttpRequestMessage request, Uri issuer) => request.Options.Set(Issuer, issuer);

    public static SocketsHttpHandler Handler() =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = async (connection, cancellation) =>
            {
                var (request, to) = (connection.InitialRequestMessage, connection.DnsEndPoint);
                // Where there is a proxy, it decides what it connects to.
                var isProxy =
                    request.RequestUri is { } uri && HttpClient.DefaultProxy.GetProxy(uri) is { } proxy && proxy.IdnHost == to.Host;
                return await Connect(to, request.Options.TryGetValue(Issuer, out var issuer) ? issuer : null, isProxy, cancellation);
            },
        };

    /// <exception cref="HttpRequestException">The host is near, and the issuer is not.</exception>
    public static async Task<Stream> Connect(DnsEndPoint to, Uri? issuer, bool isProxy, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(to.Host, cancellation);
        var isGiven = isProxy || string.Equals(issuer?.IdnHost, to.Host, StringComparison.OrdinalIgnoreCase);
        if (!isGiven && addresses.Any(NearAddresses.Has) && !await IsNear(issuer, cancellation))
            throw new HttpRequestException($"{to.Host} is an address of this machine or its network, and the issuer is not.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // To those that were looked at, so that the name cannot have become another address meanwhile.
            await socket.ConnectAsync(addresses, to.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    static async Task<bool> IsNear(Uri? issuer, CancellationToken cancellation)
    {
        if (issuer is null)
            return false;
        try
        {
            return (await Dns.GetHostAddressesAsync(issuer.IdnHost, cancellation)).Any(NearAddresses.Has);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
