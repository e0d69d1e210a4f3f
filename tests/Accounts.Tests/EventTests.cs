using System.Net;
using System.Text.Json.Nodes;
using Hazina.Platform.Security;

namespace Hazina.Accounts.Tests;

public sealed class EventTests(AccountsServer server)
{
    [Fact]
    public async Task What_happens_to_an_account_is_told_and_written_down_once_and_names_nobody()
    {
        var (asha, clerk) = (await server.Someone(), await server.Someone(Role.User, Role.Compliance));
        var (purse, other) = (await asha.Account(100), await asha.Account());
        (await asha.Transfer(purse, "account", other, 40, more: new JsonObject { ["description"] = "Rent of Juma" })).Is(
            HttpStatusCode.Created
        );
        (await asha.Transfer(purse, "account", other, 400)).IsProblem(402, "ledger.insufficient_funds");
        (await asha.Post($"/v1/accounts/{purse}/freeze")).Is(HttpStatusCode.OK);
        (await asha.Post($"/v1/accounts/{purse}/unfreeze")).Is(HttpStatusCode.OK);
        (await asha.Post($"/v1/accounts/{purse}/close", new JsonObject { ["sweep_to"] = other })).Is(HttpStatusCode.OK);

        string[] expected =
        [
            "accounts.account.opened.v1",
            "accounts.adjustment.booked.v1",
            "accounts.transfer.completed.v1",
            "accounts.account.frozen.v1",
            "accounts.account.frozen.v1",
            "accounts.account.closed.v1",
        ];
        IReadOnlyList<JsonNode> told = [];
        await Eventually.TrueAsync(async () => (told = await About(purse)).Count >= expected.Length, "the events of the account are told");
        Assert.Equal(expected, told.Select(e => (string)e["type"]!));
        Assert.Equal(other, (Guid)told[^1]["data"]!["swept_to"]!);
        Assert.Equal(("debit", "none"), ((string)told[3]["data"]!["frozen"]!, (string)told[4]["data"]!["frozen"]!));
        Assert.DoesNotContain("Juma", string.Join(' ', told.Select(e => e.ToJsonString())), StringComparison.Ordinal);

        IReadOnlyList<string> acts = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var trail = (await clerk.Get($"/v1/audit?target={purse}&limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray();
                acts = [.. trail.Select(e => (string)e!["action"]!).Reverse()];
                return acts.Count >= 4;
            },
            "the trail has what was done to the account"
        );
        Assert.Equal(
            ["accounts.adjustment.booked", "accounts.account.frozen", "accounts.account.unfrozen", "accounts.account.closed"],
            acts
        );
    }

    async Task<IReadOnlyList<JsonNode>> About(Guid account)
    {
        var (client, found) = ((await server.App).Client, new List<JsonNode>());
        for (var after = 0L; ; )
        {
            var page = (await Reply.Of(await client.GetAsync($"/v1/events?limit=1000&after={after}"))).Is(HttpStatusCode.OK);
            var data = page["data"]!.AsArray();
            found.AddRange(
                data.Where(e => ((string)e!["type"]!).StartsWith("accounts.", StringComparison.Ordinal))
                    .Select(e => e!)
                    .Where(e => (Guid?)e["data"]!["account"] == account || (Guid?)e["data"]!["from"] == account)
            );
            if (data.Count > 0)
                after = (long)data[^1]!["number"]!;
            if (!(bool)page["has_more"]!)
                return found;
        }
    }
}
