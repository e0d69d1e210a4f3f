using System.Collections.Concurrent;
using System.Net;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Tests.Http;
using Hazina.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Tests.Events;

/// <summary>Whole servers on one database: from a call to the listeners.</summary>
public sealed class ServersTests
{
    readonly ConcurrentQueue<(string Server, StoredEvent Event)> heard = [];

    /// <summary>Of all that was told, in the order in which it was heard.</summary>
    readonly ConcurrentQueue<long> numbers = new();

    [Fact]
    public async Task Two_servers_share_the_work_and_one_goes_on_when_the_other_stops()
    {
        await using var database = await HazinaDatabase.CreateAsync();
        await using var second = await Start(database, "second");
        await using (var first = await Start(database, "first"))
        {
            for (var i = 0; i < 5; i++)
            {
                await OpenAccount(first.Client);
                await OpenAccount(second.Client);
            }

            await Hears(10);
        }

        for (var i = 0; i < 5; i++)
            await OpenAccount(second.Client);
        await Hears(15);
        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(n => (long)n), numbers);
        Assert.All(heard, h => Assert.Equal("ledger.account.opened.v1", h.Event.Type));
        Assert.All(heard.Skip(10), h => Assert.Equal("second", h.Server));
    }

    [Fact]
    public async Task What_was_not_heard_when_a_server_stopped_is_heard_by_the_next()
    {
        await using var database = await HazinaDatabase.CreateAsync();
        await using (var silent = await HazinaApp.StartAsync(database))
        {
            await OpenAccount(silent.Client);
            await OpenAccount(silent.Client);
        }

        await using var next = await Start(database, "next");
        await Hears(2);
        await OpenAccount(next.Client);
        await Hears(3);
    }

    Task<HazinaApp> Start(TestDatabase database, string name) =>
        HazinaApp.StartAsync(
            database,
            add: s =>
                s.AddListener(
                    "test.hears",
                    types: null,
                    (_, stored, _) =>
                    {
                        numbers.Enqueue(stored.Number);
                        // The making of keys is told as well, to the audit trail.
                        if (!Audit.IsEntry(stored.Type))
                            heard.Enqueue((name, stored));
                        return Task.CompletedTask;
                    }
                )
        );

    Task Hears(int count) => Eventually.TrueAsync(() => heard.Count == count, $"{count} events", () => $", but there are {heard.Count}");

    static async Task OpenAccount(HttpClient client)
    {
        var body = $$"""{"id": "{{Guid.CreateVersion7()}}", "currency": "KES", "class": "liability", "floor": "0.00"}""";
        using var response = await client.PostAsync("/v1/ledger/accounts", Wire.Json(body));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
