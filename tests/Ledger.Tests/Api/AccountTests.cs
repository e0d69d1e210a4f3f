using System.Net;
using System.Text.Json.Nodes;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Api;

public sealed class AccountTests(ApiServer server)
{
    [Fact]
    public async Task An_account_is_opened_once_and_a_repetition_gets_the_same_answer()
    {
        var api = await server.Live();
        var id = LedgerApi.Id();
        JsonObject Body(string floor = "-500.00") =>
            new()
            {
                ["id"] = id,
                ["currency"] = "KES",
                ["class"] = "liability",
                ["floor"] = floor,
                ["ceiling"] = "100000.00",
                ["owner"] = "customer:1",
            };

        var first = await api.Post("/accounts", Body());
        var account = first.Is(HttpStatusCode.Created);
        Assert.Equal($"/v1/ledger/accounts/{id}", first.Headers["Location"]);
        Assert.Equal(
            ("credit", "-500.00", "100000.00", "open", "none"),
            (
                (string?)account["normal_side"],
                (string?)account["floor"],
                (string?)account["ceiling"],
                (string?)account["status"],
                (string?)account["frozen"]
            )
        );
        Assert.Equal("0.00", (string?)account["balance"]!["available"]!["amount"]);
        Assert.Equal((string?)first.Headers["Ledger-Batch"], account["batch"]!.ToString());

        await api.Transfer(await api.Cash(), id, "10.00");
        var again = await api.Post("/accounts", Body());
        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        Assert.True(again.IsReplayed);
        Assert.False(first.IsReplayed);

        (await api.Post("/accounts", Body(floor: "0.00"))).IsProblem(422, "ledger.id_reused", "floor");
    }

    [Fact]
    public async Task What_may_go_below_zero_has_to_be_said()
    {
        var api = await server.Live();
        var body = new JsonObject
        {
            ["id"] = LedgerApi.Id(),
            ["currency"] = "KES",
            ["class"] = "asset",
        };
        (await api.Post("/accounts", body)).IsProblem(400, "platform.invalid_request", "floor");
    }

    [Fact]
    public async Task An_account_shows_where_it_stands()
    {
        var api = await server.Live();
        var wallet = await api.Wallet("1250.5", await api.Cash());
        var account = (await api.Get($"/accounts/{wallet}")).Is(HttpStatusCode.OK);
        Assert.Equal("1250.50", (string?)account["balance"]!["posted"]!["amount"]);
        Assert.Equal("KES", (string?)account["balance"]!["posted"]!["currency"]);
        Assert.Equal("account", (string?)account["object"]);
    }

    [Fact]
    public async Task Another_books_account_is_no_account()
    {
        var (live, sandbox) = (await server.Live(), await server.Sandbox());
        var account = await live.Cash();
        (await sandbox.Get($"/accounts/{account}")).IsProblem(404, "ledger.no_such_account", "account");
        (await sandbox.Get($"/accounts/{account}/balance")).IsProblem(404, "ledger.no_such_account");
        (await sandbox.Get($"/accounts/{account}/entries")).IsProblem(404, "ledger.no_such_account");
        (await sandbox.Get($"/accounts/{account}/turnover?period=day")).IsProblem(404, "ledger.no_such_account");
        (await sandbox.Get($"/accounts/{account}/reservations")).IsProblem(404, "ledger.no_such_account");
        (await sandbox.Get($"/accounts/{account}/balance/explanation")).IsProblem(404, "ledger.no_such_account");
        (await sandbox.Patch($"/accounts/{account}", new JsonObject { ["id"] = LedgerApi.Id(), ["floor"] = "0.00" })).IsProblem(
            404,
            "ledger.no_such_account"
        );
        (await sandbox.Post($"/accounts/{account}/close", new JsonObject { ["id"] = LedgerApi.Id() })).IsProblem(
            404,
            "ledger.no_such_account"
        );
        (await live.Get($"/accounts/{account}")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Limits_are_changed_kept_and_taken_away()
    {
        var api = await server.Live();
        var account = await api.Account();
        var id = LedgerApi.Id();
        var first = await api.Patch(
            $"/accounts/{account}",
            new JsonObject
            {
                ["id"] = id,
                ["floor"] = "-100.00",
                ["ceiling"] = "50.00",
            }
        );
        Assert.Equal("account_change", (string?)first.Is(HttpStatusCode.OK)["kind"]);
        await Shows("-100.00", "50.00");

        (await api.Patch($"/accounts/{account}", new JsonObject { ["id"] = LedgerApi.Id(), ["ceiling"] = "none" })).Is(HttpStatusCode.OK);
        await Shows("-100.00", "none");
        (
            await api.Patch(
                $"/accounts/{account}",
                new JsonObject
                {
                    ["id"] = LedgerApi.Id(),
                    ["floor"] = "60.00",
                    ["ceiling"] = "50.00",
                }
            )
        ).IsProblem(422, "ledger.floor_above_ceiling", "floor");
        (await api.Patch($"/accounts/{account}", new JsonObject { ["id"] = LedgerApi.Id(), ["floor"] = null })).IsProblem(
            400,
            "platform.malformed_body",
            "floor"
        );
        (await api.Patch($"/accounts/{account}", new JsonObject { ["id"] = LedgerApi.Id() })).IsProblem(
            400,
            "platform.invalid_request",
            "floor"
        );
        await Shows("-100.00", "none");

        var again = await api.Patch(
            $"/accounts/{account}",
            new JsonObject
            {
                ["id"] = id,
                ["floor"] = "-100.00",
                ["ceiling"] = "50.00",
            }
        );
        Assert.Equal(first.Text, again.Text);
        Assert.True(again.IsReplayed);

        async Task Shows(string floor, string ceiling)
        {
            var shown = (await api.Get($"/accounts/{account}")).Is(HttpStatusCode.OK);
            Assert.Equal((floor, ceiling), ((string?)shown["floor"], (string?)shown["ceiling"]));
        }
    }

    [Fact]
    public async Task A_frozen_side_takes_nothing_until_it_is_unfrozen()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var wallet = await api.Wallet("100.00", cash);
        (await api.Post($"/accounts/{wallet}/freeze", new JsonObject { ["id"] = LedgerApi.Id(), ["side"] = "debit" })).Is(
            HttpStatusCode.OK
        );
        var shown = (await api.Get($"/accounts/{wallet}")).Is(HttpStatusCode.OK);
        Assert.Equal(("frozen", "debit"), ((string?)shown["status"], (string?)shown["frozen"]));

        (await api.Transfer(wallet, cash, "1.00")).IsProblem(422, "ledger.account_frozen", "legs.0.debit");
        (await api.Transfer(cash, wallet, "1.00")).Is(HttpStatusCode.Created);
        (await api.Post($"/accounts/{wallet}/unfreeze", new JsonObject { ["id"] = LedgerApi.Id() })).Is(HttpStatusCode.OK);
        (await api.Transfer(wallet, cash, "1.00")).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_account_is_closed_when_it_is_empty_and_for_ever()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var wallet = await api.Wallet("5.00", cash);
        (await api.Post($"/accounts/{wallet}/close", new JsonObject { ["id"] = LedgerApi.Id() })).IsProblem(
            422,
            "ledger.account_not_empty",
            "account"
        );
        (await api.Transfer(wallet, cash, "5.00")).Is(HttpStatusCode.Created);
        (await api.Post($"/accounts/{wallet}/close", new JsonObject { ["id"] = LedgerApi.Id() })).Is(HttpStatusCode.OK);

        var shown = (await api.Get($"/accounts/{wallet}")).Is(HttpStatusCode.OK);
        Assert.Equal("closed", (string?)shown["status"]);
        Assert.NotNull(shown["closed_at"]);
        (await api.Transfer(cash, wallet, "1.00")).IsProblem(422, "ledger.account_closed", "legs.0.credit");
    }

    [Fact]
    public async Task Accounts_are_listed_by_owner_and_currency_page_by_page_both_ways()
    {
        var api = await server.Live();
        var owner = $"customer:{LedgerApi.Id()}";
        var kes = new List<Guid>();
        for (var i = 0; i < 5; i++)
            kes.Add(await api.Account(owner: owner));
        var usd = await api.Account("USD", owner: owner);
        kes.Reverse();

        var all = await api.Get($"/accounts?owner={owner}&limit=100");
        Assert.Equal([usd, .. kes], Ids(all));
        Assert.Equal(kes, Ids(await api.Get($"/accounts?owner={owner}&currency=KES")));

        var first = await api.Get($"/accounts?owner={owner}&currency=KES&limit=2");
        Assert.Equal(kes[..2], Ids(first));
        Assert.True((bool)first.Json["has_more"]!);
        Assert.Equal("/v1/ledger/accounts", (string?)first.Json["url"]);
        var second = await api.Get($"/accounts?owner={owner}&currency=KES&limit=2&starting_after={kes[1]}");
        Assert.Equal(kes[2..4], Ids(second));
        var last = await api.Get($"/accounts?owner={owner}&currency=KES&limit=2&starting_after={kes[3]}");
        Assert.Equal(kes[4..], Ids(last));
        Assert.False((bool)last.Json["has_more"]!);
        var back = await api.Get($"/accounts?owner={owner}&currency=KES&limit=2&ending_before={kes[4]}");
        Assert.Equal(kes[2..4], Ids(back));

        (await api.Get($"/accounts?starting_after={LedgerApi.Id()}")).IsProblem(400, "platform.invalid_request", "starting_after");
        (await api.Get("/accounts?currency=XXX")).IsProblem(400, "platform.invalid_request", "currency");
        Assert.Empty(Ids(await (await server.Sandbox()).Get($"/accounts?owner={owner}")));
    }

    [Fact]
    public async Task Each_call_needs_its_permission()
    {
        var app = await server.App;
        var reader = new LedgerApi(await app.ClientAsync("live", "ledger.read"));
        var body = new JsonObject
        {
            ["id"] = LedgerApi.Id(),
            ["currency"] = "KES",
            ["class"] = "asset",
            ["floor"] = "none",
        };
        (await reader.Post("/accounts", body)).IsProblem(403, "platform.permission_missing");
        (await reader.Post("/transactions", new JsonObject())).IsProblem(403, "platform.permission_missing");
        (await reader.Get("/accounts?limit=1")).Is(HttpStatusCode.OK);
        var poster = new LedgerApi(await app.ClientAsync("live", "ledger.post"));
        (await poster.Get("/accounts")).IsProblem(403, "platform.permission_missing");
        (await poster.Post("/accounts", body)).IsProblem(403, "platform.permission_missing");
        (await new LedgerApi(app.Anonymous).Get("/accounts")).IsProblem(401, "platform.unauthenticated");
    }

    internal static List<Guid> Ids(Reply list) => [.. list.Is(HttpStatusCode.OK)["data"]!.AsArray().Select(a => (Guid)a!["id"]!)];
}
