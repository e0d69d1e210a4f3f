using System.Net;
using Hazina.Platform.Security;

namespace Hazina.Platform.Tests.Security;

public sealed class AllowedAddressesTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7/32")]
    [InlineData("203.0.113.7/24", "203.0.113.0/24")]
    [InlineData("203.0.113.255/25", "203.0.113.128/25")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("2001:db8:1:2:3::/64", "2001:db8:1:2::/64")]
    public void An_address_is_kept_as_the_network_that_it_is(string text, string kept)
    {
        Assert.True(AllowedAddresses.TryRead(text, out var network));
        Assert.Equal(kept, network);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nowhere")]
    [InlineData("10.1")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/ 8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("fe80::1%eth0")]
    [InlineData("2001:db8::/129")]
    public void What_is_no_address_is_refused(string text) => Assert.False(AllowedAddresses.TryRead(text, out _));

    [Theory]
    [InlineData("203.0.113.200", true)]
    [InlineData("::ffff:203.0.113.200", true)]
    [InlineData("203.0.114.1", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("2001:db9::1", false)]
    public void A_caller_is_let_in_from_one_of_the_networks(string from, bool isIn) =>
        Assert.Equal(isIn, AllowedAddresses.Of(["203.0.113.0/24", "2001:db8::/32"])!.Have(IPAddress.Parse(from)));

    [Fact]
    public void Without_any_a_key_may_be_used_from_anywhere_and_with_some_not_from_an_unknown_place()
    {
        Assert.Null(AllowedAddresses.Of([]));
        Assert.False(AllowedAddresses.Of(["0.0.0.0/0"])!.Have(null));
    }
}
