using System.Net;
using System.Text.Json.Nodes;
using Dapper;

namespace Hazina.Accounts.Tests.Beneficiaries;

public sealed class BeneficiaryTests(AccountsServer server)
{
    static JsonObject Wish(Guid recipient, string? nickname = "Landlord", Guid? organization = null)
    {
        var body = new JsonObject { ["recipient"] = recipient };
        if (nickname is not null)
            body["nickname"] = nickname;
        if (organization is { } named)
            body["organization"] = named;
        return body;
    }

    [Fact]
    public async Task A_recipient_is_saved_under_a_name_of_ones_own_and_removed()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var number = await juma.NumberOf(await juma.Account());
        var saved = (await asha.Post("/v1/beneficiaries", Wish(await asha.Recipient(number)))).Is(HttpStatusCode.Created);
        Assert.Equal(
            ("beneficiary", "Juma O.", "Landlord", "KES"),
            ((string)saved["object"]!, (string)saved["name"]!, (string)saved["nickname"]!, (string)saved["currency"]!)
        );
        // Saved again it is the same one, under its new name.
        var again = (await asha.Post("/v1/beneficiaries", Wish(await asha.Recipient(number), "Juma"))).Is(HttpStatusCode.Created);
        Assert.Equal(((Guid)saved["id"]!, "Juma"), ((Guid)again["id"]!, (string)again["nickname"]!));
        Assert.Equal((string)saved["trusted_at"]!, (string)again["trusted_at"]!);
        Assert.Single((await asha.Get("/v1/beneficiaries")).Json["data"]!.AsArray());
        Assert.Empty((await juma.Get("/v1/beneficiaries")).Json["data"]!.AsArray());
        Assert.Empty((await juma.Get($"/v1/beneficiaries?organization={asha.Id}")).Json["data"]!.AsArray());
        (await juma.Delete($"/v1/beneficiaries/{saved["id"]}")).IsProblem(404, "accounts.no_such_beneficiary");
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete($"/v1/beneficiaries/{saved["id"]}")).Status);
        Assert.Empty((await asha.Get("/v1/beneficiaries")).Json["data"]!.AsArray());
        (await asha.Post("/v1/beneficiaries", Wish(await asha.Recipient(await asha.NumberOf(await asha.Account()))))).IsProblem(
            404,
            "accounts.no_such_recipient"
        );
    }

    [Fact]
    public async Task To_new_recipients_little_goes_in_a_day_until_they_have_cooled_off()
    {
        var (asha, juma, neema) = (await server.Someone(), await server.Someone(), await server.Someone());
        var purse = await asha.Account(140_000);
        var number = await juma.NumberOf(await juma.Account());
        var stranger = await asha.Recipient(await neema.NumberOf(await neema.Account()));
        var saved = (Guid)(await asha.Post("/v1/beneficiaries", Wish(await asha.Recipient(number)))).Is(HttpStatusCode.Created)["id"]!;
        (await asha.Transfer(purse, "beneficiary", saved, 20_000)).Is(HttpStatusCode.Created);
        // They are all counted together, saved or only looked up: nobody is emptied by way of ten new friends.
        (await asha.Transfer(purse, "recipient", stranger, 10_001)).IsProblem(422, "accounts.limit_exceeded", "amount");
        (await asha.Transfer(purse, "recipient", stranger, 10_000)).Is(HttpStatusCode.Created);
        (await asha.Transfer(purse, "beneficiary", saved, 1)).IsProblem(422, "accounts.limit_exceeded", "amount");
        (await asha.Transfer(purse, "recipient", await asha.Recipient(number), 1)).IsProblem(422, "accounts.limit_exceeded", "amount");

        await using (var owner = await server.Owner())
            await owner.ExecuteAsync("update accounts.beneficiaries set trusted_at = now() where id = @saved", new { saved });
        (await asha.Transfer(purse, "beneficiary", saved, 50_000)).Is(HttpStatusCode.Created);
        (await asha.Transfer(purse, "recipient", await asha.Recipient(number), 1000)).Is(HttpStatusCode.Created);
        (await asha.Transfer(purse, "recipient", stranger, 1)).IsProblem(422, "accounts.limit_exceeded");
    }

    [Fact]
    public async Task An_organisations_saved_recipients_are_its_own()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var duka = await asha.Organization();
        var (till, purse) = (await asha.Account(100, organization: duka), await asha.Account(100));
        var number = await juma.NumberOf(await juma.Account());
        var saved = (Guid)
            (await asha.Post("/v1/beneficiaries", Wish(await asha.Recipient(number), organization: duka))).Is(HttpStatusCode.Created)[
                "id"
            ]!;
        (await asha.Transfer(till, "beneficiary", saved, 1)).Is(HttpStatusCode.Created);
        (await asha.Transfer(purse, "beneficiary", saved, 1)).IsProblem(404, "accounts.no_such_beneficiary");
        Assert.Single((await asha.Get($"/v1/beneficiaries?organization={duka}")).Json["data"]!.AsArray());
        Assert.Empty((await asha.Get("/v1/beneficiaries")).Json["data"]!.AsArray());
        using var key = await asha.Key("organization", duka);
        Assert.Single((await Customer.Send(key, HttpMethod.Get, "/v1/beneficiaries", null)).Is(HttpStatusCode.OK)["data"]!.AsArray());
        var reply = await Customer.Send(key, HttpMethod.Delete, $"/v1/beneficiaries/{saved}", null);
        Assert.Equal(HttpStatusCode.NoContent, reply.Status);
    }
}
