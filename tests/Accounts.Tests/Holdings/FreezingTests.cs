using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Platform.Security;

namespace Hazina.Accounts.Tests.Holdings;

public sealed class FreezingTests(AccountsServer server)
{
    static JsonObject Because(string? side = null) =>
        side is null ? new() { ["reason"] = "lost phone" } : new() { ["side"] = side, ["reason"] = "a court said so" };

    [Fact]
    public async Task Holders_freeze_what_goes_out_and_unfreeze_it()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(100), await asha.Account());
        var frozen = (await asha.Post($"/v1/accounts/{purse}/freeze")).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("frozen", "debit", "none"),
            ((string)frozen["status"]!, (string)frozen["frozen"]!, (string)frozen["frozen_by_staff"]!)
        );
        (await asha.Post($"/v1/accounts/{purse}/freeze")).Is(HttpStatusCode.OK);
        (await asha.Transfer(purse, "account", other, 1)).IsProblem(422, "accounts.frozen", "from");
        await server.Fund(purse, 50);
        (await asha.Post($"/v1/accounts/{purse}/freeze", Because("both"))).IsProblem(403, "accounts.frozen_by_staff", "side");
        Assert.Equal("active", (string)(await asha.Post($"/v1/accounts/{purse}/unfreeze")).Is(HttpStatusCode.OK)["status"]!);
        (await asha.Transfer(purse, "account", other, 150)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_staff_has_frozen_staff_alone_unfreezes()
    {
        var (asha, clerk) = (await server.Someone(), await server.Someone(Role.User, Role.Compliance));
        var (purse, other) = (await asha.Account(100), await asha.Account(100));
        (await clerk.Post($"/v1/accounts/{purse}/freeze")).IsProblem(400, "platform.invalid_request", "reason");
        var frozen = (await clerk.Post($"/v1/accounts/{purse}/freeze", Because("both"))).Is(HttpStatusCode.OK);
        Assert.Equal(("both", "both"), ((string)frozen["frozen"]!, (string)frozen["frozen_by_staff"]!));
        (await asha.Transfer(other, "account", purse, 1)).IsProblem(422, "accounts.cannot_receive", "to");
        (await server.Adjust(purse, "credit", 5)).IsProblem(422, "ledger.account_frozen");
        (await asha.Post($"/v1/accounts/{purse}/unfreeze")).IsProblem(403, "accounts.frozen_by_staff");

        // Their own freeze comes and goes, and what the staff has frozen stays.
        (await asha.Post($"/v1/accounts/{purse}/freeze", Because())).Is(HttpStatusCode.OK);
        Assert.Equal("a court said so", await ReasonOf(purse));
        Assert.Equal("both", (string)(await asha.Post($"/v1/accounts/{purse}/unfreeze")).Is(HttpStatusCode.OK)["frozen"]!);
        (await asha.Post($"/v1/accounts/{purse}/freeze")).Is(HttpStatusCode.OK);
        Assert.Equal("debit", (string)(await clerk.Post($"/v1/accounts/{purse}/unfreeze", Because())).Is(HttpStatusCode.OK)["frozen"]!);
        Assert.Equal("none", (string)(await asha.Post($"/v1/accounts/{purse}/unfreeze")).Is(HttpStatusCode.OK)["frozen"]!);
        (await asha.Transfer(other, "account", purse, 1)).Is(HttpStatusCode.Created);
        Assert.Null(await ReasonOf(purse));
    }

    async Task<string?> ReasonOf(Guid account)
    {
        await using var owner = await server.Owner();
        return await owner.QuerySingleAsync<string?>("select freeze_reason from accounts.accounts where id = @account", new { account });
    }

    [Fact]
    public async Task Of_a_holder_and_staff_who_freeze_at_once_neither_undoes_the_other()
    {
        var (asha, clerk) = (await server.Someone(), await server.Someone(Role.User, Role.Operations));
        for (var round = 0; round < 5; round++)
        {
            var purse = await asha.Account();
            var replies = await Task.WhenAll(
                asha.Post($"/v1/accounts/{purse}/freeze"),
                clerk.Post($"/v1/accounts/{purse}/freeze", Because("credit"))
            );
            Assert.All(replies, r => r.Is(HttpStatusCode.OK));
            var seen = (await asha.Get($"/v1/accounts/{purse}")).Json;
            Assert.Equal(("both", "credit"), ((string)seen["frozen"]!, (string)seen["frozen_by_staff"]!));
        }
    }
}
