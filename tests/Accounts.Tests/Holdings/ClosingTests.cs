using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Accounts.Tests.Holdings;

public sealed class ClosingTests(AccountsServer server)
{
    static JsonObject To(Guid account) => new() { ["sweep_to"] = account };

    [Fact]
    public async Task An_empty_account_is_closed_for_ever()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(), await asha.Account(10));
        var closed = (await asha.Post($"/v1/accounts/{purse}/close")).Is(HttpStatusCode.OK);
        Assert.Equal(("closed", false, false), ((string)closed["status"]!, (bool)closed["is_active"]!, (bool)closed["is_default"]!));
        Assert.NotNull(closed["closed_at"]);
        (await asha.Post($"/v1/accounts/{purse}/close")).Is(HttpStatusCode.OK);
        (await asha.Post($"/v1/accounts/{purse}/freeze")).IsProblem(422, "accounts.closed");
        (await asha.Transfer(other, "account", purse, 1)).IsProblem(422, "accounts.cannot_receive", "to");
        (await asha.Transfer(purse, "account", other, 1)).IsProblem(422, "accounts.closed", "from");
        (await asha.Patch($"/v1/accounts/{purse}", new JsonObject { ["is_default"] = true })).IsProblem(422, "accounts.closed");
        Assert.Equal("closed", (string)(await asha.Get($"/v1/accounts/{purse}")).Json["status"]!);
    }

    [Fact]
    public async Task Whoever_closes_the_default_account_chooses_another_one_or_opens_it()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (first, second) = (await juma.Account(), await juma.Account());
        (await juma.Post($"/v1/accounts/{first}/close")).Is(HttpStatusCode.OK);
        Assert.False((bool)(await juma.Get($"/v1/accounts/{second}")).Json["is_default"]!);
        (await juma.Patch($"/v1/accounts/{second}", new JsonObject { ["is_default"] = true })).Is(HttpStatusCode.OK);
        Assert.True((bool)(await juma.Get($"/v1/accounts/{second}")).Json["is_default"]!);
        (await juma.Post($"/v1/accounts/{second}/close")).Is(HttpStatusCode.OK);
        Assert.True((bool)(await juma.Opened())["is_default"]!);
        Assert.True((bool)(await asha.Opened())["is_default"]!);
    }

    [Fact]
    public async Task What_is_left_goes_to_another_account_of_the_holder_in_the_same_currency()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, other, dollars) = (await asha.Account(70), await asha.Account(5), await asha.Account(currency: "USD"));
        (await asha.Post($"/v1/accounts/{purse}/close")).IsProblem(422, "accounts.not_empty", "account");
        (await asha.Post($"/v1/accounts/{purse}/close", To(dollars))).IsProblem(422, "accounts.sweep_refused", "sweep_to");
        (await asha.Post($"/v1/accounts/{purse}/close", To(purse))).IsProblem(400, "platform.invalid_request", "sweep_to");
        (await asha.Post($"/v1/accounts/{purse}/close", To(await juma.Account()))).IsProblem(404, "accounts.no_such_account", "sweep_to");
        (await asha.Post($"/v1/accounts/{purse}/close", To(other))).Is(HttpStatusCode.OK);
        Assert.Equal((0m, 75m), (await asha.Balance(purse), await asha.Balance(other)));
        var swept = (await asha.Activity(other))[0];
        Assert.Equal(("transfer", "credit", true), ((string)swept["type"]!, (string)swept["side"]!, (bool)swept["is_own"]!));
        Assert.Equal(75m, Customer.Digits(swept["balance_after"]));
        Assert.Equal(0m, Customer.Digits((await asha.Activity(purse))[0]["balance_after"]));
    }

    [Fact]
    public async Task Money_that_comes_in_while_an_account_is_closed_is_swept_or_refused_and_never_lost()
    {
        var asha = await server.Someone();
        var (source, other) = (await asha.Account(1000), await asha.Account());
        for (var round = 0; round < 4; round++)
        {
            var purse = await asha.Account(10);
            var incoming = Enumerable.Range(0, 8).Select(_ => asha.Transfer(source, "account", purse, 1)).ToList();
            var closing = asha.Post($"/v1/accounts/{purse}/close", To(other));
            var replies = await Task.WhenAll(incoming);
            Assert.Contains((await closing).Status, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict });
            if ((await closing).Status == HttpStatusCode.Conflict)
                (await asha.Post($"/v1/accounts/{purse}/close", To(other))).Is(HttpStatusCode.OK);
            foreach (var refused in replies.Where(r => r.Status != HttpStatusCode.Created))
                refused.IsProblem(422, "accounts.cannot_receive");
            Assert.Equal(0, await asha.Balance(purse));
        }

        Assert.Equal(1040, await asha.Balance(source) + await asha.Balance(other));
    }
}
