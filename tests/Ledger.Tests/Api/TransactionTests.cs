using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Ledger.Tests.Api;

public sealed class TransactionTests(ApiServer server)
{
    [Fact]
    public async Task A_transaction_moves_money_once_however_often_it_is_sent()
    {
        var api = await server.Live();
        var (cash, wallet, id) = (await api.Cash(), await api.Account(), LedgerApi.Id());
        var first = await api.Transfer(cash, wallet, "1250.00", id);
        var posted = first.Is(HttpStatusCode.Created);
        Assert.Equal(
            ("transaction", "posted", "transfer", 1),
            ((string?)posted["object"], (string?)posted["status"], (string?)posted["kind"], (int)posted["rows"]!)
        );
        Assert.Equal($"/v1/ledger/transactions/{id}", first.Headers["Location"]);

        var again = await api.Transfer(cash, wallet, "1250.0", id);
        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        Assert.True(again.IsReplayed);
        Assert.Equal(("1250.00", "0.00", "1250.00"), await api.Balance(wallet));
        Assert.Equal("1250.00", (await api.Balance(cash)).Posted);

        (await api.Transfer(cash, wallet, "1250.01", id)).IsProblem(422, "ledger.id_reused", "legs.0.amount");
        (await api.Transfer(wallet, cash, "1250.00", id)).IsProblem(422, "ledger.id_reused", "legs.0.debit");
    }

    [Fact]
    public async Task A_refusal_is_as_final_as_a_posting()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (wallet, id) = (await api.Wallet("10.00", cash), LedgerApi.Id());
        var first = await api.Transfer(wallet, cash, "10.01", id);
        first.IsProblem(402, "ledger.insufficient_funds", "legs.0.debit");
        Assert.False(first.IsReplayed);

        (await api.Transfer(cash, wallet, "100.00")).Is(HttpStatusCode.Created);
        var again = await api.Transfer(wallet, cash, "10.01", id);
        again.IsProblem(402, "ledger.insufficient_funds", "legs.0.debit");
        Assert.True(again.IsReplayed);
        Assert.Equal(first.Headers["Ledger-Batch"], again.Headers["Ledger-Batch"]);

        var shown = (await api.Get($"/transactions/{id}")).Is(HttpStatusCode.OK);
        Assert.Equal(("refused", "ledger.insufficient_funds"), ((string?)shown["status"], (string?)shown["refusal"]!["code"]));
        Assert.Equal("110.00", (await api.Balance(wallet)).Posted);
    }

    [Fact]
    public async Task All_legs_happen_or_none_does()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (payer, shop, fees) = (await api.Wallet("100.00", cash), await api.Account(), await api.Account(type: "income", floor: "none"));
        var body = LedgerApi.Transaction(payer, shop, "90.00");
        body["legs"]!.AsArray().Add(LedgerApi.Leg(payer, fees, "10.01"));
        (await api.Post("/transactions", body)).IsProblem(402, "ledger.insufficient_funds", "legs.0.debit");
        Assert.Equal("0.00", (await api.Balance(shop)).Posted);

        body = LedgerApi.Transaction(payer, shop, "90.00");
        body["legs"]!.AsArray().Add(LedgerApi.Leg(payer, fees, "10.00"));
        body["reference"] = "order-8812";
        body["effective_date"] = "2026-01-15";
        body["metadata"] = new JsonObject { ["channel"] = "app", ["basket"] = new JsonArray(1, 2) };
        var id = (Guid)(await api.Post("/transactions", body)).Is(HttpStatusCode.Created)["id"]!;

        var shown = (await api.Get($"/transactions/{id}")).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("order-8812", "2026-01-15", "app"),
            ((string?)shown["reference"], (string?)shown["effective_date"], (string?)shown["metadata"]!["channel"])
        );
        var fee = shown["steps"]![1]!;
        Assert.Equal(("leg", payer, fees), ((string?)fee["type"], (Guid)fee["debit"]!, (Guid)fee["credit"]!));
        Assert.Equal(
            ("10.00", "0.00", "10.00"),
            (
                (string?)fee["amount"]!["amount"],
                (string?)fee["debit_balance_after"]!["amount"],
                (string?)fee["credit_balance_after"]!["amount"]
            )
        );
    }

    [Fact]
    public async Task Steps_reserve_move_and_release_in_one_transaction()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (wallet, shop, hold) = (await api.Wallet("100.00", cash), await api.Account(), LedgerApi.Id());
        var body = new JsonObject
        {
            ["id"] = LedgerApi.Id(),
            ["kind"] = "card_payment",
            ["steps"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "reserve",
                    ["id"] = hold,
                    ["account"] = wallet,
                    ["amount"] = LedgerApi.Amount("80.00"),
                    ["expires_at"] = "2099-01-01T00:00:00+03:00",
                },
                new JsonObject
                {
                    ["type"] = "leg",
                    ["debit"] = wallet,
                    ["credit"] = shop,
                    ["amount"] = LedgerApi.Amount("30.00"),
                    ["reservation"] = hold,
                },
                new JsonObject
                {
                    ["type"] = "release",
                    ["reservation"] = hold,
                    ["amount"] = LedgerApi.Amount("20.00"),
                }
            ),
        };
        var id = (Guid)(await api.Post("/transactions", body)).Is(HttpStatusCode.Created)["id"]!;
        Assert.Equal(("70.00", "30.00", "40.00"), await api.Balance(wallet));

        var steps = (await api.Get($"/transactions/{id}")).Is(HttpStatusCode.OK)["steps"]!.AsArray();
        Assert.Equal(["reserve", "leg", "release"], steps.Select(s => (string?)s!["type"]));
        Assert.Equal(["80.00", "50.00", "30.00"], steps.Select(s => (string?)s!["reserved_after"]!["amount"]));
        Assert.Equal("2098-12-31T21:00:00.000000Z", (string?)steps[0]!["expires_at"]);
    }

    [Fact]
    public async Task Conditions_hold_or_the_whole_is_refused()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (wallet, other) = (await api.Wallet("100.00", cash), await api.Account());
        JsonObject Body(string amount)
        {
            var body = LedgerApi.Transaction(wallet, other, amount);
            body["conditions"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "available_at_least",
                    ["account"] = wallet,
                    ["amount"] = "20.00",
                },
                new JsonObject
                {
                    ["type"] = "turnover_at_most",
                    ["account"] = wallet,
                    ["tag"] = "daily",
                    ["at_most"] = "60.00",
                    ["period_start"] = "2026-01-01T00:00:00Z",
                    ["period_end"] = "2199-01-01T00:00:00Z",
                }
            );
            return body;
        }

        (await api.Post("/transactions", Body("80.01"))).IsProblem(422, "ledger.condition_failed", "conditions.0");
        (await api.Post("/transactions", Body("60.01"))).IsProblem(422, "ledger.turnover_exceeded", "conditions.1");
        var posted = (await api.Post("/transactions", Body("60.00"))).Is(HttpStatusCode.Created);
        (await api.Post("/transactions", Body("0.01"))).IsProblem(422, "ledger.turnover_exceeded", "conditions.1");
        var shown = (await api.Get($"/transactions/{posted["id"]}")).Is(HttpStatusCode.OK)["conditions"]!;
        Assert.Equal(("available_at_least", "turnover_at_most"), ((string?)shown[0]!["type"], (string?)shown[1]!["type"]));
    }

    [Fact]
    public async Task Forcing_needs_a_permission_of_its_own_and_is_marked()
    {
        var app = await server.App;
        var api = await server.Live();
        var cash = await api.Cash();
        var wallet = await api.Wallet("1.00", cash);
        var body = LedgerApi.Transaction(wallet, cash, "5.00");
        body["forced"] = true;
        var poster = new LedgerApi(await app.ClientAsync("live", "ledger.post"));
        (await poster.Post("/transactions", body)).IsProblem(403, "platform.permission_missing", "forced");
        (
            await poster.Post(
                "/transactions/bulk",
                new JsonObject { ["mode"] = "independent", ["transactions"] = new JsonArray(body.DeepClone()) }
            )
        ).IsProblem(403, "platform.permission_missing");

        (await api.Post("/transactions", body)).Is(HttpStatusCode.Created);
        Assert.Equal("-4.00", (await api.Balance(wallet)).Posted);
        Assert.True((bool)(await api.Get($"/transactions/{(Guid)body["id"]!}")).Is(HttpStatusCode.OK)["forced"]!);
    }

    [Fact]
    public async Task How_metadata_is_written_makes_no_other_request_of_it()
    {
        var api = await server.Live();
        var (cash, wallet, id) = (await api.Cash(), await api.Account(), LedgerApi.Id());
        string Body(string metadata) =>
            LedgerApi.Transaction(cash, wallet, "1.00", id).ToJsonString()[..^1] + $",\"metadata\":{metadata}}}";
        (await api.Post("/transactions", Body("""{"b":{"y":1,"x":"é"},"a":[1.50,true,null]}"""))).Is(HttpStatusCode.Created);
        var again = await api.Post("/transactions", Body("""{ "a" : [ 1.50, true, null ],  "b" : {"x":"\u00e9","y":1} }"""));
        again.Is(HttpStatusCode.Created);
        Assert.True(again.IsReplayed);
        (await api.Post("/transactions", Body("""{"b":{"y":2,"x":"é"},"a":[1.50,true,null]}"""))).IsProblem(
            422,
            "ledger.id_reused",
            "metadata"
        );
    }

    [Fact]
    public async Task A_transaction_is_reversed_once_and_in_full()
    {
        var api = await server.Live();
        var (cash, wallet) = (await api.Cash(), await api.Account());
        var id = (Guid)(await api.Transfer(cash, wallet, "40.00")).Is(HttpStatusCode.Created)["id"]!;
        var reversal = LedgerApi.Id();
        var body = new JsonObject { ["id"] = reversal, ["description"] = "posted twice" };
        var first = await api.Post($"/transactions/{id}/reversal", body);
        first.Is(HttpStatusCode.Created);
        Assert.Equal("0.00", (await api.Balance(wallet)).Posted);

        var again = await api.Post($"/transactions/{id}/reversal", body);
        Assert.Equal(first.Text, again.Text);
        Assert.True(again.IsReplayed);
        (await api.Post($"/transactions/{id}/reversal", new JsonObject { ["id"] = LedgerApi.Id() })).IsProblem(
            409,
            "ledger.already_reversed",
            "transaction"
        );
        (await api.Post($"/transactions/{reversal}/reversal", new JsonObject { ["id"] = LedgerApi.Id() })).IsProblem(
            422,
            "ledger.reversal_of_reversal"
        );
        (await api.Post($"/transactions/{LedgerApi.Id()}/reversal", new JsonObject { ["id"] = LedgerApi.Id() })).IsProblem(
            404,
            "ledger.transaction_not_found"
        );
        var sandbox = await server.Sandbox();
        (await sandbox.Post($"/transactions/{id}/reversal", new JsonObject { ["id"] = LedgerApi.Id() })).IsProblem(
            404,
            "ledger.transaction_not_found"
        );

        Assert.Equal(reversal, (Guid)(await api.Get($"/transactions/{id}")).Is(HttpStatusCode.OK)["reversed_by"]!);
        Assert.Equal(id, (Guid)(await api.Get($"/transactions/{reversal}")).Is(HttpStatusCode.OK)["reverses"]!);
    }

    [Fact]
    public async Task Another_books_account_is_not_found_and_its_transaction_is_not_shown()
    {
        var (live, sandbox) = (await server.Live(), await server.Sandbox());
        var (mine, cash) = (await sandbox.Cash(), await live.Cash());
        (await sandbox.Transfer(mine, cash, "1.00")).IsProblem(422, "ledger.account_not_found", "legs.0.credit");
        (await sandbox.Transfer(cash, mine, "1.00")).IsProblem(422, "ledger.account_not_found", "legs.0.debit");

        var id = (Guid)(await live.Transfer(cash, await live.Account(), "1.00")).Is(HttpStatusCode.Created)["id"]!;
        (await sandbox.Get($"/transactions/{id}")).IsProblem(404, "ledger.transaction_not_found", "transaction");
        (await sandbox.Transfer(mine, await sandbox.Account(), "1.00", id)).IsProblem(422, "ledger.id_reused", "id");
    }

    [Fact]
    public async Task A_quiet_books_transactions_are_listed_page_by_page_both_ways()
    {
        await using var app = await Testing.HazinaApp.StartAsync();
        var (live, sandbox) = (new LedgerApi(app.Client), new LedgerApi(await app.ClientAsync("sandbox")));
        var (cash, wallet) = (await sandbox.Cash(), await sandbox.Account());
        var (liveCash, liveWallet) = (await live.Cash(), await live.Account());
        var ids = new List<Guid> { cash, wallet };
        for (var i = 0; i < 5; i++)
        {
            ids.Add((Guid)(await sandbox.Transfer(cash, wallet, "1.00")).Is(HttpStatusCode.Created)["id"]!);
            (await live.Transfer(liveCash, liveWallet, "1.00")).Is(HttpStatusCode.Created);
        }

        ids.Reverse();
        Assert.Equal(ids, AccountTests.Ids(await sandbox.Get("/transactions?limit=100")));
        Assert.Equal(ids[..3], AccountTests.Ids(await sandbox.Get("/transactions?limit=3")));
        Assert.Equal(ids[3..6], AccountTests.Ids(await sandbox.Get($"/transactions?limit=3&starting_after={ids[2]}")));
        Assert.Equal(ids[6..], AccountTests.Ids(await sandbox.Get($"/transactions?limit=3&starting_after={ids[5]}")));
        Assert.Equal(ids[2..5], AccountTests.Ids(await sandbox.Get($"/transactions?limit=3&ending_before={ids[5]}")));
        Assert.Equal(7, AccountTests.Ids(await live.Get("/transactions")).Count);
        (await live.Get($"/transactions?starting_after={ids[0]}")).IsProblem(400, "platform.invalid_request", "starting_after");
        var listed = (await sandbox.Get("/transactions?limit=1")).Json["data"]![0]!.ToJsonString();
        Assert.Equal((await sandbox.Get($"/transactions/{ids[0]}")).Json.ToJsonString(), listed);
    }
}
