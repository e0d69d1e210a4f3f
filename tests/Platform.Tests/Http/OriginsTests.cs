using System.Net;
using Hazina.Platform.Http;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Http;

public sealed class OriginsTests
{
    static Task<HazinaApp> Start(string? origins) =>
        HazinaApp.StartAsync(settings: new Dictionary<string, string?> { ["cors_origins"] = origins });

    static async Task<HttpResponseMessage> Ask(HazinaApp app, HttpMethod method, string origin)
    {
        using var request = new HttpRequestMessage(method, "/v1/ledger/accounts");
        request.Headers.Add("Origin", origin);
        if (method == HttpMethod.Options)
        {
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        }

        return await app.Client.SendAsync(request);
    }

    static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    [Fact]
    public async Task Without_the_setting_no_other_origin_is_let_in()
    {
        await using var app = await Start(null);
        Assert.Null(Header(await Ask(app, HttpMethod.Get, "https://shop.example.com"), "Access-Control-Allow-Origin"));
        Assert.Null(Header(await Ask(app, HttpMethod.Options, "https://shop.example.com"), "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_origins_that_are_named_may_call_and_read_and_no_others()
    {
        await using var app = await Start("https://shop.example.com, http://localhost:3000");
        var asked = await Ask(app, HttpMethod.Options, "https://shop.example.com");
        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Equal("https://shop.example.com", Header(asked, "Access-Control-Allow-Origin"));
        Assert.Contains("POST", Header(asked, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Null(Header(asked, "Access-Control-Allow-Credentials"));
        var answer = await Ask(app, HttpMethod.Get, "http://localhost:3000");
        Assert.Equal((HttpStatusCode.OK, "http://localhost:3000"), (answer.StatusCode, Header(answer, "Access-Control-Allow-Origin")));
        Assert.Contains("Request-Id", Header(answer, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Null(Header(await Ask(app, HttpMethod.Get, "https://evil.example.com"), "Access-Control-Allow-Origin"));
        Assert.Null(Header(await Ask(app, HttpMethod.Options, "https://shop.example.com.evil.example"), "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("shop.example.com")]
    [InlineData("https://shop.example.com/")]
    [InlineData("https://shop.example.com/pay")]
    [InlineData("file:///etc")]
    public void What_is_no_origin_keeps_the_server_from_starting(string setting) =>
        Assert.Contains(
            "cors_origins",
            Assert.Throws<InvalidOperationException>(() => Origins.Read(setting)).Message,
            StringComparison.Ordinal
        );
}
