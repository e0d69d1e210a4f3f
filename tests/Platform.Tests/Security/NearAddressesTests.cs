using System.Net;
using Hazina.Platform.Security;

namespace Hazina.Platform.Tests.Security;

public sealed class NearAddressesTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.255.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("fe80::1")]
    [InlineData("fd12:3456::1")]
    public void What_is_near_is_known(string address) => Assert.True(NearAddresses.Has(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("196.201.214.200")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void And_so_is_what_is_not(string address) => Assert.False(NearAddresses.Has(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://localhost", true)]
    [InlineData("https://LOCALHOST.", true)]
    [InlineData("https://till.localhost", true)]
    [InlineData("https://printer.local", true)]
    [InlineData("https://127.1", true)]
    [InlineData("https://0x7f000001", true)]
    [InlineData("https://2130706433", true)]
    [InlineData("https://[::1]:8443", true)]
    [InlineData("https://example.com", false)]
    [InlineData("https://localhost.example.com", false)]
    public void By_name_as_well(string address, bool isNear) => Assert.Equal(isNear, NearAddresses.IsNamed(new Uri(address)));
}
