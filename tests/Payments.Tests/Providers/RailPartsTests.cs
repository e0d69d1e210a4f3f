using Hazina.Payments.Providers;
using Hazina.Payments.Withdrawals;

namespace Hazina.Payments.Tests.Providers;

/// <summary>The small parts that rails stand on.</summary>
public sealed class RailPartsTests
{
    [Fact]
    public void A_provider_that_fails_in_a_row_is_left_alone_and_then_tried_by_one_call()
    {
        var time = new ManualTime();
        var breaker = new Breaker(3, TimeSpan.FromSeconds(30), time);
        for (var i = 0; i < 2; i++)
        {
            Assert.True(breaker.TryEnter());
            breaker.Failed();
        }

        Assert.True(breaker.TryEnter());
        breaker.Answered();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(breaker.TryEnter());
            breaker.Failed();
        }

        Assert.False(breaker.TryEnter());
        Assert.False(breaker.IsClosed);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(breaker.IsClosed);
        Assert.True(breaker.TryEnter());
        Assert.False(breaker.TryEnter());
        breaker.Failed();
        Assert.False(breaker.TryEnter());
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(breaker.TryEnter());
        breaker.Left();
        Assert.True(breaker.TryEnter());
        breaker.Answered();
        Assert.True(breaker.TryEnter());
        Assert.True(breaker.TryEnter());
    }

    [Theory]
    [InlineData("0712345678", "254712345678")]
    [InlineData("+254 712-345 678", "254712345678")]
    [InlineData("254112345678", "254112345678")]
    [InlineData("0812345678", null)]
    [InlineData("25471234567", null)]
    [InlineData("2547123456789", null)]
    [InlineData("+255712345678", null)]
    [InlineData("", null)]
    public void Kenyan_mobile_numbers_are_read_in_the_ways_that_people_write_them(string text, string? number) =>
        Assert.Equal(number, Party.PhoneOf(text));

    [Theory]
    [InlineData("Asha Mwangi", "ASHA  MWANGI", true)]
    [InlineData("Mwangi Asha", "Asha Wanjiru Mwangi", true)]
    [InlineData("Asha", "Asha Mwangi", false)]
    [InlineData("Asha Otieno", "Asha Mwangi", false)]
    [InlineData("Duka", "DUKA", true)]
    [InlineData("-", "Asha Mwangi", false)]
    public void Names_are_the_same_by_their_words(string given, string known, bool same) =>
        Assert.Equal(same, WithdrawalRoutes.IsSame(given, known));

    [Fact]
    public void What_people_are_shown_of_a_party_does_not_give_it_away()
    {
        Assert.Equal("2547•••••678", new Party("254712345678").Shown);
        Assert.Equal("KCB •••789", new Party(null, "01", "123456789", "Asha Mwangi").Shown);
    }

    [Fact]
    public void What_is_kept_of_a_request_has_no_secrets_and_no_paths_that_are_one()
    {
        var shown = MessageLog.Shown(
            new System.Text.Json.Nodes.JsonObject
            {
                ["Password"] = "p1",
                ["SecurityCredential"] = "p2",
                ["orgPassKey"] = "p3",
                ["CallBackURL"] = "https://x/p4",
                ["callback_url"] = "https://x/p5",
                ["Amount"] = 100,
            }
        );
        foreach (var secret in (string[])["p1", "p2", "p3", "p4", "p5"])
            Assert.DoesNotContain(secret, shown, StringComparison.Ordinal);
        Assert.Contains("100", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rail_whose_settings_cannot_be_right_is_told_at_the_start()
    {
        var options = new RailOptions();
        Assert.Null(options.Fault);
        options.Mpesa.BaseAddress = "http://api.example.com";
        Assert.Contains("Mpesa:BaseAddress", options.Fault, StringComparison.Ordinal);
        options.Mpesa.BaseAddress = "https://api.example.com";
        Assert.Contains("CallbackBase", options.Fault, StringComparison.Ordinal);
        options.Mpesa.CallbackBase = "https://pay.example.com";
        Assert.Contains("ConsumerKey", options.Fault, StringComparison.Ordinal);
        options.Mpesa.AllowedAddresses = "196.201.214.0/24, here";
        Assert.Contains("AllowedAddresses", options.Fault, StringComparison.Ordinal);
    }
}
