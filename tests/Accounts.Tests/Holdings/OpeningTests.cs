using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Security;

namespace Hazina.Accounts.Tests.Holdings;

public sealed class OpeningTests(AccountsServer server)
{
    [Fact]
    public async Task An_account_is_opened_once_and_can_be_used_at_once()
    {
        var asha = await server.Someone();
        var body = new JsonObject { ["currency"] = "KES", ["nickname"] = "Rent" };
        var key = Guid.CreateVersion7().ToString();
        var made = (await asha.Post("/v1/accounts", body, key)).Is(HttpStatusCode.Created);
        Assert.Equal(
            ("account", "wallet", "KES", "Rent"),
            ((string)made["object"]!, (string)made["kind"]!, (string)made["currency"]!, (string)made["nickname"]!)
        );
        Assert.Equal(
            ("active", "none", true, true),
            ((string)made["status"]!, (string)made["frozen"]!, (bool)made["is_active"]!, (bool)made["is_default"]!)
        );
        Assert.Equal(("user", asha.Id), ((string)made["holder"]!["type"]!, (Guid)made["holder"]!["id"]!));
        Assert.True(AccountNumber.IsRight((string)made["number"]!));
        Assert.Equal("0.00", (string)made["balance"]!["available"]!["amount"]!);

        var again = await asha.Post("/v1/accounts", body, key);
        Assert.True(again.IsReplayed);
        Assert.Equal(made.ToJsonString(), again.Json.ToJsonString());
        Assert.Single((await asha.Get("/v1/accounts")).Json["data"]!.AsArray());
        Assert.Equal(made.ToJsonString(), (await asha.Get($"/v1/accounts/{made["id"]}")).Is(HttpStatusCode.OK).ToJsonString());
        await server.Fund((Guid)made["id"]!, 250.5m);
        Assert.Equal(250.5m, await asha.Balance((Guid)made["id"]!));
    }

    [Theory]
    [InlineData("primary", "USD")]
    [InlineData("checking", "EUR")]
    [InlineData("savings", "GBP")]
    [InlineData("investment", "GHS")]
    [InlineData("credit", "KES")]
    [InlineData("wallet", "BTC")]
    [InlineData("wallet", "USDT")]
    public async Task There_are_accounts_of_every_kind_in_every_currency(string kind, string currency)
    {
        var asha = await server.Someone();
        var made = await asha.Opened(currency, kind);
        Assert.Equal((kind, currency), ((string)made["kind"]!, (string)made["currency"]!));
        Assert.Equal(kind == "credit", made["credit_line"] is not null);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said_by_field()
    {
        var asha = await server.Someone();
        var reply = await asha.Post("/v1/accounts", new JsonObject { ["currency"] = "XXX", ["nickname"] = "" });
        reply.IsProblem(400, "platform.invalid_request");
        Assert.Equal(["/currency", "/nickname"], reply.Json["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
        (await asha.Post("/v1/accounts", new JsonObject { ["currency"] = "KES", ["organization"] = Guid.CreateVersion7() })).IsProblem(
            422,
            "accounts.no_such_holder",
            "organization"
        );
    }

    [Fact]
    public async Task The_first_of_a_currency_is_the_default_one_until_another_is_chosen()
    {
        var asha = await server.Someone();
        var (first, second, dollars) = (await asha.Account(), await asha.Account(), await asha.Account(currency: "USD"));
        Assert.Equal("True False True", await Defaults(asha, first, second, dollars));
        (await asha.Patch($"/v1/accounts/{second}", new JsonObject { ["is_default"] = true })).Is(HttpStatusCode.OK);
        Assert.Equal("False True True", await Defaults(asha, first, second, dollars));
        (await asha.Patch($"/v1/accounts/{second}", new JsonObject { ["is_default"] = false })).IsProblem(400, "platform.invalid_request");
    }

    [Fact]
    public async Task Of_many_that_are_opened_side_by_side_one_is_the_default_one()
    {
        var asha = await server.Someone();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => asha.Account()));
        var list = (await asha.Get("/v1/accounts?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(12, list.Count);
        Assert.Single(list, a => (bool)a!["is_default"]!);
        Assert.Equal(12, list.Select(a => (string)a!["number"]!).Distinct().Count());
    }

    [Fact]
    public async Task Ones_own_are_listed_page_by_page_and_others_are_not_there()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        List<Guid> ids = [];
        for (var i = 0; i < 3; i++)
            ids.Insert(0, await asha.Account(currency: i == 0 ? "USD" : "KES"));
        var page = (await asha.Get("/v1/accounts?limit=2")).Is(HttpStatusCode.OK);
        Assert.True((bool)page["has_more"]!);
        Assert.Equal(ids.Take(2), Ids(page));
        Assert.Equal(ids.Skip(2), Ids((await asha.Get($"/v1/accounts?starting_after={ids[1]}")).Json));
        Assert.Equal(ids.Take(2), Ids((await asha.Get($"/v1/accounts?ending_before={ids[2]}")).Json));
        Assert.Equal([ids[2]], Ids((await asha.Get("/v1/accounts?currency=USD")).Json));
        Assert.Empty(Ids((await asha.Get("/v1/accounts?status=closed")).Json));
        Assert.Empty(Ids((await juma.Get("/v1/accounts")).Json));
        Assert.Empty(Ids((await juma.Get($"/v1/accounts?holder={asha.Id}")).Json));
        foreach (var id in new[] { ids[0], Guid.CreateVersion7() })
        {
            var path = $"/v1/accounts/{id}";
            foreach (
                var reply in new[]
                {
                    await juma.Get(path),
                    await juma.Get(path + "/balance"),
                    await juma.Get(path + "/balance/explanation"),
                    await juma.Get(path + "/activity"),
                    await juma.Get(path + "/limits"),
                    await juma.Get(path + "/spending"),
                    await juma.Patch(path, new JsonObject { ["nickname"] = "Mine" }),
                    await juma.Patch(path + "/limits", new JsonObject { ["daily"] = Customer.Amount(1) }),
                    await juma.Post(path + "/freeze"),
                    await juma.Post(path + "/unfreeze"),
                    await juma.Post(path + "/close"),
                    await juma.Post(path + "/close", new JsonObject { ["sweep_to"] = ids[1] }),
                }
            )
                reply.IsProblem(404, "accounts.no_such_account", "account");
        }

        // Staff sees every one.
        var clerk = await server.Someone(Role.User, Role.Compliance);
        (await clerk.Get($"/v1/accounts/{ids[0]}")).Is(HttpStatusCode.OK);
        Assert.Equal(ids, Ids((await clerk.Get($"/v1/accounts?holder={asha.Id}")).Json));
        Assert.Empty(Ids((await clerk.Get("/v1/accounts")).Json));
    }

    [Fact]
    public async Task An_organisations_money_is_seen_by_its_members_and_moved_by_those_who_may()
    {
        var (asha, juma, finance) = (await server.Someone(), await server.Someone(), await server.Someone());
        var duka = await asha.Organization();
        var till = await asha.Account(1000, organization: duka);
        await using (var owner = await server.Owner())
            await owner.ExecuteAsync(
                "insert into identity.members (id, organization_id, user_id, role, created_at, updated_at) values "
                    + "(gen_random_uuid(), @duka, @juma, 'viewer', now(), now()), (gen_random_uuid(), @duka, @finance, 'finance', now(), now())",
                new
                {
                    duka,
                    juma = juma.Id,
                    finance = finance.Id,
                }
            );
        Assert.Equal(1000, await juma.Balance(till));
        (await juma.Post($"/v1/accounts/{till}/freeze")).IsProblem(403, "accounts.may_not_move", "account");
        (await juma.Transfer(till, "account", await juma.Account(), 1)).IsProblem(403, "accounts.may_not_move", "from");
        (await juma.Patch($"/v1/accounts/{till}", new JsonObject { ["nickname"] = "Mine" })).IsProblem(403, "accounts.may_not_move");
        (await juma.Post("/v1/accounts", new JsonObject { ["currency"] = "KES", ["organization"] = duka })).IsProblem(
            403,
            "accounts.may_not_move"
        );
        var theirs = await finance.Account(organization: duka);
        (await finance.Transfer(till, "account", theirs, 400)).Is(HttpStatusCode.Created);
        Assert.Equal((600m, 400m), (await asha.Balance(till), await asha.Balance(theirs)));

        await using (var owner = await server.Owner())
            await owner.ExecuteAsync("update identity.organizations set status = 'suspended' where id = @duka", new { duka });
        (await asha.Transfer(till, "account", theirs, 1)).IsProblem(403, "accounts.may_not_move", "from");
        Assert.Equal(600, await asha.Balance(till));
    }

    [Fact]
    public async Task A_key_acts_for_whom_it_belongs_to_in_its_own_book()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var duka = await asha.Organization();
        var (till, purse) = (await asha.Account(organization: duka), await asha.Account());
        using var ofDuka = await asha.Key("organization", duka);
        using var ofAsha = await asha.Key("user", asha.Id);
        using var ofJuma = await asha.Key("user", juma.Id);
        using var sandbox = await asha.Key("user", asha.Id, "sandbox");
        Task<Reply> Read(HttpClient client, Guid id) => Customer.Send(client, HttpMethod.Get, $"/v1/accounts/{id}", null);
        (await Read(ofDuka, till)).Is(HttpStatusCode.OK);
        (await Read(ofDuka, purse)).IsProblem(404, "accounts.no_such_account");
        (await Read(ofAsha, purse)).Is(HttpStatusCode.OK);
        (await Read(ofJuma, purse)).IsProblem(404, "accounts.no_such_account");
        (await Read(sandbox, purse)).IsProblem(404, "accounts.no_such_account");
        var made = (await Customer.Send(ofDuka, HttpMethod.Post, "/v1/accounts", new JsonObject { ["currency"] = "KES" })).Is(
            HttpStatusCode.Created
        );
        Assert.Equal(("organization", duka), ((string)made["holder"]!["type"]!, (Guid)made["holder"]!["id"]!));
        (
            await Customer.Send((await server.App).Client, HttpMethod.Post, "/v1/accounts", new JsonObject { ["currency"] = "KES" })
        ).IsProblem(422, "accounts.no_such_holder");
        var trial = (await Customer.Send(sandbox, HttpMethod.Post, "/v1/accounts", new JsonObject { ["currency"] = "KES" })).Is(
            HttpStatusCode.Created
        );
        (await asha.Get($"/v1/accounts/{trial["id"]}")).IsProblem(404, "accounts.no_such_account");
    }

    static IEnumerable<Guid> Ids(JsonNode list) => list["data"]!.AsArray().Select(a => (Guid)a!["id"]!);

    static async Task<string> Defaults(Customer who, params Guid[] ids)
    {
        var answers = new List<bool>();
        foreach (var id in ids)
            answers.Add((bool)(await who.Get($"/v1/accounts/{id}")).Is(HttpStatusCode.OK)["is_default"]!);
        return string.Join(' ', answers);
    }

    [Fact]
    public async Task Of_accounts_that_are_opened_side_by_side_only_so_many_come_in_a_month_and_each_keeps_what_its_holder_has_lowered()
    {
        var amina = await server.Someone();
        var first = await amina.Account();
        (await amina.Patch($"/v1/accounts/{first}/limits", new JsonObject { ["daily"] = Customer.Amount(100) })).Is(HttpStatusCode.OK);
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 25).Select(_ => amina.Post("/v1/accounts", new JsonObject { ["currency"] = "KES" }))
        );
        var opened = replies.Where(r => r.Status == HttpStatusCode.Created).ToList();
        Assert.Equal(19, opened.Count);
        Assert.All(replies.Except(opened), r => r.IsProblem(422, "accounts.too_many", "kind"));
        var limits = (await amina.Get($"/v1/accounts/{opened[^1].Json["id"]}/limits")).Is(HttpStatusCode.OK);
        Assert.Equal(100, Customer.Digits(limits["daily"]!["limit"]));
    }
}
