using System.Text.Json.Nodes;
using Hazina.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Hazina.Cli.Demo;

/// <summary>The ways into the pages of this demo's world: who signs in with what, and an order at the shop that waits to be paid.</summary>
sealed class DemoDoors(WebApplication app, IReadOnlyDictionary<string, DemoPerson> people, DemoShop shop)
{
    const decimal Order = 1_450m;

    readonly string address = app.Urls.First();
    string order = "",
        link = "";

    public async Task OpenAsync(CancellationToken ct)
    {
        await HireAsync(people["Neema"], ct);
        using var session = As(people["Asha"].Token);
        var asha = new DemoApi(session);
        var body = new JsonObject
        {
            ["payer"] = shop.Wallet,
            ["payee"] = new JsonObject { ["account"] = shop.Till },
            ["amount"] = DemoApi.Amount(Order),
            ["reference"] = "order-18",
            ["description"] = "Two baskets and a lamp",
        };
        order = $"{address}/pay/{(await asha.PostAsync("/v1/payment-intents", body, ct)).Body.GetProperty("id").GetGuid()}";
        using var owner = As(people["Brian"].Token);
        var till = (await new DemoApi(owner).GetAsync($"/v1/accounts/{shop.Till}", ct)).GetProperty("number").GetString();
        link = $"{address}/pay/new?to={till}&amount=990&currency={DemoDay.Currency}&reference=order-19";
    }

    public void Tell()
    {
        var table = new Table
        {
            Border = TableBorder.Simple,
            Title = new TableTitle($"Sign in at {address} as one of these made-up people"),
        };
        table.AddColumn("Who");
        table.AddColumn("E-mail or phone");
        table.AddColumn("Password of this day");
        Add("Asha", "a customer");
        Add("Brian", "a customer, who has a shop");
        Add("Neema", "of operations");
        AnsiConsole.Write(table);
        // Links are lines of their own, so that they can be copied.
        Screen.Say("An order of Asha's waits to be paid, out of her wallet and a phone if she likes:");
        Screen.Say($"  {order}");
        Screen.Say("Brian's shop can be paid by anybody who follows its link:");
        Screen.Say($"  {link}");

        void Add(string name, string what) =>
            table.AddRow(
                $"{Markup.Escape(people[name].FullName)}, {what}",
                Markup.Escape(people[name].Address),
                Markup.Escape(people[name].Password)
            );
    }

    /// <summary>By an administrator, whom the command line makes as it does for everybody.</summary>
    async Task HireAsync(DemoPerson person, CancellationToken ct)
    {
        var (email, password) = ($"admin.{Guid.CreateVersion7():n}@example.com", People.NewPassword());
        await app.Services.GetRequiredService<People>().CreateAdmin(email, "The administrator", password, ct);
        using var nobody = new HttpClient { BaseAddress = new Uri(address) };
        var signedIn = await new DemoApi(nobody).PostAsync(
            "/v1/auth/sign-in",
            new JsonObject { ["login"] = email, ["password"] = password },
            ct
        );
        using var session = As(signedIn.Body.GetProperty("token").GetString()!);
        var roles = new JsonObject { ["roles"] = new JsonArray("user", "operations", "compliance"), ["reason"] = "She starts today" };
        var hired = await new DemoApi(session).SendAsync(HttpMethod.Put, $"/v1/users/{person.Id}/roles", roles, ct);
        if (!hired.IsSuccess)
            throw DemoApi.Unexpected(hired);
    }

    HttpClient As(string token)
    {
        var session = new HttpClient { BaseAddress = new Uri(address) };
        session.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return session;
    }
}
