using System.Net;
using System.Net.Sockets;

namespace Hazina.Platform.Security;

/// <summary>What of an address tells one customer of a carrier from another, as far as anything does.</summary>
public static class AddressBlock
{
    /// <summary>The address itself; of IPv6 the /64, since a customer has a whole one to call from.</summary>
    public static IPAddress Of(IPAddress? address)
    {
        address ??= IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
