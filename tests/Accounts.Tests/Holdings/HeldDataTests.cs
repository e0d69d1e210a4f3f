using System.Net;
using System.Text.Json.Nodes;
using Hazina.Accounts.Holdings;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Tests.Holdings;

public sealed class HeldDataTests(AccountsServer server)
{
    [Fact]
    public async Task A_person_takes_along_what_is_held_of_them_and_leaves_no_words_behind()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, till) = (await asha.Account(100), await juma.Account(100));
        var toJuma = await asha.Recipient(await juma.NumberOf(till));
        (await asha.Post("/v1/beneficiaries", new JsonObject { ["recipient"] = toJuma, ["nickname"] = "Landlord" })).Is(
            HttpStatusCode.Created
        );
        (await asha.Transfer(purse, "recipient", toJuma, 60)).Is(HttpStatusCode.Created);
        (await juma.Transfer(till, "recipient", await juma.Recipient(await asha.NumberOf(purse)), 10)).Is(HttpStatusCode.Created);
        (await asha.Patch($"/v1/accounts/{purse}", new JsonObject { ["nickname"] = "Secret" })).Is(HttpStatusCode.OK);
        var exported = (await asha.Get("/v1/me/export")).Is(HttpStatusCode.OK)["accounts"]!;
        Assert.Equal("Secret", (string)exported["accounts"]![0]!["nickname"]!);
        Assert.Equal((3, "Landlord"), (exported["activity"]!.AsArray().Count, (string)exported["beneficiaries"]![0]!["nickname"]!));
        (await asha.Post("/v1/me/erasure")).IsProblem(409, "accounts.still_open");

        var held = (await server.App).Services.GetRequiredService<HeldData>();
        await held.Erase(asha.Id, TestContext.Current.CancellationToken);
        await held.Erase(asha.Id, TestContext.Current.CancellationToken);
        var after = (await held.Export(asha.Id, TestContext.Current.CancellationToken)).ToJsonString();
        foreach (var word in new[] { "Secret", "Landlord", "Juma" })
            Assert.DoesNotContain(word, after, StringComparison.Ordinal);
        // Those who dealt with them keep their entries, and read no name in them.
        var theirs = await juma.Activity(till);
        Assert.Equal(["To Hazina customer", "From Hazina customer", "Salary of March"], theirs.Select(a => (string)a["description"]!));
        Assert.Equal(["Hazina customer", "Hazina customer", null], theirs.Select(a => (string?)a["counterparty"]));
        var sent = (await juma.Get($"/v1/transfers/{theirs[0]["source_id"]}")).Is(HttpStatusCode.OK);
        Assert.Null(sent["to"]!["name"]);
        Assert.Equal((50m, 150m), (await asha.Balance(purse), await juma.Balance(till)));
    }

    [Fact]
    public async Task Modules_above_open_accounts_and_ask_what_may_leave_them()
    {
        var asha = await server.Someone();
        var accounts = (await server.App).Services.GetRequiredService<CustomerAccounts>();
        var (id, kes) = (Guid.CreateVersion7(), Hazina.Money.Currency.Of("KES"));
        var opened = await accounts.Open(id, "live", HolderType.User, asha.Id, AccountKind.Primary, kes);
        Assert.Equal(opened, await accounts.Open(id, "live", HolderType.User, asha.Id, AccountKind.Primary, kes));
        Assert.Equal(opened, await accounts.FindByNumber("live", opened.Number));
        Assert.Equal(opened, await accounts.DefaultOf("live", asha.Id, kes));
        Assert.Null(await accounts.FindByNumber("sandbox", opened.Number));
        Assert.Null(await accounts.FindByNumber("live", "100000000001"));
        var (limits, refusal) = await accounts.LimitsOf(opened, new Hazina.Money.Amount(10, kes), toNewRecipient: true);
        Assert.Equal((3, null), (limits!.Conditions.Count, refusal));
        (limits, refusal) = await accounts.LimitsOf(opened, new Hazina.Money.Amount(100_001, kes));
        Assert.Equal((null, "accounts.limit_exceeded"), (limits, refusal!.Type.Code));
    }
}
