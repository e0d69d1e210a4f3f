using System.Net;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Tests.Http;

public sealed class RateLimitTests
{
    static Task<HazinaApp> Start(params (string Key, string Value)[] settings) => Start(null, settings);

    static Task<HazinaApp> Start(TestDatabase? database, params (string Key, string Value)[] settings) =>
        HazinaApp.StartAsync(
            database,
            settings.ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.Ordinal),
            s => s.AddPermissions(new Permission("test.read", "read")),
            routes =>
            {
                routes.MapGet("/test/mine", () => "mine").RequirePermission("test.read");
                routes.MapGet("/test/open/{any}", () => "open").AllowAnonymous();
                routes.MapPost("/test/open", () => "open").AllowAnonymous();
                routes.MapPost("/test/other", () => "other").AllowAnonymous();
            }
        );

    static (string? Policy, string? Left) Told(HttpResponseMessage response) =>
        (
            response.Headers.TryGetValues("RateLimit-Policy", out var policy) ? policy.Single() : null,
            response.Headers.TryGetValues("RateLimit", out var left) ? left.Single() : null
        );

    static async Task<HttpStatusCode> Ask(HazinaApp app, string path, string address, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path);
        request.Headers.Add("X-Forwarded-For", address);
        return (await app.Anonymous.SendAsync(request)).StatusCode;
    }

    [Fact]
    public async Task A_key_is_told_what_is_left_and_refused_past_its_limit_while_others_go_on()
    {
        await using var app = await Start(("RateLimits:KeyPerMinute", "3"));
        using var busy = await app.ClientAsync("live", "test.read");
        using var other = await app.ClientAsync("live", "test.read");
        for (var left = 2; left >= 0; left--)
        {
            var answer = await busy.GetAsync("/test/mine");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("\"default\";q=3;w=60", Told(answer).Policy);
            Assert.Matches($"^\"default\";r={left};t=[0-9]+$", Told(answer).Left);
        }

        var refused = await busy.GetAsync("/test/mine");
        await refused.Problem(HttpStatusCode.TooManyRequests, "platform.rate_limited");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Matches("^\"default\";r=0;t=[0-9]+$", Told(refused).Left);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/test/mine")).StatusCode);
    }

    [Fact]
    public async Task Who_has_not_said_who_they_are_is_counted_by_address_and_call()
    {
        await using var app = await Start(("RateLimits:AnonymousChangesPer15Minutes", "2"), ("trusted_proxies", "127.0.0.0/8"));
        Assert.Equal(HttpStatusCode.OK, await Ask(app, "/test/open", "203.0.113.7"));
        Assert.Equal(HttpStatusCode.OK, await Ask(app, "/test/open", "203.0.113.7"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Ask(app, "/test/open", "203.0.113.7"));
        Assert.Equal(HttpStatusCode.OK, await Ask(app, "/test/other", "203.0.113.7"));
        Assert.Equal(HttpStatusCode.OK, await Ask(app, "/test/open", "203.0.113.8"));
        Assert.Equal(HttpStatusCode.OK, await Ask(app, "/test/open/x", "203.0.113.7", HttpMethod.Get));
        // A customer has a whole /64 of IPv6.
        Assert.Equal(HttpStatusCode.OK, await Ask(app, "/test/open", "2001:db8::1"));
        Assert.Equal(HttpStatusCode.OK, await Ask(app, "/test/open", "2001:db8::2"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Ask(app, "/test/open", "2001:db8::3"));
        Assert.Equal(HttpStatusCode.OK, await Ask(app, "/test/open", "2001:db8:0:1::1"));
    }

    [Fact]
    public async Task Paths_and_methods_that_a_caller_makes_up_count_as_one_call()
    {
        await using var app = await Start(("RateLimits:AnonymousReadsPer15Minutes", "4"));
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/test/open/a")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/test/open/b")).StatusCode);
        for (var i = 0; i < 4; i++)
            Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous.GetAsync($"/nothing/{i}")).StatusCode);
        await (await app.Anonymous.GetAsync("/nothing/else")).Problem(HttpStatusCode.TooManyRequests, "platform.rate_limited");
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/test/open/c")).StatusCode);
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task A_limit_of_zero_is_none_and_without_any_setting_a_busy_partner_is_not_hindered()
    {
        await using var app = await Start(("RateLimits:AnonymousReadsPer15Minutes", "0"));
        Assert.Equal((null, null), Told(await app.Anonymous.GetAsync("/test/open/a")));
        Assert.True(new RateLimitOptions().KeyPerMinute >= 50_000 * 60);
        Assert.Equal("\"default\";q=3000000;w=60", Told(await app.Client.GetAsync("/test/mine")).Policy);
    }

    [Fact]
    public async Task Servers_share_limits_through_redis_and_answer_on_when_it_is_killed_under_load()
    {
        using var redis = await RedisServer.StartedAsync();
        await using var database = await HazinaDatabase.CreateAsync();
        (string, string)[] settings = [("redis", redis.Address), ("RateLimits:AnonymousReadsPer15Minutes", "20")];
        await using var one = await Start(database, settings);
        await using var other = await Start(database, settings);
        static async Task<bool> IsRefused(HazinaApp app) =>
            (await app.Anonymous.GetAsync("/test/open/a")).StatusCode == HttpStatusCode.TooManyRequests;
        await Eventually.TrueAsync(() => IsRefused(one), "one server has had enough");
        await Eventually.TrueAsync(() => IsRefused(other), "the other has heard of it");

        using var stop = new CancellationTokenSource();
        var answers = new List<HttpStatusCode>();
        var load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var app in (HazinaApp[])[one, other])
                    answers.Add((await app.Client.GetAsync("/test/mine")).StatusCode);
            }
        });
        for (var i = 0; i < 2; i++)
        {
            redis.Kill();
            var before = answers.Count;
            await Eventually.TrueAsync(() => answers.Count > before + 50, "requests are answered without Redis");
            Assert.True(await IsRefused(one));
            Assert.True(await IsRefused(other));
            await redis.StartAsync();
            before = answers.Count;
            await Eventually.TrueAsync(() => answers.Count > before + 50, "and with it");
        }

        await stop.CancelAsync();
        await load;
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a));
        Assert.True(await IsRefused(one));
        Assert.True(await IsRefused(other));
    }
}
