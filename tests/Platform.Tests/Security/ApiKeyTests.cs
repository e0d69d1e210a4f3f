using System.Net;
using System.Net.Http.Headers;
using Dapper;
using Hazina.Platform.Security;
using Hazina.Platform.Tests.Http;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Tests.Security;

public sealed class ApiKeyTests
{
    static Task<HazinaApp> Start() =>
        HazinaApp.StartAsync(
            add: s =>
                s.AddPermissions(
                    new Permission("test.read", "read"),
                    new Permission("test.write", "write"),
                    new Permission("test.force", "force") { OnlyWith = "test.write" }
                ),
            map: routes =>
            {
                routes.MapGet("/test/who", (HttpContext context) => Caller.Of(context)).RequirePermission("test.read");
                routes.MapGroup("/test/both").RequirePermission("test.read").MapGet("/", () => "both").RequirePermission("test.write");
            }
        );

    [Theory]
    [InlineData("live", "hz_live_")]
    [InlineData("sandbox", "hz_test_")]
    public void A_key_says_its_book_and_finds_typing_mistakes(string book, string start)
    {
        var key = KeyText.New(book);
        Assert.StartsWith(start, key, StringComparison.Ordinal);
        Assert.Equal(KeyText.Length, key.Length);
        Assert.True(KeyText.IsWellFormed(key));
        for (var i = 0; i < key.Length; i++)
        {
            var other = key.ToCharArray();
            other[i] = other[i] == 'x' ? 'y' : 'x';
            Assert.False(KeyText.IsWellFormed(new string(other)));
        }

        Assert.False(KeyText.IsWellFormed(key[..^1]));
        Assert.False(KeyText.IsWellFormed(""));
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => KeyText.New(book)).Distinct().Count());
    }

    [Fact]
    public async Task A_key_opens_what_it_has_permission_for_and_nothing_else()
    {
        await using var app = await Start();
        using var reader = await app.ClientAsync("sandbox", "test.read");
        var who = await (await reader.GetAsync("/test/who")).Body();
        Assert.Equal(("sandbox", "test"), (who.Text("book"), who.Text("name")));

        var problem = await (await reader.GetAsync("/test/both")).Problem(HttpStatusCode.Forbidden, "platform.permission_missing");
        Assert.Contains("test.write", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/test/both")).StatusCode);
    }

    [Fact]
    public async Task A_key_may_come_as_a_bearer_and_must_be_whole()
    {
        await using var app = await Start();
        var key = (await app.KeyAsync()).Text;

        async Task<HttpResponseMessage> With(Action<HttpRequestHeaders> headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/test/who");
            headers(request.Headers);
            return await app.Anonymous.SendAsync(request);
        }

        Assert.Equal(HttpStatusCode.OK, (await With(h => h.Add("Authorization", "Bearer " + key))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await With(h => h.Add("Authorization", "bearer  " + key))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await With(h => h.Add("X-API-Key", key))).StatusCode);
        foreach (
            var wrong in (Action<HttpRequestHeaders>[])
                [
                    _ => { },
                    h => h.Add("Authorization", "Basic " + key),
                    h => h.TryAddWithoutValidation("Authorization", key),
                    h => h.Add("X-API-Key", key[..^1]),
                    h => h.Add("X-API-Key", KeyText.New("live")),
                    h => h.TryAddWithoutValidation("X-API-Key", ""),
                    h => h.Add("X-API-Key", ["a", "b"]),
                ]
        )
        {
            var response = await With(wrong);
            await response.Problem(HttpStatusCode.Unauthorized, "platform.unauthenticated");
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        }
    }

    [Fact]
    public async Task The_key_itself_is_nowhere_in_the_database()
    {
        await using var app = await Start();
        var made = await app.KeyAsync();
        await using var connection = await app.Database.Writer("platform").OpenConnectionAsync();
        var row = await connection.QuerySingleAsync<string>("select k::text from platform.api_keys k where id = @Id", new { made.Row.Id });
        Assert.DoesNotContain(made.Text[8..20], row, StringComparison.Ordinal);
        Assert.Equal(made.Text[^4..], made.Row.Hint);
    }

    [Fact]
    public async Task A_revoked_or_expired_key_ends_within_ten_seconds()
    {
        await using var database = await HazinaDatabase.CreateAsync();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var source = Hazina.Platform.Postgres.Database.Owned(database.ConnectionString);
        var keys = new ApiKeys(source, time, [new PermissionList([new Permission("test.read", "read")])]);
        using var ring = new KeyRing(source, time, Microsoft.Extensions.Logging.Abstractions.NullLogger<KeyRing>.Instance);
        var (revoked, expiring) = (
            await keys.Create("a", "live", ["test.read"]),
            await keys.Create("b", "live", ["test.read"], time.GetUtcNow() + TimeSpan.FromSeconds(5))
        );

        Assert.Null(ring.Recall(revoked.Text));
        Assert.NotNull(await ring.Find(revoked.Text, default));
        Assert.NotNull(await ring.Find(expiring.Text, default));
        Assert.True(await keys.Revoke(revoked.Row.Id));
        Assert.False(await keys.Revoke(revoked.Row.Id));
        Assert.NotNull(ring.Recall(revoked.Text)); // remembered, and so without a question to the database
        Assert.Null(await ring.Find(revoked.Text, default));

        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(ring.Recall(expiring.Text));
        Assert.Null(await ring.Find(expiring.Text, default));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(ring.Recall(revoked.Text));
    }

    [Fact]
    public async Task When_a_key_was_used_is_written_down_once_a_minute()
    {
        await using var database = await HazinaDatabase.CreateAsync();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var source = Hazina.Platform.Postgres.Database.Owned(database.ConnectionString);
        var keys = new ApiKeys(source, time, [new PermissionList([new Permission("test.read", "read")])]);
        using var ring = new KeyRing(source, time, Microsoft.Extensions.Logging.Abstractions.NullLogger<KeyRing>.Instance);
        var key = await keys.Create("a", "live", ["test.read"]);
        await ring.StartAsync(default);
        await ring.Find(key.Text, default);
        Assert.Null((await keys.List()).Single().LastUsedAt);

        time.Advance(CallerMemory.WriteEvery);
        await Eventually.TrueAsync(async () => (await keys.List()).Single().LastUsedAt is not null, "the use of the key is written");
        time.Advance(TimeSpan.FromSeconds(7));
        await ring.Find(key.Text, default);
        await ring.StopAsync(default);
        Assert.Equal(time.GetUtcNow(), (await keys.List()).Single().LastUsedAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Keys_are_listed_newest_first_and_made_with_care()
    {
        await using var app = await Start();
        var keys = app.Services.GetRequiredService<ApiKeys>();
        await keys.Create("first", "live", ["test.read"]);
        await keys.Create("second", "sandbox", ["test.write", "test.read", "test.read"]);
        var list = await keys.List();
        Assert.Equal(["second", "first"], list.Take(2).Select(k => k.Name));
        Assert.Equal(["test.read", "test.write"], list[0].Permissions);

        async Task Refused(string name, string book, string[] permissions, DateTimeOffset? expires = null) =>
            await Assert.ThrowsAsync<ArgumentException>(() => keys.Create(name, book, permissions, expires));
        await Refused("", "live", ["test.read"]);
        await Refused(new string('n', 101), "live", ["test.read"]);
        await Refused("n", "play", ["test.read"]);
        await Refused("n", "live", []);
        await Refused("n", "live", ["test.fly"]);
        await Refused("n", "live", ["test.force"]);
        await Refused("n", "live", ["test.read"], DateTimeOffset.UtcNow.AddMinutes(-1));
    }

    [Fact]
    public async Task Guessing_makes_an_address_wait_but_not_those_with_a_key()
    {
        await using var app = await Start();
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/test/who")).StatusCode);
        for (var i = 0; i < FailedAttempts.Most; i++)
        {
            using var guess = app.ClientWith(KeyText.New("live"));
            Assert.Equal(HttpStatusCode.Unauthorized, (await guess.GetAsync("/test/who")).StatusCode);
        }

        using var another = app.ClientWith(KeyText.New("live"));
        var response = await another.GetAsync("/test/who");
        await response.Problem(HttpStatusCode.TooManyRequests, "platform.too_many_failures");
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), FailedAttempts.Window);
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/test/who")).StatusCode);
    }

    [Fact]
    public void An_address_may_try_again_after_a_minute()
    {
        var time = new ManualTime();
        var failures = new FailedAttempts(time);
        var (address, neighbour) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::ffff:1"));
        for (var i = 1; i < FailedAttempts.Most; i++)
            Assert.False(failures.Note(address));
        Assert.Null(failures.Wait(address));
        Assert.True(failures.Note(neighbour)); // of the same network
        Assert.Equal(FailedAttempts.Window, failures.Wait(address));
        Assert.Null(failures.Wait(IPAddress.Parse("2001:db8:0:1::1")));
        time.Advance(FailedAttempts.Window);
        Assert.Null(failures.Wait(address));
        Assert.False(failures.Note(address));
    }

    [Fact]
    public async Task A_route_that_forgets_to_ask_for_a_permission_keeps_the_server_from_starting() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => HazinaApp.StartAsync(map: r => r.MapGet("/open", () => "to all")));
}
