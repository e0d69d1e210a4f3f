using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Ledger.Tests.Api;

public sealed class BalanceTests(ApiServer server)
{
    [Fact]
    public async Task A_balance_is_told_as_it_stood_at_any_time_since_the_opening()
    {
        var api = await server.Live();
        var (cash, wallet) = (await api.Cash(), await api.Account());
        var told = new List<(string At, string Posted, string Reserved)>();
        // More than a snapshot's worth, so that both the snapshots and the walk between them are met.
        for (var i = 1; i <= 130; i++)
        {
            var id = (Guid)(await api.Transfer(cash, wallet, "1.00")).Is(HttpStatusCode.Created)["id"]!;
            var at = await At(api, id);
            if (i % 10 == 0)
            {
                var hold = (Guid)
                    (
                        await api.Post(
                            "/reservations",
                            new JsonObject
                            {
                                ["id"] = LedgerApi.Id(),
                                ["account"] = wallet,
                                ["amount"] = LedgerApi.Amount("0.50"),
                            }
                        )
                    ).Is(HttpStatusCode.Created)["id"]!;
                at = await At(api, hold);
            }

            told.Add((at, $"{i}.00", $"{i / 10 * 0.5m:0.00}"));
        }

        foreach (var (at, posted, reserved) in told)
        {
            var balance = (await api.Get($"/accounts/{wallet}/balance?at={at}")).Is(HttpStatusCode.OK);
            Assert.Equal(
                (posted, reserved),
                ((string?)balance["balance"]!["posted"]!["amount"], (string?)balance["balance"]!["reserved"]!["amount"])
            );
            Assert.Equal((posted, "0.00"), ((string?)balance["credits"]!["amount"], (string?)balance["debits"]!["amount"]));
            Assert.Equal(at, (string?)balance["as_of"]!["recorded_at"]);
        }
    }

    [Fact]
    public async Task Before_the_opening_and_in_the_future_there_is_no_balance()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var opened = DateTimeOffset.Parse((string)(await api.Get($"/accounts/{cash}")).Json["opened_at"]!);
        var before = Uri.EscapeDataString($"{opened.AddTicks(-10):yyyy-MM-ddTHH:mm:ss.ffffffK}");
        foreach (var path in (string[])["balance", "balance/explanation"])
        {
            (await api.Get($"/accounts/{cash}/{path}?at={before}")).IsProblem(404, "ledger.account_not_open_yet", "at");
            (await api.Get($"/accounts/{cash}/{path}?at=1999-12-31T00:00:00Z")).IsProblem(404, "ledger.account_not_open_yet", "at");
            (await api.Get($"/accounts/{cash}/{path}?at=2199-01-01T00:00:00Z")).IsProblem(400, "platform.invalid_request", "at");
            (await api.Get($"/accounts/{cash}/{path}?at=yesterday")).IsProblem(400, "platform.invalid_request", "at");
        }

        Assert.Equal(
            "0.00",
            (string?)
                (await api.Get($"/accounts/{cash}/balance?at={Uri.EscapeDataString($"{opened:O}"[..26] + "+00:00")}")).Is(
                    HttpStatusCode.OK
                )["balance"]!["posted"]!["amount"]
        );
    }

    [Fact]
    public async Task Entries_are_listed_page_by_page_both_ways_and_between_times()
    {
        var api = await server.Live();
        var (cash, wallet) = (await api.Cash(), await api.Account());
        var times = new List<string>();
        for (var i = 1; i <= 120; i++)
            times.Add(await At(api, (Guid)(await api.Transfer(cash, wallet, "1.00")).Is(HttpStatusCode.Created)["id"]!));

        var all = new List<JsonNode>();
        for (var cursor = ""; ; )
        {
            var page = (await api.Get($"/accounts/{wallet}/entries?limit=50{cursor}")).Is(HttpStatusCode.OK);
            all.AddRange(page["data"]!.AsArray().Select(e => e!));
            if (!(bool)page["has_more"]!)
                break;
            cursor = $"&starting_after={all[^1]["id"]}";
        }

        Assert.Equal(121, all.Count);
        Assert.Equal(("open", "account_opening"), ((string?)all[^1]["type"], (string?)all[^1]["kind"]));
        Assert.Equal(
            Enumerable.Range(1, 120).Reverse().Select(i => $"{i - 1}.00 → {i}.00"),
            all.Take(120).Select(e => $"{e["balance_before"]!["amount"]} → {e["balance_after"]!["amount"]}")
        );
        Assert.All(all.Take(120), e => Assert.Equal(("credit", cash), ((string?)e["type"], (Guid)e["other_account"]!)));

        foreach (var (index, limit) in (List<(int, int)>)[(120, 100), (60, 7), (5, 50), (0, 3), (119, 1)])
        {
            var back = (await api.Get($"/accounts/{wallet}/entries?limit={limit}&ending_before={all[index]["id"]}")).Is(HttpStatusCode.OK);
            Assert.Equal(Ids(all[Math.Max(0, index - limit)..index]), Ids(back["data"]!.AsArray().Select(e => e!)));
            Assert.Equal(index > limit, (bool)back["has_more"]!);
        }

        var between = (await api.Get($"/accounts/{wallet}/entries?limit=100&from={times[9]}&to={times[29]}")).Is(HttpStatusCode.OK);
        Assert.Equal(Ids(all[91..111]), Ids(between["data"]!.AsArray().Select(e => e!)));
        var newer = (await api.Get($"/accounts/{wallet}/entries?limit=5&to={times[29]}&ending_before={all[110]["id"]}")).Is(
            HttpStatusCode.OK
        );
        Assert.Equal(Ids(all[105..110]), Ids(newer["data"]!.AsArray().Select(e => e!)));
        Assert.Empty((await api.Get($"/accounts/{wallet}/entries?to=2001-01-01T00:00:00Z")).Is(HttpStatusCode.OK)["data"]!.AsArray());

        (await api.Get($"/accounts/{wallet}/entries?starting_after=1")).IsProblem(400, "platform.invalid_request", "starting_after");
        (await api.Get($"/accounts/{wallet}/entries?ending_before=abc")).IsProblem(400, "platform.invalid_request", "ending_before");
        (await api.Get($"/accounts/{wallet}/entries?limit=101")).IsProblem(400, "platform.invalid_request", "limit");
        (await api.Get($"/accounts/{wallet}/entries?from={times[9]}&to={times[9]}")).IsProblem(400, "platform.invalid_request", "to");
    }

    [Fact]
    public async Task A_balance_is_explained_by_what_led_to_it()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (wallet, hold) = (await api.Wallet("100.00", cash), LedgerApi.Id());
        var body = LedgerApi.Transaction(wallet, cash, "30.00");
        (body["kind"], body["reference"], body["description"]) = ("rent", "flat-7", "january");
        (await api.Post("/transactions", body)).Is(HttpStatusCode.Created);
        var at = await At(api, (Guid)body["id"]!);
        (
            await api.Post(
                "/reservations",
                new JsonObject
                {
                    ["id"] = hold,
                    ["account"] = wallet,
                    ["amount"] = LedgerApi.Amount("20.00"),
                }
            )
        ).Is(HttpStatusCode.Created);

        var now = (await api.Get($"/accounts/{wallet}/balance/explanation?limit=2")).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("70.00", "20.00", "100.00"),
            (
                (string?)now["balance"]!["posted"]!["amount"],
                (string?)now["balance"]!["reserved"]!["amount"],
                (string?)now["starting_balance"]!["amount"]
            )
        );
        Assert.True((bool)now["has_more"]!);
        Assert.Equal(hold, (Guid)now["reservations"]![0]!["id"]!);
        var rent = now["entries"]![1]!;
        Assert.Equal(
            ("debit", "rent", "flat-7", "january"),
            ((string?)rent["type"], (string?)rent["kind"], (string?)rent["reference"], (string?)rent["description"])
        );

        var then = (await api.Get($"/accounts/{wallet}/balance/explanation?at={at}")).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("70.00", "0.00", "0.00"),
            (
                (string?)then["balance"]!["posted"]!["amount"],
                (string?)then["balance"]!["reserved"]!["amount"],
                (string?)then["starting_balance"]!["amount"]
            )
        );
        Assert.Equal(["debit", "credit", "open"], then["entries"]!.AsArray().Select(e => (string?)e!["type"]));
        Assert.Null(then["reservations"]);
    }

    [Fact]
    public async Task A_read_waits_for_the_batch_that_it_is_given()
    {
        var api = await server.Live();
        var posted = (await api.Transfer(await api.Cash(), await api.Account(), "1.00")).Is(HttpStatusCode.Created);
        var read = await api.Get($"/accounts?limit=1&after_batch={posted["batch"]}");
        read.Is(HttpStatusCode.OK);
        Assert.True(long.Parse(read.Headers["Ledger-Batch"]) >= (long)posted["batch"]!);
        (await api.Get("/accounts?after_batch=999999999")).IsProblem(400, "platform.invalid_request", "after_batch");
        (await api.Get("/accounts?after_batch=soon")).IsProblem(400, "platform.invalid_request", "after_batch");
        (await api.Get("/accounts?after_batch=-1")).IsProblem(400, "platform.invalid_request", "after_batch");
    }

    [Fact]
    public async Task A_process_shows_what_another_has_posted()
    {
        await using var database = await Testing.HazinaDatabase.CreateAsync();
        await using var one = await Testing.HazinaApp.StartAsync(database);
        await using var two = await Testing.HazinaApp.StartAsync(database);
        var (here, there) = (new LedgerApi(one.Client), new LedgerApi(two.Client));
        var cash = await here.Cash();
        await Testing.Eventually.TrueAsync(
            async () => (await there.Get($"/accounts/{cash}")).Status == HttpStatusCode.OK,
            "the other process has read on"
        );
        for (var i = 1; i <= 20; i++)
        {
            var wallet = await (i % 2 == 0 ? here : there).Account();
            var posted = (await (i % 2 == 0 ? there : here).Transfer(cash, wallet, "1.00")).Is(HttpStatusCode.Created);
            var shown = (await (i % 2 == 0 ? here : there).Get($"/accounts/{cash}/balance?after_batch={posted["batch"]}")).Is(
                HttpStatusCode.OK
            );
            Assert.Equal($"{i}.00", (string?)shown["balance"]!["posted"]!["amount"]);
        }
    }

    static IEnumerable<string> Ids(IEnumerable<JsonNode> entries) => [.. entries.Select(e => (string)e["id"]!)];

    /// <summary>When a transaction was recorded.</summary>
    internal static async Task<string> At(LedgerApi api, Guid transaction) =>
        (string)(await api.Get($"/transactions/{transaction}")).Is(HttpStatusCode.OK)["recorded_at"]!;
}
