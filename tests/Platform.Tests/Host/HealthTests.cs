using System.Net;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Hazina.Platform.Tests.Http;
using Hazina.Testing;

namespace Hazina.Platform.Tests.Host;

public sealed class HealthTests
{
    static readonly Permission Any = new("test.any", "anything");

    [Fact]
    public async Task A_server_is_live_and_ready_without_a_key()
    {
        await using var app = await HazinaApp.StartAsync(add: s => s.AddPermissions(Any));
        Assert.Equal("live", (await (await app.Anonymous.GetAsync("/health/live")).Body()).Text("status"));
        var ready = await app.Anonymous.GetAsync("/health/ready");
        var body = await ready.Body();
        Assert.True(ready.StatusCode == HttpStatusCode.OK, body.ToString());
        Assert.Equal("ok", body.GetProperty("checks").Text("database"));
    }

    [Fact]
    public async Task A_part_that_cannot_work_makes_it_not_ready_and_says_which()
    {
        const string trouble = "catching up";
        await using var app = await HazinaApp.StartAsync(add: s =>
            s.AddPermissions(Any)
                .AddReadiness("slow", (_, _) => Task.FromResult<string?>(trouble))
                .AddReadiness("broken", (_, _) => throw new InvalidOperationException("with a secret"))
        );
        var answer = await app.Anonymous.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var checks = (await answer.Body()).GetProperty("checks");
        Assert.Equal(("catching up", "does not answer"), (checks.Text("slow"), checks.Text("broken")));
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Without_a_database_it_is_live_but_not_ready_and_recovers_by_itself()
    {
        await using var test = await HazinaDatabase.CreateAsync();
        await using var app = await HazinaApp.StartAsync(test, add: s => s.AddPermissions(Any));
        await test.AllowConnectionsAsync(false);
        var answer = await app.Anonymous.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("does not answer", (await answer.Body()).GetProperty("checks").Text("database"));
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/health/live")).StatusCode);

        await test.AllowConnectionsAsync(true);
        await Eventually.TrueAsync(
            async () => (await (await app.Anonymous.GetAsync("/health/ready")).Body()).GetProperty("checks").Text("database") == "ok",
            "the database is back"
        );
    }
}
