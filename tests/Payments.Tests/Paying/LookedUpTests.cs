using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Payments.Tests.Paying;

/// <summary>What staff finds by what a customer reads out.</summary>
public sealed class LookedUpTests(PaymentsServer server)
{
    [Fact]
    public async Task Staff_lists_everybodys_payments_by_status_and_reference_page_by_page()
    {
        var shop = await Shop.Open(server);
        var reference = $"INV-{Guid.CreateVersion7():N}";
        var carries = new JsonObject { ["reference"] = reference };
        var (first, second) = (await shop.Paid(10, carries), await shop.Paid(20, carries));
        (await shop.Refund(second)).Is(HttpStatusCode.OK);
        var clerk = await server.Someone("user", "operations");

        var found = await Listed(clerk, $"?reference={reference}");
        Assert.Equal([(Guid)second["id"]!, (Guid)first["id"]!], found.Select(p => (Guid)p["id"]!));
        Assert.All(found, p => Assert.NotNull((string?)p["payer_name"]));
        Assert.Equal((Guid)second["id"]!, (Guid)Assert.Single(await Listed(clerk, $"?reference={reference}&status=refunded"))["id"]!);
        var after = await Listed(clerk, $"?reference={reference}&starting_after={second["id"]}");
        Assert.Equal((Guid)first["id"]!, (Guid)Assert.Single(after)["id"]!);
        var before = await Listed(clerk, $"?reference={reference}&ending_before={first["id"]}");
        Assert.Equal((Guid)second["id"]!, (Guid)Assert.Single(before)["id"]!);
        Assert.Empty(await Listed(clerk, $"?reference={reference}-not"));
        (await clerk.Get("/v1/operations/payments?status=gone")).IsProblem(400, "platform.invalid_request", "status");
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.Asha.Get($"/v1/operations/payments?reference={reference}")).Status);
    }

    [Fact]
    public async Task Staff_finds_an_account_by_its_number_and_a_call_by_its_receipt_and_what_it_was_for()
    {
        var (asha, juma, clerk) = (await server.Someone(), await server.Someone(), await server.Someone("user", "operations"));
        var purse = await asha.Account(1_000);
        var byNumber = $"/v1/accounts?number={await asha.NumberOf(purse)}";
        Assert.Equal(purse, (Guid)Assert.Single((await clerk.Get(byNumber)).Is(HttpStatusCode.OK)["data"]!.AsArray())!["id"]!);
        Assert.Equal(purse, (Guid)Assert.Single((await asha.Get(byNumber)).Is(HttpStatusCode.OK)["data"]!.AsArray())!["id"]!);
        Assert.Empty((await juma.Get(byNumber)).Is(HttpStatusCode.OK)["data"]!.AsArray());

        var made = (await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(PaymentsServer.Number()), 100)).Is(
            HttpStatusCode.Created
        );
        var paid = await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "paid");
        const string calls = "/v1/operations/provider-calls?provider=mpesa";
        var byReceipt = (await clerk.Get($"{calls}&receipt={paid["receipt"]}")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        var byPurpose = (await clerk.Get($"{calls}&purpose_id={made["id"]}")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal((Guid)made["id"]!, (Guid)Assert.Single(byReceipt)!["purpose_id"]!);
        Assert.Equal((Guid)byReceipt[0]!["id"]!, (Guid)Assert.Single(byPurpose)!["id"]!);
        var elsewhere = (await clerk.Get($"/v1/operations/provider-calls?provider=kcb&purpose_id={made["id"]}")).Is(HttpStatusCode.OK);
        Assert.Empty(elsewhere["data"]!.AsArray());
    }

    static async Task<IReadOnlyList<JsonNode>> Listed(Customer staff, string query) =>
        [.. (await staff.Get("/v1/operations/payments" + query)).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(p => p!)];
}
