using System.Net;
using System.Text.Json.Nodes;
using Hazina.Platform.Security;

namespace Hazina.Accounts.Tests.Adjustments;

public sealed class AdjustmentTests(AccountsServer server)
{
    [Fact]
    public async Task Operations_book_deposits_and_withdrawals_against_the_house()
    {
        var asha = await server.Someone();
        var purse = await asha.Account(100);
        (await server.Adjust(purse, "debit", 30, more: new JsonObject { ["type"] = "withdrawal", ["reference"] = "W1" })).Is(
            HttpStatusCode.Created
        );
        (await server.Adjust(purse, "credit", 5, more: new JsonObject { ["against"] = "losses" })).Is(HttpStatusCode.Created);
        Assert.Equal(75m, await asha.Balance(purse));
        var all = await asha.Activity(purse);
        Assert.Equal(["adjustment", "withdrawal", "deposit"], all.Select(a => (string)a["type"]!));
        Assert.Equal(
            ("debit", "W1", 70m),
            ((string)all[1]["side"]!, (string)all[1]["reference"]!, Customer.Digits(all[1]["balance_after"]))
        );
        (await server.Adjust(purse, "debit", 76)).IsProblem(402, "ledger.insufficient_funds");
        (await server.Adjust(purse, "debit", 1, more: new JsonObject { ["type"] = "deposit" })).IsProblem(
            400,
            "platform.invalid_request",
            "type"
        );
        (await server.Adjust(purse, "credit", 1, "USD")).IsProblem(422, "ledger.currency_mismatch");
        (await server.Adjust(Guid.CreateVersion7(), "credit", 1)).IsProblem(404, "accounts.no_such_account");
        (await asha.Post($"/v1/accounts/{purse}/adjustments")).IsProblem(403, "platform.permission_missing");
    }

    [Fact]
    public async Task What_is_too_much_for_one_takes_two_and_nobody_books_on_their_own()
    {
        var (asha, clerk, chief) = (
            await server.Someone(),
            await server.Someone(Role.User, Role.Operations),
            await server.Someone(Role.User, Role.Admin)
        );
        var euros = await asha.Account(currency: "EUR");
        var asked = (await server.Adjust(euros, "credit", 10, "EUR")).Is(HttpStatusCode.Accepted);
        Assert.Equal(("approval", "accounts.adjustment.book"), ((string)asked["object"]!, (string)asked["kind"]!));
        Assert.Equal(0m, await asha.Balance(euros));
        Assert.Equal("done", (string)(await chief.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK)["status"]!);
        Assert.Equal(10m, await asha.Balance(euros));

        var own = await clerk.Account();
        var wish = new JsonObject
        {
            ["side"] = "credit",
            ["amount"] = Customer.Amount(1),
            ["against"] = "losses",
            ["description"] = "A gift",
            ["note"] = "to me",
        };
        (await clerk.Post($"/v1/accounts/{own}/adjustments", wish)).IsProblem(403, "accounts.own_account");
        // Nor is what somebody else asked for them approved by them.
        var theirs = await chief.Account(currency: "EUR");
        asked = (await server.Adjust(theirs, "credit", 10, "EUR")).Is(HttpStatusCode.Accepted);
        var decided = (await chief.Post($"/v1/approvals/{asked["id"]}/approve")).Json;
        Assert.Equal(("refused", "accounts.own_account"), ((string)decided["status"]!, (string?)decided["fault"]?["code"]));
        Assert.Equal(0m, await chief.Balance(theirs));
    }

    [Fact]
    public async Task Staff_books_nothing_for_an_organisation_that_they_belong_to()
    {
        var clerk = await server.Someone(Role.User, Role.Operations);
        var till = await clerk.Account(organization: await clerk.Organization());
        var body = new JsonObject
        {
            ["side"] = "credit",
            ["amount"] = Customer.Amount(1),
            ["against"] = "safeguarded_funds",
            ["description"] = "mine",
            ["note"] = "mine",
        };
        (await clerk.Post($"/v1/accounts/{till}/adjustments", body)).IsProblem(403, "accounts.own_account");
        Assert.Equal(0, await clerk.Balance(till));
    }
}
