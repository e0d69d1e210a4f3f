using System.Net;
using System.Net.Sockets;

namespace Hazina.Platform.Security;

/// <summary>
/// Addresses of this machine and of the network around it. What somebody else names is not called there: it would be a way in past whatever stands around it.
/// </summary>
public static class NearAddresses
{
    // This network, private ones (RFC 1918), carriers' (6598), what is kept for protocols, documentation, measuring and the future (6890), many at once.
    static readonly IPNetwork[] V4 = Networks(
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 "
            + "198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    );

    // An address of IPv4 in one of IPv6 (64:ff9b, 2002) leads wherever that one does.
    static readonly IPNetwork[] V6 = Networks("::/127 64:ff9b::/96 64:ff9b:1::/48 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 ff00::/8");

    /// <summary>Whether an address is no machine's on the internet.</summary>
    public static bool Has(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return (address.AddressFamily == AddressFamily.InterNetwork ? V4 : V6).Any(n => n.Contains(address));
    }

    /// <summary>Whether a host is one by what it is called; of other names their addresses tell.</summary>
    public static bool IsNamed(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var host = address.IdnHost.TrimEnd('.');
        return IPAddress.TryParse(host, out var literal)
            ? Has(literal)
            : host == "localhost"
                || host.EndsWith(".localhost", StringComparison.Ordinal)
                || host.EndsWith(".local", StringComparison.Ordinal);
    }

    static IPNetwork[] Networks(string text) => [.. text.Split(' ').Select(n => IPNetwork.Parse(n))];
}
