using System.Net;
using System.Text.Json.Nodes;
using StackExchange.Redis;

namespace Hazina.Identity.Tests.Users;

/// <summary>What is kept of people, with two servers on one Redis.</summary>
public sealed class RememberedTests : IAsyncLifetime
{
    readonly List<HazinaApp> servers = [];
    RedisServer redis = null!;
    TestDatabase database = null!;
    ConnectionMultiplexer outside = null!;

    public async ValueTask InitializeAsync()
    {
        redis = await RedisServer.StartedAsync();
        outside = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        database = await HazinaDatabase.CreateAsync();
        var settings = new Dictionary<string, string?>(IdentityServer.Quick, StringComparer.Ordinal) { ["redis"] = redis.Address };
        for (var i = 0; i < 2; i++)
            servers.Add(await HazinaApp.StartAsync(database, settings));
    }

    [Fact]
    public async Task What_people_see_of_themselves_is_kept_and_what_changes_is_seen_on_every_server_at_once()
    {
        var email = IdentityServer.AnyEmail();
        var anyone = new PeopleApi(servers[0], servers[0].Anonymous);
        await anyone.Registered(email);
        var here = await anyone.SignedIn(email, device: "a phone");
        var there = new PeopleApi(servers[1], servers[1].Anonymous).With(here.Token!, here.User);
        string[] keys = [$"user:{here.User}", $"session:{here.User}"];
        Assert.Equal(email, (string)(await Kept("/v1/me", keys[0]))["email"]!);
        Assert.Single((await Kept("/v1/sessions", keys[1]))["data"]!.AsArray());

        // As long as the documents say, and closed to whoever looks into Redis.
        var (user, sessions) = (await Stored(keys[0]), await Stored(keys[1]));
        Assert.InRange(user.Left, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        Assert.InRange(sessions.Left, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
        foreach (var told in (string[])[email, "Asha", "a phone", "127.0.0.1", here.Token!])
            Assert.DoesNotContain(told, user.Text + sessions.Text, StringComparison.Ordinal);

        // A name, changed there, is seen here; a device, signed out here, is gone there.
        (await there.Patch("/v1/me", new JsonObject { ["full_name"] = "Achieng Otieno" })).Is(HttpStatusCode.OK);
        Assert.Equal("Achieng Otieno", (string)(await here.Get("/v1/me")).Is(HttpStatusCode.OK)["full_name"]!);
        var second = await anyone.SignedIn(email, device: "a tablet");
        Assert.Equal(["a tablet", "a phone"], await Devices(there));
        Assert.Equal(["a tablet", "a phone"], await Devices(second));
        Assert.Equal([true, false], (await second.Get("/v1/sessions")).Json["data"]!.AsArray().Select(s => (bool)s!["is_current"]!));
        Assert.Equal(HttpStatusCode.NoContent, (await there.Delete("/v1/sessions")).Status);
        Assert.Equal(["a phone"], await Devices(here));
        // Without Redis it is read from the tables, as it is now.
        redis.Kill();
        (await here.Patch("/v1/me", new JsonObject { ["full_name"] = "Wanjiku Otieno" })).Is(HttpStatusCode.OK);
        Assert.Equal("Wanjiku Otieno", (string)(await there.Get("/v1/me")).Is(HttpStatusCode.OK)["full_name"]!);

        async Task<JsonNode> Kept(string path, string key)
        {
            // What has just changed is kept again after a while; a test does not wait for it.
            await outside.GetDatabase().KeyDeleteAsync(key);
            var first = (await here.Get(path)).Is(HttpStatusCode.OK);
            // Redis may have been too slow for anybody to wait.
            await Eventually.TrueAsync(
                async () =>
                {
                    await here.Get(path);
                    return !(await outside.GetDatabase().StringGetAsync(key)).IsNullOrEmpty;
                },
                $"{key} is kept"
            );
            Assert.Equal(first.ToJsonString(), (await there.Get(path)).Is(HttpStatusCode.OK).ToJsonString());
            return first;
        }
    }

    [Fact]
    public async Task What_changes_of_somebody_beside_their_row_is_seen_at_once_too()
    {
        var email = IdentityServer.AnyEmail();
        var anyone = new PeopleApi(servers[0], servers[0].Anonymous);
        await anyone.Registered(email);
        var here = await anyone.SignedIn(email);
        var there = new PeopleApi(servers[1], servers[1].Anonymous).With(here.Token!, here.User);
        var key = $"user:{here.User}";
        await outside.GetDatabase().KeyDeleteAsync(key);
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False((bool)(await here.Get("/v1/me")).Is(HttpStatusCode.OK)["second_factor"]!);
                return !(await outside.GetDatabase().StringGetAsync(key)).IsNullOrEmpty;
            },
            $"{key} is kept"
        );
        await AuthenticatorApp.Add(there, TimeProvider.System);
        Assert.True((bool)(await here.Get("/v1/me")).Is(HttpStatusCode.OK)["second_factor"]!);
    }

    static async Task<string[]> Devices(PeopleApi person) =>
        [.. (await person.Get("/v1/sessions")).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(s => (string)s!["device"]!)];

    async Task<(string Text, TimeSpan Left)> Stored(string key)
    {
        var redisSide = outside.GetDatabase();
        var stored = await redisSide.StringGetAsync(key);
        Assert.True(!stored.IsNullOrEmpty, $"{key} is kept");
        return (System.Text.Encoding.Latin1.GetString((byte[])stored!), (await redisSide.KeyTimeToLiveAsync(key))!.Value);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
            await server.DisposeAsync();
        outside?.Dispose();
        redis?.Dispose();
        if (database is not null)
            await database.DisposeAsync();
    }
}
