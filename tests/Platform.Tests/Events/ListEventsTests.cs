using System.Net;
using System.Text.Json;
using Dapper;
using Hazina.Host;
using Hazina.Platform.Events;
using Hazina.Platform.Security;
using Hazina.Platform.Tests.Http;
using Hazina.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Platform.Tests.Events;

/// <summary><c>GET /v1/events</c></summary>
public sealed class ListEventsTests(ListEventsTests.Server server) : IClassFixture<ListEventsTests.Server>
{
    [Fact]
    public async Task Events_come_in_order_and_page_by_page_until_nothing_is_left()
    {
        var told = new List<JsonElement>();
        var (after, more) = (0L, true);
        while (more)
        {
            var page = await Get(server.App.Client, $"?limit=7&after={after}");
            Assert.Equal(("list", "/v1/events"), (page.Text("object"), page.Text("url")));
            told.AddRange(Data(page));
            (after, more) = (told[^1].GetProperty("number").GetInt64(), page.GetProperty("has_more").GetBoolean());
        }

        // 30 of live, 5 of them not shown, and one of people; those of the sandbox lie between.
        Assert.Equal(Server.Live, told.Select(Place));
        var numbers = told.Select(e => e.GetProperty("number").GetInt64()).ToList();
        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.Empty(Data(await Get(server.App.Client, $"?after={after}")));
        Assert.Equal(Server.Live, Data(await Get(server.App.Client)).Select(Place));
    }

    [Fact]
    public async Task An_event_says_what_when_and_about_what()
    {
        var told = Data(await Get(server.App.Client, "?limit=1")).Single();
        Assert.Equal(
            ["data", "id", "key", "number", "object", "occurred_at", "type"],
            told.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(("event", SampleModule.Moved.Name, "a"), (told.Text("object"), told.Text("type"), told.Text("key")));
        Assert.Equal("2026-01-31T09:30:00.000000Z", told.Text("occurred_at"));
        Assert.Equal(7, told.GetProperty("id").GetGuid().Version);
        Assert.Equal("""{"key":"a","place":1}""", told.GetProperty("data").GetRawText().Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_sees_its_own_book_alone_and_never_people_or_what_is_not_shown()
    {
        using var sandbox = await server.App.ClientAsync("sandbox");
        Assert.Equal(Server.Sandbox, Data(await Get(sandbox)).Select(Place));
    }

    [Fact]
    public async Task Only_one_type_is_given_when_one_is_asked_for()
    {
        Assert.Equal(Server.Live.Count, Data(await Get(server.App.Client, "?type=sample.thing.moved.v1")).Count);
        Assert.Empty(Data(await Get(server.App.Client, "?type=ledger.transaction.posted.v1")));
    }

    [Theory]
    [InlineData("after=-1", "after out_of_range")]
    [InlineData("limit=0", "limit out_of_range")]
    [InlineData("limit=1001", "limit out_of_range")]
    [InlineData("type=", "type unknown_value")]
    [InlineData("type=sample.thing.hidden.v1", "type unknown_value")]
    [InlineData("type=%27%3B--", "type unknown_value")]
    [InlineData("type=sample.thing", "type unknown_value")]
    public async Task A_parameter_that_is_wrong_is_named(string query, string error)
    {
        var problem = await (await server.App.Client.GetAsync("/v1/events?" + query)).Problem(
            HttpStatusCode.BadRequest,
            "platform.invalid_request"
        );
        Assert.Equal([error], problem.Errors());
    }

    [Theory]
    [InlineData("after=x")]
    [InlineData("after=1.5")]
    [InlineData("after=99999999999999999999")]
    [InlineData("limit=x")]
    [InlineData("limit=99999999999")]
    [InlineData("after=1&after=2")]
    public async Task A_parameter_that_is_no_number_is_refused(string query) =>
        await (await server.App.Client.GetAsync("/v1/events?" + query)).Problem(HttpStatusCode.BadRequest, "platform.invalid_request");

    [Fact]
    public async Task The_permission_is_needed()
    {
        await (await server.App.Anonymous.GetAsync("/v1/events")).Problem(HttpStatusCode.Unauthorized, "platform.unauthenticated");
        using var reader = await server.App.ClientAsync("live", "ledger.read");
        await (await reader.GetAsync("/v1/events")).Problem(HttpStatusCode.Forbidden, "platform.permission_missing");
        using var allowed = await server.App.ClientAsync("live", "events.read");
        Assert.Equal(HttpStatusCode.OK, (await allowed.GetAsync("/v1/events")).StatusCode);
    }

    static async Task<JsonElement> Get(HttpClient client, string query = "")
    {
        var response = await client.GetAsync("/v1/events" + query);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Body();
    }

    [Fact]
    public async Task What_listeners_have_given_up_on_is_seen_tried_again_and_passed_over_by_operators()
    {
        const string audit = "platform.audit.recorded.v1";
        await using var behind = new NpgsqlConnection(server.App.Services.GetRequiredService<ServerOptions>().OwnerConnectionString);
        for (var n = 1; n <= 4; n++)
            await behind.ExecuteAsync(
                """
                insert into platform.held_events (listener, number, key, type, state, tries, error, held_at)
                values ('test.nobody', @n, @key, @type, @state, 8, 'it broke', now())
                """,
                new
                {
                    n = (long)n,
                    key = n switch
                    {
                        2 => "b",
                        3 => "user:3",
                        _ => "a",
                    },
                    type = n == 3 ? audit : SampleModule.Moved.Name,
                    state = n == 4 ? "waiting" : "parked",
                }
            );
        using var operations = await Person.SignedInAsync(server.App, Role.User, Role.Operations);
        var list = (await operations.SendAsync(HttpMethod.Get, "/v1/events/parked?limit=2")).Is(HttpStatusCode.OK);
        Assert.Equal(["test.nobody:3", "test.nobody:2"], list["data"]!.AsArray().Select(p => (string)p!["id"]!));
        Assert.True((bool)list["has_more"]!);
        var rest = await operations.SendAsync(HttpMethod.Get, "/v1/events/parked?listener=test.nobody&starting_after=test.nobody:2");
        var first = rest.Is(HttpStatusCode.OK)["data"]!.AsArray().Single()!;
        Assert.Equal(
            ("test.nobody", 1L, 8, "it broke", 1L),
            ((string)first["listener"]!, (long)first["number"]!, (int)first["tries"]!, (string)first["error"]!, (long)first["waiting"]!)
        );
        var back = await operations.SendAsync(HttpMethod.Get, "/v1/events/parked?ending_before=test.nobody:1");
        Assert.Equal(2, back.Is(HttpStatusCode.OK)["data"]!.AsArray().Count);
        foreach (var wrong in (string[])["3", "test.nobody:", ":3", "test.nobody:-3", "test.nobody:99999999999999999999"])
            (await operations.SendAsync(HttpMethod.Get, $"/v1/events/parked?starting_after={wrong}")).IsProblem(
                400,
                "platform.invalid_request",
                "starting_after"
            );

        Assert.Equal(HttpStatusCode.NoContent, (await Do("test.nobody:1", "retry")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Do("test.nobody:2", "skip")).Status);
        (await Do("test.nobody:2", "skip")).IsProblem(404, "platform.no_such_parked_event", "parked");
        (await Do("test.nobody:1", "retry")).IsProblem(404, "platform.no_such_parked_event", "parked");
        (await Do("what is this", "retry")).IsProblem(404, "platform.no_such_parked_event", "parked");
        (await Do("test.nobody:3", "skip")).IsProblem(409, "platform.audit_not_skipped", "parked");
        Assert.Equal(HttpStatusCode.NoContent, (await Do("test.nobody:3", "retry")).Status);
        Assert.Equal(
            ["1 retrying", "3 retrying", "4 waiting"],
            await behind.QueryAsync<string>(
                "select number || ' ' || state from platform.held_events where listener = 'test.nobody' order by number"
            )
        );
        var written = await behind.QueryAsync<string>(
            """
            -- An event stands in both for the moment between its number and its removal.
            select e.data ->> 'action' || ' ' || e.key
              from (select id, key, data from platform.outbox union select id, key, data from platform.events) as e
             where e.data ->> 'actor_id' = @id and e.key like 'event:%' order by 1
            """,
            new { id = operations.Id.ToString() }
        );
        Assert.Equal(["platform.event.replayed event:1", "platform.event.replayed event:3", "platform.event.skipped event:2"], written);

        Task<Reply> Do(string id, string what) =>
            operations.SendAsync(HttpMethod.Post, $"/v1/events/parked/{Uri.EscapeDataString(id)}/{what}");
    }

    /// <summary>As it was given to the event, and for one of something else what it is: numbers have gaps.</summary>
    static string Place(JsonElement told) =>
        told.Text("type") == SampleModule.Moved.Name
            ? told.GetProperty("data").GetProperty("place").GetRawText()
            : $"{told.Text("type")} {told.Text("key")}";

    static List<JsonElement> Data(JsonElement list) => [.. list.GetProperty("data").EnumerateArray()];

    public sealed class Server : IAsyncLifetime
    {
        /// <summary>What callers of each book see.</summary>
        public static List<string> Live { get; } = [.. Enumerable.Range(1, 60).Where(n => n % 2 == 1 && n % 12 != 11).Select(n => $"{n}")];

        public static List<string> Sandbox { get; } = [.. Enumerable.Range(1, 60).Where(n => n % 2 == 0).Select(n => $"{n}")];

        public HazinaApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            App = await HazinaApp.StartAsync(
                // What is told here is from a day that will be long ago.
                settings: new Dictionary<string, string?> { ["Identity:PasswordCost"] = "10", ["Events:KeepDays"] = "0" },
                add: s => s.AddEvents([SampleModule.Moved, SampleModule.Hidden])
            );
            EventAppender? taken = null;
            // The server's own relay may have the turn.
            await Eventually.TrueAsync(
                async () => (taken = await App.Services.GetRequiredService<EventLog>().Take(default)) is not null,
                "the turn"
            );
            await using var turn = taken!;
            var at = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);
            await turn.Append(
                [
                    .. Enumerable
                        .Range(1, 60)
                        .Select(n =>
                            (n % 12 == 11 ? SampleModule.Hidden : SampleModule.Moved).Of(
                                n % 2 == 1 ? "live" : "sandbox",
                                "a",
                                at,
                                new ThingMoved("a", n)
                            )
                        ),
                    SampleModule.Moved.Of(book: null, "somebody", at, new ThingMoved("somebody", 1)),
                ],
                default
            );
            await turn.Commit(default);
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
