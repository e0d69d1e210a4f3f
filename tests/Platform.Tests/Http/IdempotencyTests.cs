using System.Collections.Concurrent;
using System.Net;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Tests.Http;

public sealed class IdempotencyTests(IdempotencyTests.Servers servers) : IClassFixture<IdempotencyTests.Servers>
{
    static string Key() => Guid.CreateVersion7().ToString();

    [Fact]
    public async Task A_repetition_gets_the_first_answer_and_nothing_happens_again()
    {
        var key = Key();
        var first = await servers.Post(key, """{"do":"it"}""");
        var second = await servers.Post(key, """{"do":"it"}""");

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", second.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal(1, servers.Times(key));
    }

    [Fact]
    public async Task Quotes_around_the_key_are_not_part_of_it()
    {
        var key = Key();
        await servers.Post(key, "{}");
        Assert.True((await servers.Post($"\"{key}\"", "{}")).Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task Without_a_key_or_with_one_that_is_none_nothing_happens()
    {
        await (await servers.Post(null, "{}")).Problem(HttpStatusCode.BadRequest, "platform.idempotency_key_missing");
        foreach (var bad in (string[])["", new string('a', 256), "with space", "\"\""])
            await (await servers.Post(bad, "{}")).Problem(HttpStatusCode.BadRequest, "platform.idempotency_key_invalid");
        Assert.Equal(HttpStatusCode.Created, (await servers.Post(new string('k', 255), "{}")).StatusCode);
    }

    [Fact]
    public async Task The_same_key_with_another_body_path_or_method_is_refused()
    {
        var key = Key();
        await servers.Post(key, """{"amount":"1"}""");
        await (await servers.Post(key, """{"amount":"2"}""")).Problem(
            HttpStatusCode.UnprocessableEntity,
            "platform.idempotency_key_reused"
        );
        await (await servers.Post(key, """{"amount":"1"}""", "/test/once?a=b")).Problem(
            HttpStatusCode.UnprocessableEntity,
            "platform.idempotency_key_reused"
        );
        await (await servers.Post(key, """{"amount":"1"}""", "/test/once", HttpMethod.Put)).Problem(
            HttpStatusCode.UnprocessableEntity,
            "platform.idempotency_key_reused"
        );
        Assert.Equal(1, servers.Times(key));
    }

    [Fact]
    public async Task Keys_belong_to_a_caller_and_a_book()
    {
        var key = Key();
        await servers.Post(key, "{}");
        foreach (var book in (string[])["live", "sandbox"])
        {
            using var other = await servers.First.ClientAsync(book);
            Assert.False((await servers.Post(key, "{}", client: other)).Headers.Contains("Idempotent-Replayed"));
        }

        Assert.Equal(3, servers.Times(key));
    }

    [Fact]
    public async Task While_the_first_is_at_work_here_the_second_is_told_to_come_back()
    {
        var key = Key();
        var gate = servers.Hold(key);
        var first = servers.Post(key, "{}");
        await Eventually.TrueAsync(() => servers.Times(key) == 1, "the first request is at work");

        await (await servers.Post(key, "{}")).Problem(HttpStatusCode.Conflict, "platform.idempotency_in_progress");
        await (await servers.Post(key, """{"other":1}""")).Problem(HttpStatusCode.UnprocessableEntity, "platform.idempotency_key_reused");
        gate.SetResult();
        Assert.Equal(HttpStatusCode.Created, (await first).StatusCode);
        Assert.Equal(1, servers.Times(key));
    }

    [Fact]
    public async Task While_the_first_is_at_work_in_another_process_the_second_waits_for_its_answer()
    {
        var key = Key();
        var gate = servers.Hold(key);
        var first = servers.Post(key, "{}");
        await Eventually.TrueAsync(() => servers.Times(key) == 1, "the first request is at work");

        Assert.IsType<Claim.ElsewhereAtWork>(await servers.ClaimAsSecond(key));
        var second = servers.Post(key, "{}", client: servers.SecondClient);
        gate.SetResult();
        Assert.Equal(await (await first).Content.ReadAsStringAsync(), await (await second).Content.ReadAsStringAsync());
        Assert.True((await second).Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(1, servers.Times(key));
    }

    [Fact]
    public async Task A_request_that_was_not_valid_may_come_again_corrected()
    {
        var key = Key();
        Assert.Equal(HttpStatusCode.BadRequest, (await servers.Post(key, """{"answer":400}""")).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await servers.Post(key, "{}")).StatusCode);
        var malformed = Key();
        await (await servers.Post(malformed, "{", "/test/read")).Problem(HttpStatusCode.BadRequest, "platform.malformed_body");
        Assert.Equal(HttpStatusCode.OK, (await servers.Post(malformed, "{}", "/test/read")).StatusCode);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(0)] // throws
    public async Task After_a_fault_of_ours_a_retry_works_on_under_the_same_id(int answer)
    {
        var key = Key();
        servers.AnswerOnce(key, answer);
        Assert.Equal(answer == 0 ? 500 : answer, (int)(await servers.Post(key, "{}")).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await servers.Post(key, "{}")).StatusCode);
        Assert.Equal(2, servers.Times(key));
        Assert.Single(servers.Ids(key).Distinct());
        await (await servers.Post(key, """{"other":1}""")).Problem(HttpStatusCode.UnprocessableEntity, "platform.idempotency_key_reused");
    }

    [Theory]
    [InlineData(402)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(422)]
    public async Task A_refusal_by_a_rule_is_as_lasting_as_a_success(int answer)
    {
        var key = Key();
        servers.AnswerOnce(key, answer);
        Assert.Equal(answer, (int)(await servers.Post(key, "{}")).StatusCode);
        Assert.Equal(answer, (int)(await servers.Post(key, "{}")).StatusCode);
        Assert.Equal(1, servers.Times(key));
    }

    [Fact]
    public async Task A_process_that_died_at_work_lets_go_and_the_next_goes_on_with_its_id()
    {
        var (key, id) = (Key(), Guid.CreateVersion7());
        Assert.Equal(HttpStatusCode.Created, (await servers.Post(key, "{}")).StatusCode);
        // As a crash would have left it: no answer, and a hold that has run out.
        await servers.Execute(
            "update platform.idempotency_keys set status = null, body = null, id = @id, worker = @id, worker_until = now() - interval '1 s' where key = @key",
            new { id, key }
        );
        Assert.Equal(HttpStatusCode.Created, (await servers.Post(key, "{}")).StatusCode);
        Assert.Equal(id, servers.Ids(key)[^1]);
    }

    [Fact]
    public async Task Who_was_silent_until_another_went_on_with_the_request_gives_the_others_answer()
    {
        var key = Key();
        var gate = servers.Hold(key);
        var first = servers.Post(key, "{}");
        await Eventually.TrueAsync(() => servers.Times(key) == 1, "the first request is at work");
        await servers.Execute(
            "update platform.idempotency_keys set worker_until = now() - interval '1 s' where key = @key and worker is not null",
            new { key }
        );
        var second = servers.Post(key, "{}", client: servers.SecondClient);
        await Eventually.TrueAsync(() => servers.Times(key) == 2, "the second has gone on with it");
        gate.SetResult();

        Assert.Single(servers.Ids(key).Distinct());
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), ((await first).StatusCode, (await second).StatusCode));
        Assert.Equal(await (await second).Content.ReadAsStringAsync(), await (await first).Content.ReadAsStringAsync());
        Assert.Equal((await second).Headers.Location, (await first).Headers.Location);
        Assert.True((await first).Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(2, servers.Times(key));
    }

    [Fact]
    public async Task An_answer_whose_caller_has_hung_up_is_whole_for_who_asks_again()
    {
        var key = Key();
        var gate = servers.Hold(key);
        using (var hangUp = new CancellationTokenSource())
        {
            var first = servers.Post(key, "{}", stop: hangUp.Token);
            await Eventually.TrueAsync(() => servers.Times(key) == 1, "the first request is at work");
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        await Eventually.TrueAsync(() => servers.HasHungUp(key), "the server knows of it");
        gate.SetResult();
        HttpResponseMessage second = null!;
        await Eventually.TrueAsync(
            async () => (second = await servers.Post(key, "{}")).StatusCode != HttpStatusCode.Conflict,
            "the first request is over"
        );
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Contains(servers.Ids(key)[0].ToString(), await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(servers.Ids(key).Distinct());
    }

    [Fact]
    public async Task Sixty_four_at_once_happen_once()
    {
        var key = Key();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(i => servers.Post(key, "{}", client: i % 2 == 0 ? servers.FirstClient : servers.SecondClient))
        );
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, a.StatusCode.ToString()));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created && !a.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(1, servers.Times(key));
    }

    [Fact]
    public async Task Answers_are_kept_for_a_day_and_then_swept()
    {
        var (old, recent) = (Key(), Key());
        await servers.Post(old, "{}");
        await servers.Post(recent, "{}");
        await servers.Execute("update platform.idempotency_keys set created_at = now() - interval '27 h' where key = @old", new { old });
        await servers.Execute(
            "update platform.idempotency_keys set created_at = now() - interval '24 h' where key = @recent",
            new { recent }
        );

        await servers.First.Services.GetRequiredService<IdempotencyStore>().Sweep(CancellationToken.None);

        Assert.True((await servers.Post(recent, "{}")).Headers.Contains("Idempotent-Replayed"));
        Assert.False((await servers.Post(old, "{}")).Headers.Contains("Idempotent-Replayed"));
    }

    /// <summary>Two processes' worth of servers on one database, with a route that counts.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        readonly ConcurrentDictionary<string, List<Guid>> ids = new();
        readonly ConcurrentDictionary<string, TaskCompletionSource> gates = new();
        readonly ConcurrentDictionary<string, int> answers = new();
        readonly ConcurrentDictionary<string, bool> hungUp = new();
        TestDatabase database = null!;

        public HazinaApp First { get; private set; } = null!;

        public HttpClient FirstClient { get; private set; } = null!;

        public HttpClient SecondClient { get; private set; } = null!;

        HazinaApp Second { get; set; } = null!;

        public async ValueTask InitializeAsync()
        {
            database = await HazinaDatabase.CreateAsync();
            First = await Start();
            Second = await Start();
            var key = (await First.KeyAsync()).Text;
            (FirstClient, SecondClient) = (First.ClientWith(key), Second.ClientWith(key));
        }

        public async ValueTask DisposeAsync()
        {
            FirstClient.Dispose();
            SecondClient.Dispose();
            await First.DisposeAsync();
            await Second.DisposeAsync();
            await database.DisposeAsync();
        }

        public int Times(string key) => ids.TryGetValue(key, out var list) ? list.Count : 0;

        public bool HasHungUp(string key) => hungUp.ContainsKey(key);

        public IReadOnlyList<Guid> Ids(string key) => ids[key];

        public TaskCompletionSource Hold(string key) =>
            gates[key] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void AnswerOnce(string key, int status) => answers[key] = status;

        public async Task<HttpResponseMessage> Post(
            string? key,
            string body,
            string path = "/test/once",
            HttpMethod? method = null,
            HttpClient? client = null,
            CancellationToken stop = default
        )
        {
            using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path) { Content = Wire.Json(body) };
            if (key is not null)
                request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            return await (client ?? FirstClient).SendAsync(request, stop);
        }

        /// <summary>The answer that the second process gets for the very same request.</summary>
        internal async Task<Claim> ClaimAsSecond(string key)
        {
            await using var connection = await First.Database.Writer("platform").OpenConnectionAsync();
            var (caller, book, fingerprint) = await connection.QuerySingleAsync<(Guid, string, byte[])>(
                "select caller, book, fingerprint from platform.idempotency_keys where key = @key",
                new { key }
            );
            return await Second
                .Services.GetRequiredService<IdempotencyStore>()
                .Claim(new RequestName(caller, book, key, fingerprint), default);
        }

        public async Task Execute(string sql, object parameters)
        {
            await using var connection = await First.Database.Writer("platform").OpenConnectionAsync();
            await connection.ExecuteAsync(sql, parameters);
        }

        Task<HazinaApp> Start() =>
            HazinaApp.StartAsync(
                database,
                add: s => s.AddPermissions(new Permission("test.do", "to do it")),
                map: routes =>
                {
                    var test = routes.MapGroup("/test").RequirePermission("test.do").Idempotent();
                    test.MapPost("/once", (Delegate)Once);
                    test.MapPut("/once", (Delegate)Once);
                    test.MapPost("/read", (Dictionary<string, string> body) => body);
                }
            );

        async Task<IResult> Once(HttpContext context)
        {
            var key = IdempotencyKey.Of(context);
            var list = ids.GetOrAdd(key.Key, _ => []);
            lock (list)
                list.Add(key.Id);
            await using var aborted = context.RequestAborted.Register(() => hungUp[key.Key] = true);
            if (gates.TryGetValue(key.Key, out var gate))
                await gate.Task;
            using var reader = new StreamReader(context.Request.Body);
            if ((await reader.ReadToEndAsync()).Contains("400", StringComparison.Ordinal))
                return new Validation().That(false, "/answer", "bad", "is bad") ? Results.Ok() : Results.StatusCode(400);
            if (answers.TryRemove(key.Key, out var status))
                return status == 0 ? throw new InvalidOperationException("as asked for") : Results.Json(new { status }, statusCode: status);
            return Results.Created($"/test/{key.Id}", new { key.Id, chance = Guid.CreateVersion7() });
        }
    }
}
