using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hazina.Platform.Security;

/// <summary>Where a key may be used from: addresses and networks such as <c>203.0.113.0/24</c>.</summary>
sealed class AllowedAddresses(IReadOnlyList<IPNetwork> networks)
{
    public const int Most = 50;

    /// <summary>As the table has them; null where any will do.</summary>
    public static AllowedAddresses? Of(IReadOnlyCollection<string> kept) =>
        kept.Count == 0 ? null : new AllowedAddresses([.. kept.Select(k => IPNetwork.Parse(k))]);

    /// <summary>An address or a network as people write it; one whose host part is not zero is taken for its network.</summary>
    /// <param name="text">Such as <c>203.0.113.7</c>, <c>10.0.0.0/8</c> or <c>2001:db8::/32</c>.</param>
    /// <param name="network">As it is kept.</param>
    public static bool TryRead(string text, out string network)
    {
        network = "";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var start = slash < 0 ? text : text[..slash];
        // The forms of old, in which 10.1 is an address, are mistakes here.
        if (!IPAddress.TryParse(start, out var address) || start.Contains('%', StringComparison.Ordinal))
            return false;
        if (address.AddressFamily == AddressFamily.InterNetwork && start.Count(c => c == '.') != 3)
            return false;
        var bytes = address.GetAddressBytes();
        var bits = bytes.Length * 8;
        if (
            slash >= 0
            && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > bytes.Length * 8)
        )
            return false;
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= unchecked((byte)(0xFF00 >> Math.Clamp(bits - i * 8, 0, 8)));
        network = $"{new IPAddress(bytes)}/{bits}";
        return true;
    }

    public bool Have(IPAddress? address)
    {
        if (address is null)
            return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(n => n.Contains(plain));
    }
}
