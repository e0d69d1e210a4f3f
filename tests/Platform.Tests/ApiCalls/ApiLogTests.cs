using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Platform.ApiCalls;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Hazina.Platform.Tests.ApiCalls;

public sealed class ApiLogTests
{
    static Task<HazinaApp> Start(params (string Key, string Value)[] settings) =>
        HazinaApp.StartAsync(
            settings: settings
                .Append(("Identity:PasswordCost", "10"))
                .ToDictionary(s => s.Item1, s => (string?)s.Item2, StringComparer.Ordinal),
            add: s => s.AddPermissions(new Permission("test.any", "anything")),
            map: routes =>
            {
                routes
                    .MapPost("/v1/test/things/{thing}", (string thing, Dictionary<string, JsonElement> body) => body.Count)
                    .RequirePermission("test.any");
                routes
                    .MapPost("/v1/test/once", (Dictionary<string, JsonElement> body) => body.Count)
                    .RequirePermission("test.any")
                    .Idempotent();
                routes.MapGet("/v1/test/things", () => "things").RequirePermission("test.any");
            }
        );

    static async Task<Reply> Send(HttpClient client, HttpMethod method, string path, string id, JsonNode? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Request-Id", id);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request);
        return await Reply.Of(response);
    }

    static async Task<JsonNode> Call(HttpClient asking, string id)
    {
        JsonNode? found = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var list = (await Send(asking, HttpMethod.Get, $"/v1/api-calls?request_id={id}", "asking-for-it")).Is(HttpStatusCode.OK);
                found = list["data"]!.AsArray().SingleOrDefault();
                return found is not null;
            },
            $"the call {id}"
        );
        return found!;
    }

    [Fact]
    public async Task A_call_is_found_by_its_request_id_with_what_was_asked_and_without_secrets()
    {
        await using var app = await Start();
        var body = new JsonObject
        {
            ["place"] = "Kisumu",
            ["new_password"] = "hush",
            ["nested"] = new JsonArray(new JsonObject { ["clientSecret"] = "hush", ["pin"] = 1234 }),
        };
        (await Send(app.Client, HttpMethod.Post, "/v1/test/things/17", "call-number-1", body)).Is(HttpStatusCode.OK);
        var call = await Call(app.Client, "call-number-1");
        Assert.Equal("POST", (string)call["method"]!);
        Assert.Equal(("/v1/test/things/{thing}", "/v1/test/things/17"), ((string)call["route"]!, (string)call["path"]!));
        Assert.Equal((200, "127.0.0.1", "live"), ((int)call["status"]!, (string)call["address"]!, (string)call["book"]!));
        Assert.True((decimal)call["duration_ms"]! > 0);
        Assert.True((long)call["request_bytes"]! > 50);
        Assert.NotNull(call["key"]);
        Assert.Equal("Kisumu", (string)call["body"]!["place"]!);
        Assert.DoesNotContain("hush", call.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("1234", call["body"]!.ToJsonString(), StringComparison.Ordinal);

        (await Send(app.Client, HttpMethod.Post, "/v1/test/once", "call-number-2", body, "key-1")).Is(HttpStatusCode.OK);
        call = await Call(app.Client, "call-number-2");
        Assert.Equal(("key-1", "Kisumu"), ((string)call["idempotency_key"]!, (string)call["body"]!["place"]!));
    }

    [Fact]
    public async Task A_refusal_is_there_with_its_code_and_a_strangers_body_is_not()
    {
        await using var app = await Start();
        var login = new JsonObject { ["login"] = "asha@example.com", ["password"] = "not the password" };
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await Send(app.Anonymous, HttpMethod.Post, "/v1/auth/sign-in", "sign-in-failed", login)).Status
        );
        Assert.Equal(HttpStatusCode.NotFound, (await Send(app.Anonymous, HttpMethod.Get, "/v1/nothing-here", "nothing-here")).Status);
        var call = await Call(app.Client, "sign-in-failed");
        Assert.Equal((401, "identity.wrong_credentials"), ((int)call["status"]!, (string)call["code"]!));
        Assert.Null(call["body"]);
        Assert.Null(call["key"]);
        Assert.Null((await Call(app.Client, "nothing-here"))["route"]);
        using var juma = await Person.SignedInAsync(app, "user");
        using var named = new HttpRequestMessage(HttpMethod.Patch, "/v1/me")
        {
            Content = JsonContent.Create(new JsonObject { ["first_name"] = "Juma" }),
        };
        named.Headers.Add("Request-Id", "a-persons-name");
        Assert.Equal(HttpStatusCode.OK, (await juma.Client.SendAsync(named)).StatusCode);
        Assert.Equal(juma.Id.ToString(), (string)(call = await Call(app.Client, "a-persons-name"))["user"]!);
        Assert.Null(call["body"]);
        Assert.DoesNotContain("asha", (await app.Client.GetStringAsync("/v1/api-calls?status=401")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_sees_the_calls_of_their_own_keys_and_who_runs_the_platform_sees_all()
    {
        await using var app = await Start();
        using var asha = await Person.SignedInAsync(app, "partner");
        using var juma = await Person.SignedInAsync(app, "partner");
        using var staff = await Person.SignedInAsync(app, "operations");
        var made = (
            await asha.SendAsync(
                HttpMethod.Post,
                "/v1/keys",
                new JsonObject
                {
                    ["name"] = "till",
                    ["book"] = "live",
                    ["permissions"] = new JsonArray(ListApiCalls.Read),
                }
            )
        ).Is(HttpStatusCode.Created);
        using var till = app.ClientWith((string)made["key"]!);
        (await Send(till, HttpMethod.Get, "/v1/api-calls?limit=1", "call-of-the-till")).Is(HttpStatusCode.OK);
        using var other = await app.ClientAsync("live", ListApiCalls.Read);
        (await Send(other, HttpMethod.Get, "/v1/api-calls?limit=1", "call-of-another")).Is(HttpStatusCode.OK);

        foreach (var client in new[] { staff.Client, asha.Client, till })
            Assert.Equal((string)made["id"]!, (string)(await Call(client, "call-of-the-till"))["key"]!);
        await Call(staff.Client, "call-of-another");
        foreach (var client in new[] { asha.Client, till, juma.Client })
            Assert.Empty(
                (await Send(client, HttpMethod.Get, "/v1/api-calls?request_id=call-of-another", "asking-12")).Is(HttpStatusCode.OK)[
                    "data"
                ]!.AsArray()
            );
        foreach (var client in new[] { other, juma.Client })
            Assert.Empty(
                (await Send(client, HttpMethod.Get, "/v1/api-calls?request_id=call-of-the-till", "asking-13")).Is(HttpStatusCode.OK)[
                    "data"
                ]!.AsArray()
            );
    }

    [Fact]
    public async Task Of_many_calls_that_went_well_there_are_samples_and_of_the_others_all()
    {
        await using var app = await Start(("ApiLog:AllUpTo", "0"), ("ApiLog:SampleEvery", "10"));
        for (var i = 0; i < 40; i++)
            await Send(app.Client, HttpMethod.Get, "/v1/test/things", $"went-well-{i}");
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.NotFound, (await Send(app.Client, HttpMethod.Get, "/v1/test/none", $"did-not-{i}")).Status);
        using var owner = new Npgsql.NpgsqlConnection(app.Services.GetRequiredService<Hazina.Host.ServerOptions>().OwnerConnectionString);
        await owner.OpenAsync();
        async Task<long> Count(string where)
        {
            await using var command = new Npgsql.NpgsqlCommand($"select count(*) from platform.api_calls where {where}", owner);
            return (long)(await command.ExecuteScalarAsync())!;
        }

        await Eventually.TrueAsync(async () => await Count("request_id like 'did-not-%'") == 5, "all that were refused");
        Assert.Equal(4, await Count("request_id like 'went-well-%'"));
    }

    [Fact]
    public async Task When_the_database_cannot_keep_up_calls_are_left_out_and_counted_and_old_ones_go()
    {
        await using var test = await HazinaDatabase.CreateAsync();
        await using var database = Hazina.Platform.Postgres.Database.Owned(test.ConnectionString);
        var time = new ManualTime();
        using var writer = new ApiLogWriter(database, Options.Create(new ApiLogOptions()), time, NullLogger<ApiLogWriter>.Instance);
        for (var i = 0; i < 9_000; i++)
            writer.Put(CallAt(time.GetUtcNow().AddDays(i < 5 ? -31 : -1)));
        Assert.Equal(9_000 - 8_192, writer.LostSoFar);

        await writer.StartAsync(default);
        await writer.StopAsync(default);
        Assert.Equal(8_192, await Stored(database));
        Assert.Equal(9_000 - 8_192, writer.LostSoFar);
        await writer.Sweep(default);
        Assert.Equal(8_187, await Stored(database));
    }

    static ApiCall CallAt(DateTimeOffset at) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            At = at,
            RequestId = "req_1",
            Method = "GET",
            Path = "/v1/things",
            Status = 200,
            DurationUs = 12,
        };

    static async Task<long> Stored(Hazina.Platform.Postgres.Database database)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync();
        await using var command = new Npgsql.NpgsqlCommand("select count(*) from platform.api_calls", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
