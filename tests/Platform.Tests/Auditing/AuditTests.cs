using System.Text.Json;
using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Tests.Events;

namespace Hazina.Platform.Tests.Auditing;

public sealed class AuditTests
{
    [Fact]
    public async Task An_entry_is_there_when_its_act_is_and_not_otherwise()
    {
        await using var sample = await SampleModule.CreateAsync();
        await using (var connection = await sample.Database.Requests("sample").OpenConnectionAsync())
        {
            await using (var given = await connection.BeginTransactionAsync())
            {
                await Audit.Write(given, context: null, Entry(sample));
            }

            Assert.Equal(0, await sample.Waiting());
            await using var kept = await connection.BeginTransactionAsync();
            await Audit.Write(kept, context: null, Entry(sample));
            await kept.CommitAsync();
        }

        Assert.Equal(1, await sample.Waiting());
        Assert.False(await sample.Ask<bool>("select is_public from sample.outbox"));
        Assert.Equal("sample.audit.recorded.v1", await sample.Ask<string>("select type from sample.outbox"));
        Assert.Equal("system", await sample.Ask<string>("select data ->> 'actor_type' from sample.outbox"));
    }

    [Fact]
    public void What_is_named_like_a_secret_is_left_out_and_what_was_taken_away_is_null()
    {
        var told = Audit.Event(
            context: null,
            new("sample.thing.moved", new("thing", "1"), TimeProvider.System.GetUtcNow())
            {
                Before = new { place = "here", remark = "old" },
                After = new
                {
                    place = "there",
                    remark = (string?)null,
                    newPassword = "hush",
                    inner = new { api_token = "hush", items = new[] { new { recovery_code = "hush" } } },
                },
            }
        );
        Assert.DoesNotContain("hush", told.Data, StringComparison.Ordinal);
        using var data = JsonDocument.Parse(told.Data);
        Assert.Equal(JsonValueKind.Null, data.RootElement.GetProperty("after").GetProperty("remark").ValueKind);
        Assert.Equal("there", data.RootElement.GetProperty("after").GetProperty("place").GetString());
    }

    [Theory]
    [InlineData("thing.moved")]
    [InlineData("Sample.thing.moved")]
    [InlineData("sample.thing.moved.v1")]
    public void An_action_is_named_by_module_noun_and_what_happened(string action) =>
        Assert.Throws<ArgumentException>(() => Audit.Event(context: null, new(action, new("thing", "1"), TimeProvider.System.GetUtcNow())));

    [Fact]
    public async Task Entries_leave_the_log_once_their_listener_has_them_and_nothing_else_leaves_before_its_time()
    {
        await using var sample = await SampleModule.CreateAsync();
        List<long> heard = [];
        var listener = new Listener(
            "sample.trail",
            [Audit.TypeOf("sample").Name],
            (_, told, _) =>
            {
                heard.Add(told.Number);
                return Task.CompletedTask;
            },
            ListenerStart.FirstEvent
        );
        var copies = new AuditCopies(sample.Database, [listener]);
        await sample.Tell(sample.Event("a", 1), Audit.Event(null, Entry(sample)), sample.Event("a", 2));
        await sample.Relay().Step(default);

        await new AuditCopies(sample.Database, []).Sweep(default);
        await copies.Sweep(default);
        Assert.Equal(3, await sample.Ask<long>("select count(*) from platform.events"));
        Assert.True(await sample.Runner(listener).Turn(listener, default));
        await copies.Sweep(default);
        Assert.Equal([2], heard);
        Assert.Equal(2, await sample.Ask<long>("select count(*) from platform.events where type = 'sample.thing.moved.v1'"));
        Assert.Equal(2, await sample.Ask<long>("select count(*) from platform.events"));

        // By the database's clock, and not by that of this test.
        await sample.Execute("update platform.events set occurred_at = now() - interval '89 days'");
        await using var writer = await sample.Database.Writer("platform").OpenConnectionAsync();
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => writer.ExecuteAsync("delete from platform.events"));
        Assert.Equal("what was told was told", refused.MessageText);
    }

    [Fact]
    public async Task Several_are_handled_together_and_one_by_one_where_that_fails()
    {
        await using var sample = await SampleModule.CreateAsync();
        List<string> heard = [];
        var isBroken = false;
        var listener = new Listener(
            "sample.together",
            [SampleModule.Moved.Name],
            (_, told, _) =>
            {
                heard.Add(SampleModule.Text(told));
                return Task.CompletedTask;
            },
            ListenerStart.FirstEvent
        )
        {
            HandleTogether = (_, told, _) =>
            {
                if (isBroken)
                    throw new InvalidOperationException("broken on purpose");
                heard.Add(string.Join('+', told.Select(SampleModule.Text)));
                return Task.CompletedTask;
            },
        };
        var runner = sample.Runner(listener);
        await sample.Tell(sample.Event("a", 1), sample.Event("b", 1), sample.Event("a", 2));
        await sample.Relay().Step(default);
        Assert.True(await runner.Turn(listener, default));
        isBroken = true;
        await sample.Tell(sample.Event("a", 3), sample.Event("b", 2));
        await sample.Relay().Step(default);
        Assert.True(await runner.Turn(listener, default));
        Assert.False(await runner.Turn(listener, default));
        Assert.Equal(["a/1+b/1+a/2", "a/3", "b/2"], heard);
    }

    /// <summary>By a clock that is behind the database's, so that it is old enough to go.</summary>
    static AuditEntry Entry(SampleModule sample) => new("sample.thing.moved", new("thing", "1"), sample.Time.GetUtcNow());
}
