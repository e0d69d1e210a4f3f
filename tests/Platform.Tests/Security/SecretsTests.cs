using System.Text.Json.Nodes;
using Hazina.Platform.Security;

namespace Hazina.Platform.Tests.Security;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("password")]
    [InlineData("newPassword")]
    [InlineData("pwd")]
    [InlineData("passcode")]
    [InlineData("user_passcode")]
    [InlineData("apikey")]
    [InlineData("apiKey")]
    [InlineData("api_key")]
    [InlineData("X-API-Key")]
    [InlineData("mpin")]
    [InlineData("mPin")]
    [InlineData("pin")]
    [InlineData("otp")]
    [InlineData("pan")]
    [InlineData("card_number")]
    [InlineData("cardNumber")]
    [InlineData("cvv")]
    [InlineData("cvv2")]
    [InlineData("access_token")]
    [InlineData("client_secret")]
    [InlineData("Authorization")]
    public void A_secret_is_known_by_its_name(string name) => Assert.True(Secrets.IsNamedLikeOne(name));

    [Theory]
    [InlineData("span")]
    [InlineData("company")]
    [InlineData("opinion")]
    [InlineData("keyboard")]
    [InlineData("account_number")]
    [InlineData("shipping")]
    [InlineData("discarded")]
    public void What_merely_sounds_like_one_is_kept(string name) => Assert.False(Secrets.IsNamedLikeOne(name));

    [Fact]
    public void They_are_left_out_wherever_they_stand()
    {
        var kept = Secrets.LeftOut(JsonNode.Parse("""{"a":[{"mpin":"1234","name":"x"}],"card":{"card_number":"4111","cvv":123}}"""))!;
        const string expected = """{"a":[{"mpin":"*","name":"x"}],"card":{"card_number":"*","cvv":"*"}}""";
        Assert.Equal(expected.Replace("*", Secrets.Mark, StringComparison.Ordinal), kept.ToJsonString());
    }
}
