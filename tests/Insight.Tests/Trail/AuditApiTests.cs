using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

[assembly: AssemblyFixture(typeof(Hazina.Insight.Tests.Trail.AuditServer))]

namespace Hazina.Insight.Tests.Trail;

/// <summary>One server for the tests that share it.</summary>
public sealed class AuditServer : IAsyncDisposable
{
    readonly Lazy<Task<HazinaApp>> app = new(() =>
        HazinaApp.StartAsync(settings: new Dictionary<string, string?> { ["Identity:PasswordCost"] = "10" })
    );

    public Task<HazinaApp> App => app.Value;

    public async ValueTask DisposeAsync()
    {
        if (app.IsValueCreated)
            await (await app.Value).DisposeAsync();
    }
}

public sealed class AuditApiTests(AuditServer server)
{
    [Fact]
    public async Task Who_signed_in_and_who_made_whom_is_there_for_those_who_may_see_it()
    {
        var app = await server.App;
        using var admin = await Person.SignedInAsync(app, "admin");
        using var juma = await Person.SignedInAsync(app, "user");
        var entries = await Entries(admin, $"target={juma.Id}", 2);
        Assert.Equal(["identity.session.started", "identity.admin.created"], entries.Select(e => (string)e["action"]!));
        var signedIn = entries[0];
        Assert.Equal(("user", juma.Id.ToString()), ((string)signedIn["actor"]!["type"]!, (string)signedIn["actor"]!["id"]!));
        Assert.Equal("127.0.0.1", (string)signedIn["origin"]!["address"]!);
        Assert.StartsWith("req_", (string)signedIn["origin"]!["request_id"]!, StringComparison.Ordinal);
        Assert.NotNull(signedIn["origin"]!["session"]);
        Assert.Equal("operator", (string)entries[1]["actor"]!["type"]!);
        Assert.Equal(Environment.UserName, (string)entries[1]["actor"]!["id"]!);
        Assert.DoesNotContain("Juma", entries[1].ToJsonString(), StringComparison.Ordinal);

        var one = (await admin.SendAsync(HttpMethod.Get, $"/v1/audit/{signedIn["id"]}")).Is(HttpStatusCode.OK);
        Assert.True(JsonNode.DeepEquals(signedIn, one));
        (await admin.SendAsync(HttpMethod.Get, $"/v1/audit/{Guid.CreateVersion7()}")).IsProblem(404, "insight.no_such_entry");
        Assert.True((await AuditTrail.Verify(app.Database)).IsWhole);
    }

    [Fact]
    public async Task A_password_that_was_wrong_is_there_and_whose_login_nobody_has_too()
    {
        var app = await server.App;
        using var admin = await Person.SignedInAsync(app, "compliance");
        using var stranger = new HttpRequestMessage(HttpMethod.Post, "/v1/auth/sign-in")
        {
            Content = System.Net.Http.Json.JsonContent.Create(
                new JsonObject { ["login"] = "nobody.at.all@example.com", ["password"] = "a password that is not it" }
            ),
        };
        var id = $"failed-{Guid.CreateVersion7():N}";
        stranger.Headers.Add("Request-Id", id);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Anonymous.SendAsync(stranger)).StatusCode);
        JsonNode? found = null;
        await Eventually.TrueAsync(
            async () =>
                (
                    found = (await Entries(admin, "action=identity.sign_in.failed", 1)).FirstOrDefault(e =>
                        (string?)e["origin"]!["request_id"] == id
                    )
                )
                    is not null,
            "the failure is in the trail"
        );
        Assert.Equal("nobody", (string)found!["actor"]!["type"]!);
        Assert.Null(found["target"]!["id"]);
        Assert.DoesNotContain("example.com", found.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("not it", found.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_and_what_is_done_to_them_are_there_without_their_text()
    {
        var app = await server.App;
        using var admin = await Person.SignedInAsync(app, "admin");
        var made = (
            await admin.SendAsync(
                HttpMethod.Post,
                "/v1/keys",
                new JsonObject
                {
                    ["name"] = "Asha's till",
                    ["permissions"] = new JsonArray("insight.audit.read"),
                    ["addresses"] = new JsonArray("192.0.2.0/24"),
                }
            )
        ).Is(HttpStatusCode.Created);
        var id = (string)made["id"]!;
        (await admin.SendAsync(HttpMethod.Patch, $"/v1/keys/{id}", new JsonObject { ["addresses"] = new JsonArray() })).Is(
            HttpStatusCode.OK
        );
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/v1/keys/{id}")).Status);
        var entries = await Entries(admin, $"target={id}&actor={admin.Id}", 3);
        Assert.Equal(["platform.key.revoked", "platform.key.changed", "platform.key.created"], entries.Select(e => (string)e["action"]!));
        Assert.Equal("192.0.2.0/24", (string)entries[1]["before"]!["addresses"]![0]!);
        Assert.Empty(entries[1]["after"]!["addresses"]!.AsArray());
        var text = string.Concat(entries.Select(e => e.ToJsonString()));
        Assert.DoesNotContain("hz_", text, StringComparison.Ordinal);
        Assert.DoesNotContain("till", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_hold_together_and_pages_follow_each_other()
    {
        var app = await server.App;
        using var admin = await Person.SignedInAsync(app, "admin");
        for (var i = 0; i < 4; i++)
            (await admin.SendAsync(HttpMethod.Patch, "/v1/me", new JsonObject { ["first_name"] = $"Name{i}" })).Is(HttpStatusCode.OK);
        var mine = $"actor={admin.Id}&action=identity.user.profile_changed";
        var all = await Entries(admin, mine, 4);
        Assert.Equal("first_name", (string)all[0]["after"]!["fields"]![0]!);
        var first = (await admin.SendAsync(HttpMethod.Get, $"/v1/audit?{mine}&limit=3")).Is(HttpStatusCode.OK);
        Assert.True((bool)first["has_more"]!);
        var last = (string)first["data"]![2]!["id"]!;
        var second = (await admin.SendAsync(HttpMethod.Get, $"/v1/audit?{mine}&limit=3&starting_after={last}")).Is(HttpStatusCode.OK);
        Assert.Equal((1, false), (second["data"]!.AsArray().Count, (bool)second["has_more"]!));
        var oldest = (string)second["data"]![0]!["id"]!;
        var back = (await admin.SendAsync(HttpMethod.Get, $"/v1/audit?{mine}&limit=3&ending_before={oldest}")).Is(HttpStatusCode.OK);
        Assert.Equal(first["data"]!.AsArray().Select(e => (string)e!["id"]!), back["data"]!.AsArray().Select(e => (string)e!["id"]!));

        var at = (DateTimeOffset)all[1]["occurred_at"]!;
        var to = Uri.EscapeDataString(at.ToString("O"));
        Assert.Equal(2, (await Entries(admin, $"{mine}&to={to}", 2)).Count);
        Assert.Equal(2, (await Entries(admin, $"{mine}&from={to}", 2)).Count);
        (await admin.SendAsync(HttpMethod.Get, $"/v1/audit?from={to}&to={to}")).IsProblem(400, "platform.invalid_request", "to");
    }

    [Fact]
    public async Task The_trail_and_the_events_about_people_are_shown_to_nobody_elses_key()
    {
        var app = await server.App;
        foreach (var role in new[] { "user", "partner", "operations" })
        {
            using var person = await Person.SignedInAsync(app, role);
            (await person.SendAsync(HttpMethod.Get, "/v1/audit")).IsProblem(403, "platform.permission_missing");
        }

        using var partner = await app.ClientAsync("live", "events.read");
        var events = JsonNode.Parse(await partner.GetStringAsync("/v1/events?limit=1000"))!["data"]!.AsArray();
        Assert.DoesNotContain(events, e => !((string)e!["type"]!).StartsWith("ledger.", StringComparison.Ordinal));
        await using var owner = new NpgsqlConnection(app.Services.GetRequiredService<Host.ServerOptions>().OwnerConnectionString);
        Assert.True(
            await owner.ExecuteScalarAsync<long>("select count(*) from platform.events where type like 'identity.%' and not is_public") > 0
        );
    }

    [Fact]
    public async Task The_trail_keeps_up_with_thousands_of_acts()
    {
        const int Acts = 4_000;
        var app = await HazinaApp.StartAsync();
        await using var ends = app;
        var now = TimeProvider.System.GetUtcNow();
        await using (var connection = await app.Database.Writer("identity").OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            foreach (var some in Enumerable.Range(0, Acts).Chunk(500))
                await Outbox.Write(
                    transaction,
                    [
                        .. some.Select(i =>
                            Audit.Event(null, new("identity.thing.moved", new("thing", $"{i}"), now) { After = new { place = i } })
                        ),
                    ]
                );
            await transaction.CommitAsync();
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        await using var owner = new NpgsqlConnection(app.Services.GetRequiredService<Host.ServerOptions>().OwnerConnectionString);
        await Eventually.TrueAsync(
            async () => await owner.ExecuteScalarAsync<long>("select number from insight.audit_head") >= Acts,
            "all are in the trail"
        );
        TestContext.Current.SendDiagnosticMessage($"{Acts / clock.Elapsed.TotalSeconds:N0} entries/s");
        var report = await AuditTrail.Verify(app.Database);
        Assert.True(report.IsWhole, report.First);
    }

    /// <summary>The newest entries, once there are so many.</summary>
    static async Task<List<JsonNode>> Entries(Person asking, string filter, int count)
    {
        List<JsonNode> found = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var list = (await asking.SendAsync(HttpMethod.Get, $"/v1/audit?{filter}&limit=100")).Is(HttpStatusCode.OK);
                found = [.. list["data"]!.AsArray().Select(e => e!)];
                return found.Count >= count;
            },
            $"{count} entries of {filter}"
        );
        return found;
    }
}
