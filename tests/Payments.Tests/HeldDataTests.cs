using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests;

public sealed class HeldDataTests(PaymentsServer server)
{
    [Fact]
    public async Task A_person_takes_along_what_is_held_of_them_and_leaves_no_name_behind()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, till) = (await asha.Account(100), await juma.Account());
        var body = new JsonObject
        {
            ["payer"] = purse,
            ["payee"] = new JsonObject { ["number"] = await juma.NumberOf(till) },
            ["amount"] = Customer.Amount(60),
            ["metadata"] = new JsonObject { ["mine"] = "Birthday" },
        };
        var paid = (await asha.Post("/v1/payments", body)).Is(HttpStatusCode.Created);
        var read = (string)(await juma.Activity(till))[0]["counterparty"]!;
        Assert.NotEqual("Hazina customer", read);
        var exported = (await asha.Get("/v1/me/export")).Is(HttpStatusCode.OK)["payments"]!;
        Assert.Equal("Birthday", (string)exported["payments"]![0]!["metadata"]!["mine"]!);

        var held = (await server.App).Services.GetRequiredService<HeldData>();
        await held.Erase(asha.Id, TestContext.Current.CancellationToken);
        await held.Erase(asha.Id, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(
            "Birthday",
            (await held.Export(asha.Id, TestContext.Current.CancellationToken)).ToJsonString(),
            StringComparison.Ordinal
        );
        var theirs = (await juma.Activity(till))[0];
        Assert.Equal(("Hazina customer", "From Hazina customer"), ((string)theirs["counterparty"]!, (string)theirs["description"]!));
        var seen = (await juma.Get($"/v1/payments/{paid["id"]}")).Is(HttpStatusCode.OK);
        Assert.Null(seen["payer_name"]);
        Assert.Equal("completed", (string)seen["status"]!);
    }
}
