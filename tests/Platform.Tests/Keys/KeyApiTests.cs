using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Platform.Tests.Keys;

/// <summary>Keys as their owners deal with them.</summary>
public sealed class KeyApiTests(KeyApiTests.Server server) : IClassFixture<KeyApiTests.Server>
{
    static JsonObject Wish(string name = "till", params string[] permissions) =>
        new() { ["name"] = name, ["permissions"] = new JsonArray([.. permissions.Select(p => (JsonNode)p)]) };

    Task<Person> Partner() => Person.SignedInAsync(server.App, Role.User, Role.Partner);

    static async Task<JsonNode> Made(Person owner, JsonObject? wish = null) =>
        (await owner.SendAsync(HttpMethod.Post, "/v1/keys", wish ?? Wish(permissions: "test.read"))).Is(HttpStatusCode.Created);

    async Task<HttpStatusCode> Use(JsonNode key)
    {
        using var client = server.App.ClientWith((string)key["key"]!);
        return (await client.GetAsync("/test/read")).StatusCode;
    }

    [Fact]
    public async Task A_key_is_shown_once_used_counted_and_ended()
    {
        using var owner = await Partner();
        var wish = Wish("till", "test.read", "test.read");
        wish["book"] = "live";
        var made = await Made(owner, wish);
        Assert.StartsWith("hz_live_", (string)made["key"]!, StringComparison.Ordinal);
        Assert.Equal(
            ("api_key", "till", "live", "active", 0),
            (
                (string)made["object"]!,
                (string)made["name"]!,
                (string)made["book"]!,
                (string)made["status"]!,
                (int)made["requests_last_hour"]!
            )
        );
        Assert.Equal("[\"test.read\"]", made["permissions"]!.ToJsonString());
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, await Use(made));

        var path = $"/v1/keys/{made["id"]}";
        var read = (await owner.SendAsync(HttpMethod.Get, path)).Is(HttpStatusCode.OK);
        Assert.Null(read["key"]);
        Assert.Equal(3, (int)read["requests_last_hour"]!);
        Assert.EndsWith((string)read["hint"]!, (string)made["key"]!, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await owner.Client.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Client.DeleteAsync(path)).StatusCode);
        Assert.Equal("revoked", (string)(await owner.SendAsync(HttpMethod.Get, path)).Json["status"]!);
        (await owner.SendAsync(HttpMethod.Patch, path, new JsonObject { ["name"] = "x" })).IsProblem(409, "platform.key_ended");
        (await owner.SendAsync(HttpMethod.Post, path + "/rotation", new JsonObject())).IsProblem(409, "platform.key_ended");
    }

    [Fact]
    public async Task Keys_are_listed_page_by_page_the_newest_first_and_ones_own_alone()
    {
        using var owner = await Partner();
        using var stranger = await Partner();
        await Made(stranger);
        foreach (var name in (string[])["a", "b", "c"])
            await Made(owner, Wish(name, "test.read"));
        var first = (await owner.SendAsync(HttpMethod.Get, "/v1/keys?limit=2")).Is(HttpStatusCode.OK);
        Assert.Equal(["c", "b"], first["data"]!.AsArray().Select(k => (string)k!["name"]!));
        Assert.True((bool)first["has_more"]!);
        var rest = (await owner.SendAsync(HttpMethod.Get, $"/v1/keys?starting_after={first["data"]![1]!["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(["a"], rest["data"]!.AsArray().Select(k => (string)k!["name"]!));
        var back = (await owner.SendAsync(HttpMethod.Get, $"/v1/keys?ending_before={rest["data"]![0]!["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(["c", "b"], back["data"]!.AsArray().Select(k => (string)k!["name"]!));
    }

    [Fact]
    public async Task Somebody_elses_key_and_the_operators_are_not_there()
    {
        using var owner = await Partner();
        using var stranger = await Partner();
        var operators = await server.App.KeyAsync("live", "test.read");
        string[] ids = [(string)(await Made(owner))["id"]!, operators.Row.Id.ToString(), Guid.CreateVersion7().ToString()];
        foreach (var path in ids.Select(id => $"/v1/keys/{id}"))
        {
            (await stranger.SendAsync(HttpMethod.Get, path)).IsProblem(404, "platform.no_such_key");
            (await stranger.SendAsync(HttpMethod.Delete, path)).IsProblem(404, "platform.no_such_key");
            var mine = new JsonObject { ["name"] = "mine" };
            (await stranger.SendAsync(HttpMethod.Patch, path, mine)).IsProblem(404, "platform.no_such_key");
            (await stranger.SendAsync(HttpMethod.Post, path + "/rotation", new JsonObject())).IsProblem(404, "platform.no_such_key");
        }
    }

    [Fact]
    public async Task A_key_never_has_more_than_who_makes_it()
    {
        using var owner = await Partner();
        var more = await owner.SendAsync(HttpMethod.Post, "/v1/keys", Wish("k", "test.read", "ledger.post"));
        more.IsProblem(403, "platform.permission_missing", "permissions");
        var key = await Made(owner);
        var staff = new JsonObject { ["permissions"] = new JsonArray("test.staff") };
        (await owner.SendAsync(HttpMethod.Patch, $"/v1/keys/{key["id"]}", staff)).IsProblem(403, "platform.permission_missing");
        // Nor does its successor, when its maker may do less by then.
        await using var behind = new NpgsqlConnection(server.Owner);
        await behind.ExecuteAsync(
            "update platform.api_keys set permissions = '{test.staff}' where id = @id",
            new { id = (Guid)key["id"]! }
        );
        var rotated = await owner.SendAsync(HttpMethod.Post, $"/v1/keys/{key["id"]}/rotation", new JsonObject());
        rotated.IsProblem(403, "platform.permission_missing");
    }

    [Fact]
    public async Task When_an_owner_may_do_less_their_keys_may_too()
    {
        using var owner = await Partner();
        using var other = await Partner();
        var both = await Made(owner, Wish("both", "test.read", "test.write"));
        var one = await Made(owner, Wish("one", "test.write"));
        var others = await Made(other, Wish("others", "test.write"));
        Assert.Equal(2, await server.App.Services.GetRequiredService<ApiKeys>().Narrow(owner.Id, ["test.read"]));

        static async Task<(string, string)> Now(Person whose, JsonNode key)
        {
            var read = (await whose.SendAsync(HttpMethod.Get, $"/v1/keys/{key["id"]}")).Json;
            return ((string)read["status"]!, read["permissions"]!.ToJsonString());
        }

        Assert.Equal(("active", "[\"test.read\"]"), await Now(owner, both));
        Assert.Equal(("revoked", "[]"), await Now(owner, one));
        Assert.Equal(("active", "[\"test.write\"]"), await Now(other, others));
    }

    [Fact]
    public async Task Rotation_lets_both_be_used_for_the_overlap_and_the_successor_is_like_the_old_one()
    {
        using var owner = await Partner();
        var wish = Wish("till", "test.read");
        wish["addresses"] = new JsonArray("127.0.0.1", "10.0.0.0/8");
        wish["expires_at"] = DateTimeOffset.UtcNow.AddDays(90).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var old = await Made(owner, wish);
        var path = $"/v1/keys/{old["id"]}/rotation";
        var tooLong = await owner.SendAsync(HttpMethod.Post, path, new JsonObject { ["overlap_hours"] = 721 });
        tooLong.IsProblem(400, "platform.invalid_request", "overlap_hours");
        var fresh = (await owner.SendAsync(HttpMethod.Post, path, new JsonObject { ["overlap_hours"] = 2 })).Is(HttpStatusCode.Created);
        Assert.NotEqual((string)old["key"]!, (string)fresh["key"]!);
        Assert.Equal((string)old["id"]!, (string)fresh["replaces"]!);
        foreach (var same in (string[])["name", "book", "permissions", "addresses"])
            Assert.Equal(old[same]!.ToJsonString(), fresh[same]!.ToJsonString());
        Assert.Equal(
            (DateTimeOffset)old["expires_at"]! - (DateTimeOffset)old["created_at"]!,
            (DateTimeOffset)fresh["expires_at"]! - (DateTimeOffset)fresh["created_at"]!
        );
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await Use(old), await Use(fresh)));
        var ends = (DateTimeOffset)(await owner.SendAsync(HttpMethod.Get, $"/v1/keys/{old["id"]}")).Json["expires_at"]!;
        Assert.Equal((DateTimeOffset)fresh["created_at"]! + TimeSpan.FromHours(2), ends, TimeSpan.FromMilliseconds(1));
        (await owner.SendAsync(HttpMethod.Post, path, new JsonObject())).IsProblem(409, "platform.key_ended");
    }

    [Fact]
    public async Task Two_rotations_at_once_make_one_successor()
    {
        using var owner = await Partner();
        var old = await Made(owner);
        var path = $"/v1/keys/{old["id"]}/rotation";
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => owner.SendAsync(HttpMethod.Post, path, new JsonObject { ["overlap_hours"] = 0 }))
        );
        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => a.IsProblem(409, "platform.key_ended"));
        Assert.Equal(2, (await owner.SendAsync(HttpMethod.Get, "/v1/keys")).Json["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_key_that_goes_on_beside_its_successor_counts_among_the_hundred()
    {
        using var owner = await Partner();
        var key = await Made(owner);
        await using (var behind = new NpgsqlConnection(server.Owner))
            await behind.ExecuteAsync(
                """
                insert into platform.api_keys (id, name, book, permissions, hash, hint, created_at, owner_type, owner_id)
                select gen_random_uuid(), 'one of many', 'live', '{test.read}', sha256((@owner || n::text)::bytea), 'abcd', now(), 'user', @owner::uuid
                  from generate_series(1, 98) n
                """,
                new { owner = owner.Id.ToString() }
            );
        var made = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => owner.SendAsync(HttpMethod.Post, "/v1/keys", Wish("last", "test.read")))
        );
        Assert.Single(made, m => m.Status == HttpStatusCode.Created);
        Assert.All(made.Where(m => m.Status != HttpStatusCode.Created), m => m.IsProblem(422, "platform.too_many_keys"));
        var path = $"/v1/keys/{key["id"]}/rotation";
        (await owner.SendAsync(HttpMethod.Post, path, new JsonObject())).IsProblem(422, "platform.too_many_keys");
        var fresh = (await owner.SendAsync(HttpMethod.Post, path, new JsonObject { ["overlap_hours"] = 0 })).Is(HttpStatusCode.Created);
        Assert.Equal((string)key["id"]!, (string)fresh["replaces"]!);
    }

    [Fact]
    public async Task To_end_a_key_that_has_ended_changes_nothing_and_is_written_down_once()
    {
        using var owner = await Partner();
        var key = await Made(owner);
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.NoContent, (await owner.SendAsync(HttpMethod.Delete, $"/v1/keys/{key["id"]}")).Status);
        await using var behind = new NpgsqlConnection(server.Owner);
        var told = await behind.QuerySingleAsync<long>(
            """
            select count(*)
              from (select id, key, data from platform.outbox union select id, key, data from platform.events) as e
             where e.key like '%' || @id and e.data ->> 'action' = 'platform.key.revoked'
            """,
            new { id = (string)key["id"]! }
        );
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task A_key_is_bound_to_its_addresses_and_they_can_be_changed()
    {
        using var owner = await Partner();
        var wish = Wish("till", "test.read");
        wish["addresses"] = new JsonArray("203.0.113.77/24");
        var key = await Made(owner, wish);
        Assert.Equal("[\"203.0.113.0/24\"]", key["addresses"]!.ToJsonString());
        using var client = server.App.ClientWith((string)key["key"]!);
        (await Reply.Of(await client.GetAsync("/test/read"))).IsProblem(403, "platform.address_not_allowed");
        var anywhere = new JsonObject { ["addresses"] = new JsonArray() };
        var changed = (await owner.SendAsync(HttpMethod.Patch, $"/v1/keys/{key["id"]}", anywhere)).Is(HttpStatusCode.OK);
        Assert.Equal(("[]", "till"), (changed["addresses"]!.ToJsonString(), (string)changed["name"]!));
        await Eventually.TrueAsync(async () => await Use(key) == HttpStatusCode.OK, "the change is known after ten seconds");
    }

    [Fact]
    public async Task What_cannot_be_is_told_field_by_field()
    {
        using var owner = await Partner();
        var wish = new JsonObject
        {
            ["name"] = "",
            ["permissions"] = new JsonArray("test.fly"),
            ["addresses"] = new JsonArray("10.0.0.0/8", "nowhere"),
            ["expires_at"] = "2020-01-01T00:00:00Z",
        };
        var problem = (await owner.SendAsync(HttpMethod.Post, "/v1/keys", wish)).IsProblem(400, "platform.invalid_request");
        Assert.Equal(
            ["/name too_short", "/permissions/0 unknown_value", "/addresses/1 wrong_format", "/expires_at out_of_range"],
            problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}")
        );
        (await owner.SendAsync(HttpMethod.Post, "/v1/keys", Wish("none"))).IsProblem(400, "platform.invalid_request", "permissions");
        var key = await Made(owner);
        (await owner.SendAsync(HttpMethod.Patch, $"/v1/keys/{key["id"]}", new JsonObject())).IsProblem(400, "platform.invalid_request");
    }

    [Fact]
    public async Task A_limit_of_its_own_holds_for_a_key_and_goes_over_to_its_successor()
    {
        var keys = server.App.Services.GetRequiredService<ApiKeys>();
        var key = await keys.Create("slow", "live", ["test.read"], requestsPerMinute: 2);
        Assert.Equal(2, (await keys.Rotate(key.Row.Id, TimeSpan.FromHours(1))).Row.RequestsPerMinute);
        using var client = server.App.ClientWith(key.Text);
        Assert.Equal("\"default\";q=2;w=60", (await client.GetAsync("/test/read")).Headers.GetValues("RateLimit-Policy").Single());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/test/read")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.GetAsync("/test/read")).StatusCode);
    }

    [Fact]
    public async Task A_stolen_query_sees_no_key_but_ones_own_and_never_a_hash()
    {
        using var owner = await Partner();
        using var stranger = await Partner();
        await Made(owner);
        await Made(stranger);
        await using var connection = await server.App.Database.Requests("platform").OpenConnectionAsync();
        Assert.Equal(0, await connection.QuerySingleAsync<int>("select count(*)::int from platform.api_keys"));
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("select set_config('app.user_id', @id, true)", new { id = owner.Id.ToString() });
        Assert.Equal([owner.Id], await connection.QueryAsync<Guid>("select owner_id from platform.api_keys"));
        Assert.Equal(
            0,
            await connection.ExecuteAsync("update platform.api_keys set name = 'mine' where owner_id = @id", new { id = stranger.Id })
        );
        var denied = await Assert.ThrowsAsync<PostgresException>(() => connection.QueryAsync<byte[]>("select hash from platform.api_keys"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, denied.SqlState);
    }

    public sealed class Server : IAsyncLifetime
    {
        public HazinaApp App { get; private set; } = null!;

        public string Owner => App.Services.GetRequiredService<Hazina.Host.ServerOptions>().OwnerConnectionString!;

        public async ValueTask InitializeAsync() =>
            App = await HazinaApp.StartAsync(
                settings: new Dictionary<string, string?> { ["Identity:PasswordCost"] = "10" },
                add: s =>
                    s.AddPermissions(
                        new Permission("test.read", "read", Role.Partner),
                        new Permission("test.write", "write", Role.Partner),
                        new Permission("test.staff", "staff", Role.Staff)
                    ),
                map: r => r.MapGet("/test/read", () => "read").RequirePermission("test.read")
            );

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
