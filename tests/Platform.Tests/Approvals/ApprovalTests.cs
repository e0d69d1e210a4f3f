using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Host;
using Hazina.Platform.Approvals;
using Hazina.Platform.Http;
using Hazina.Platform.Jobs;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Platform.Tests.Approvals;

/// <summary>What two people decide on, by a kind of the tests' own.</summary>
public sealed class ApprovalTests(ApprovalTests.Server server) : IClassFixture<ApprovalTests.Server>
{
    Task<Person> Maker() => Person.SignedInAsync(server.App, Role.User, Role.Operations);

    Task<Person> Checker() => Person.SignedInAsync(server.App, Role.User, Role.Compliance);

    static async Task<JsonNode> Asked(Person maker, string word, Guid? id = null) =>
        (await Ask(maker, word, id ?? Guid.CreateVersion7())).Is(HttpStatusCode.Accepted);

    static Task<Reply> Ask(Person maker, string word, Guid id) =>
        maker.SendAsync(HttpMethod.Post, $"/test/say/{id}", new JsonObject { ["word"] = word });

    static Task<Reply> Decide(Person who, JsonNode asked, string how, JsonObject? body = null) =>
        who.SendAsync(HttpMethod.Post, $"/v1/approvals/{asked["id"]}/{how}", how == "withdraw" ? null : body ?? []);

    static Task<Reply> Read(Person who, JsonNode asked) => who.SendAsync(HttpMethod.Get, $"/v1/approvals/{asked["id"]}");

    static JsonObject Because(string reason) => new() { ["reason"] = reason };

    int TimesSaid(string word) => server.Said.Values.Count(w => w == word);

    [Fact]
    public async Task One_asks_another_approves_and_it_is_done_once()
    {
        using var maker = await Maker();
        using var checker = await Checker();
        var asked = await Asked(maker, "jambo");
        Assert.Equal(
            ("approval", "pending", "test.word.say"),
            ((string)asked["object"]!, (string)asked["status"]!, (string)asked["kind"]!)
        );
        Assert.Equal(maker.Id, (Guid)asked["asked_by"]!);
        Assert.Equal("jambo", (string)asked["details"]!["word"]!);
        Assert.Equal(0, TimesSaid("jambo"));

        var done = (await Decide(checker, asked, "approve", Because("as agreed"))).Is(HttpStatusCode.OK);
        Assert.Equal(("done", "as agreed"), ((string)done["status"]!, (string)done["reason"]!));
        Assert.Equal(checker.Id, (Guid)done["decided_by"]!);
        Assert.Equal(1, TimesSaid("jambo"));

        Assert.Equal("done", (string)(await Decide(checker, asked, "approve")).Is(HttpStatusCode.OK)["status"]!);
        (await Decide(checker, asked, "reject", Because("no"))).IsProblem(409, "platform.approval_decided");
        (await Decide(maker, asked, "withdraw")).IsProblem(409, "platform.approval_decided");
        Assert.Equal(1, TimesSaid("jambo"));
        Assert.Equal("done", (string)(await Read(maker, asked)).Json["status"]!);
    }

    [Fact]
    public async Task Nobody_decides_alone()
    {
        using var maker = await Maker();
        using var checker = await Checker();
        var asked = await Asked(checker, "alone");
        (await Decide(checker, asked, "approve")).IsProblem(403, "platform.own_approval");
        (await Decide(checker, asked, "reject", Because("no"))).IsProblem(403, "platform.own_approval");
        // Operations may ask, and not decide: what others asked for is not even there.
        (await Decide(maker, asked, "approve")).IsProblem(404, "platform.no_such_approval");
        (await Decide(maker, asked, "withdraw")).IsProblem(404, "platform.no_such_approval");
        using var key = await server.App.ClientAsync("live");
        Assert.Equal("platform.people_only", (await Reply.Of(await key.GetAsync("/v1/approvals"))).Code);
        Assert.Equal(0, TimesSaid("alone"));

        using var other = await Checker();
        Assert.Equal("withdrawn", (string)(await Decide(checker, asked, "withdraw")).Is(HttpStatusCode.OK)["status"]!);
        (await Decide(other, asked, "approve")).IsProblem(409, "platform.approval_decided");
        (await Decide(other, asked, "withdraw")).IsProblem(403, "platform.not_the_maker");
    }

    [Fact]
    public async Task Whoever_says_no_says_why()
    {
        using var maker = await Maker();
        using var checker = await Checker();
        var asked = await Asked(maker, "hapana");
        (await Decide(checker, asked, "reject")).IsProblem(400, "platform.invalid_request", "reason");
        (await Decide(checker, asked, "reject", Because(new string('x', 1001)))).IsProblem(400, "platform.invalid_request", "reason");
        Assert.Equal("rejected", (string)(await Decide(checker, asked, "reject", Because("too loud"))).Is(HttpStatusCode.OK)["status"]!);
        Assert.Equal("too loud", (string)(await Read(maker, asked)).Json["reason"]!);
        (await Decide(checker, asked, "approve")).IsProblem(409, "platform.approval_decided");
        Assert.Equal(0, TimesSaid("hapana"));
    }

    [Fact]
    public async Task Checkers_side_by_side_have_it_done_once()
    {
        using var maker = await Maker();
        using var one = await Checker();
        using var two = await Checker();
        var asked = await Asked(maker, "pamoja");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Decide(i % 2 == 0 ? one : two, asked, "approve")));
        Assert.Equal(3, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => a.IsProblem(409, "platform.approval_decided"));
        await Eventually.TrueAsync(async () => (string)(await Read(maker, asked)).Json["status"]! == "done", "it is done");
        Assert.Equal(1, TimesSaid("pamoja"));
    }

    [Fact]
    public async Task More_at_once_than_there_are_connections_do_not_wait_for_each_other()
    {
        const int many = 48;
        using var maker = await Maker();
        using var checker = await Checker();
        var asked = await Task.WhenAll(Enumerable.Range(0, many).Select(_ => Asked(maker, "aside")));
        var done = await Task.WhenAll(asked.Select(a => Decide(checker, a, "approve")));
        Assert.All(done, d => Assert.Equal("done", (string)d.Is(HttpStatusCode.OK)["status"]!));
        Assert.Equal(many, TimesSaid("aside"));
    }

    [Fact]
    public async Task What_is_refused_says_why_and_what_fails_is_tried_again()
    {
        using var maker = await Maker();
        using var checker = await Checker();
        var never = (await Decide(checker, await Asked(maker, "never"), "approve")).Is(HttpStatusCode.OK);
        Assert.Equal(("refused", "test.no"), ((string)never["status"]!, (string)never["fault"]!["code"]!));

        var asked = await Asked(maker, "later");
        Assert.Equal("approved", (string)(await Decide(checker, asked, "approve")).Is(HttpStatusCode.OK)["status"]!);
        await using var owner = new NpgsqlConnection(server.Owner);
        await owner.ExecuteAsync(
            "update platform.approvals set next_try_at = now() - interval '1 s' where id = @id",
            new { id = (Guid)asked["id"]! }
        );
        await server.App.Services.GetRequiredService<ApprovedActs>().CarryDue(CancellationToken.None);
        Assert.Equal("done", (string)(await Read(maker, asked)).Json["status"]!);
        Assert.Equal(1, TimesSaid("later"));
    }

    [Fact]
    public async Task What_fails_for_ever_is_given_up_by_an_operator_who_says_why()
    {
        using var maker = await Maker();
        using var checker = await Checker();
        using var admin = await Person.SignedInAsync(server.App, Role.User, Role.Admin);
        var asked = await Asked(maker, "ever");
        (await Decide(admin, asked, "give-up", Because("no use"))).IsProblem(409, "platform.approval_decided");
        Assert.Equal("approved", (string)(await Decide(checker, asked, "approve")).Is(HttpStatusCode.OK)["status"]!);
        (await Decide(admin, asked, "give-up", [])).IsProblem(400, "platform.invalid_request", "reason");
        (await Decide(checker, asked, "give-up", Because("no use"))).IsProblem(403, "platform.permission_missing");
        var failed = (await Decide(admin, asked, "give-up", Because("the vendor is gone"))).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("failed", "platform.approval_given_up", "the vendor is gone"),
            ((string)failed["status"]!, (string)failed["fault"]!["code"]!, (string)failed["fault"]!["detail"]!)
        );
        Assert.NotNull(failed["ended_at"]);
        (await Decide(admin, asked, "give-up", Because("again"))).IsProblem(409, "platform.approval_decided");
        await using var owner = new NpgsqlConnection(server.Owner);
        Assert.Equal(
            (1, true),
            await owner.QuerySingleAsync<(int, bool)>(
                "select tries, next_try_at is null from platform.approvals where id = @id",
                new { id = (Guid)asked["id"]! }
            )
        );
        Assert.Equal(
            admin.Id.ToString(),
            await owner.QuerySingleAsync<string>(
                """
                select e.data ->> 'actor_id'
                  from (select id, key, data from platform.outbox union select id, key, data from platform.events) as e
                 where e.key = 'approval:' || @id and e.data ->> 'action' = 'platform.approval.given_up'
                """,
                new { id = (string)asked["id"]! }
            )
        );
    }

    [Fact]
    public async Task What_nobody_decides_on_in_time_is_over()
    {
        using var maker = await Maker();
        using var checker = await Checker();
        var asked = await Asked(maker, "old");
        await using var owner = new NpgsqlConnection(server.Owner);
        await owner.ExecuteAsync(
            "update platform.approvals set asked_at = asked_at - interval '9 days', expires_at = expires_at - interval '9 days' where id = @id",
            new { id = (Guid)asked["id"]! }
        );
        Assert.Equal("expired", (string)(await Read(maker, asked)).Json["status"]!);
        (await Decide(checker, asked, "approve")).IsProblem(409, "platform.approval_decided");
        Assert.Contains(
            (await checker.SendAsync(HttpMethod.Get, "/v1/approvals?status=expired")).Json["data"]!.AsArray(),
            a => (string)a!["id"]! == (string)asked["id"]!
        );
        await server.App.Services.GetRequiredService<ApprovedActs>().CarryDue(CancellationToken.None);
        Assert.Equal("expired", (string)(await Read(maker, asked)).Json["status"]!);
        Assert.Equal(0, TimesSaid("old"));
    }

    [Fact]
    public async Task An_id_is_good_for_one_asking()
    {
        using var maker = await Maker();
        using var other = await Maker();
        var id = Guid.CreateVersion7();
        Assert.Equal((string)(await Asked(maker, "twice", id))["asked_at"]!, (string)(await Asked(maker, "twice", id))["asked_at"]!);
        (await Ask(maker, "thrice", id)).IsProblem(409, "platform.approval_id_used");
        (await Ask(other, "twice", id)).IsProblem(409, "platform.approval_id_used");
    }

    [Fact]
    public async Task Lists_have_what_one_asked_for_or_may_decide_on()
    {
        using var maker = await Maker();
        using var other = await Maker();
        using var checker = await Checker();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Insert(0, (string)(await Asked(maker, "list"))["id"]!);
        Assert.Equal(ids, await Ids(maker, "/v1/approvals"));
        Assert.Equal(ids, await Ids(maker, "/v1/approvals?status=pending&kind=test.word.say"));
        Assert.Equal(ids[1..], await Ids(maker, $"/v1/approvals?starting_after={ids[0]}"));
        Assert.Equal(ids[..1], await Ids(maker, $"/v1/approvals?ending_before={ids[1]}"));
        Assert.Empty(await Ids(maker, "/v1/approvals?status=done"));
        Assert.Empty(await Ids(other, "/v1/approvals"));
        Assert.Equal(ids, (await Ids(checker, "/v1/approvals?limit=100")).Intersect(ids));
        (await maker.SendAsync(HttpMethod.Get, "/v1/approvals?status=maybe")).IsProblem(400, "platform.invalid_request", "status");
        (await maker.SendAsync(HttpMethod.Get, "/v1/approvals?kind=test.fly")).IsProblem(400, "platform.invalid_request", "kind");
    }

    static async Task<List<string>> Ids(Person who, string path) =>
        [.. (await who.SendAsync(HttpMethod.Get, path)).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(a => (string)a!["id"]!)];

    [Theory]
    [InlineData("update platform.approvals set details = '{}' where id = @id")]
    [InlineData("update platform.approvals set maker = id where id = @id")]
    [InlineData("update platform.approvals set status = 'done', ended_at = now() where id = @id")]
    [InlineData(
        "update platform.approvals set status = 'approved', checker = maker, decided_at = now(), next_try_at = now() where id = @id"
    )]
    [InlineData("update platform.approvals set status = 'pending' where status <> 'pending'")]
    [InlineData("delete from platform.approvals where id = @id")]
    public async Task The_database_holds_the_rules_too(string sql)
    {
        using var maker = await Maker();
        using var checker = await Checker();
        var asked = await Asked(maker, "held");
        await Decide(checker, await Asked(maker, "held as well"), "reject", Because("so that there is one"));
        await using var connection = await server.App.Database.Writer("platform").OpenConnectionAsync();
        var e = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql, new { id = (Guid)asked["id"]! }));
        Assert.True(e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.CheckViolation, e.MessageText);
    }

    public sealed class Server : IAsyncLifetime
    {
        static readonly RefusalType No = new("test.no", 422, "No", "It is not said.");

        public ConcurrentDictionary<Guid, string> Said { get; } = new();

        public HazinaApp App { get; private set; } = null!;

        public string Owner => App.Services.GetRequiredService<ServerOptions>().OwnerConnectionString!;

        ApprovalKind<Wish> Kind =>
            field ??= new ApprovalKind<Wish>(
                "test.word.say",
                "Says the word.",
                "test.decide",
                TimeSpan.FromDays(7),
                (services, wish, act, stop) =>
                    wish.Word switch
                    {
                        "aside" => Aside(services, wish, act, stop),
                        "never" => Task.FromResult<Refusal?>(No.Because("Never.")),
                        "ever" => throw new TimeoutException("not ever"),
                        "later" when failures.TryAdd(act.Id, true) => throw new TimeoutException("not now"),
                        _ => Task.FromResult(Said.TryAdd(act.Id, wish.Word) ? (Refusal?)null : No.Because("It was said before.")),
                    }
            );

        /// <summary>Asks the database meanwhile, as what is approved does.</summary>
        async Task<Refusal?> Aside(IServiceProvider services, Wish wish, ApprovedAct act, CancellationToken stop)
        {
            await services.GetRequiredService<ApprovalDesk>().GivenUp([act.Id], stop);
            return Said.TryAdd(act.Id, wish.Word) ? null : No.Because("It was said before.");
        }

        readonly ConcurrentDictionary<Guid, bool> failures = new();

        public sealed record Wish(string Word);

        public async ValueTask InitializeAsync() =>
            App = await HazinaApp.StartAsync(
                settings: new Dictionary<string, string?> { ["Identity:PasswordCost"] = "10" },
                add: s =>
                    s.AddApprovals(Kind)
                        .AddPermissions(
                            new Permission("test.ask", "ask", [.. Role.Staff]),
                            new Permission("test.decide", "decide", Role.Compliance)
                        ),
                map: r =>
                    r.MapPost(
                            "/test/say/{id}",
                            async (Guid id, Wish wish, HttpContext context, ApprovalDesk desk) =>
                            {
                                var stop = context.RequestAborted;
                                var (asked, refusal) = await desk.Ask(context, Kind, id, $"word {wish.Word}", wish, "please", stop);
                                return (IResult?)refusal ?? Results.Accepted(value: asked);
                            }
                        )
                        .RequirePermission("test.ask")
                        .RequirePerson()
            );

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
