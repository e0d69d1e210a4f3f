using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazina.Testing;

namespace Hazina.Journeys.Tests;

/// <summary>What people do with their money in a month, over HTTP, through all modules.</summary>
public sealed class HouseholdTests
{
    const decimal Salary = 85_000m,
        Rent = 22_000m,
        Electricity = 1_281m,
        Half = 640.50m,
        Saved = 10_000m,
        Left = Salary - Rent - Electricity + Half - Saved;

    [Fact]
    public async Task A_month_comes_out_the_same_in_the_list_the_balances_and_each_form_of_the_statement()
    {
        await using var server = new AccountsServer();
        var (asha, brian, chege) = (await server.Someone(), await server.Someone(), await server.Someone());
        var (household, savings) = (await asha.Account(), await asha.Account(kind: "savings"));
        var (purse, rents) = (await brian.Account(5_000), await chege.Account(organization: await chege.Organization()));

        // A salary comes in; a rule knows the rent when it sees it.
        (
            await server.Adjust(
                household,
                "credit",
                Salary,
                more: new JsonObject { ["type"] = "deposit", ["description"] = "Salary of November" }
            )
        ).Is(HttpStatusCode.Created);
        (await asha.Post("/v1/category-rules", new JsonObject { ["contains"] = "rent", ["category"] = "housing" })).Is(
            HttpStatusCode.Created
        );

        // The landlord is looked up by the number on the wall, and his firm's name seen before anything is sent.
        var landlord = (await asha.LookUp(await chege.NumberOf(rents))).Is(HttpStatusCode.Created);
        Assert.Equal("Duka Ltd", (string)landlord["name"]!);
        await Send(asha, household, (Guid)landlord["id"]!, Rent, "Rent of November", null);
        var paid = await Send(asha, household, (Guid)landlord["id"]!, Electricity, "Electricity, the whole bill", "home");
        // More than there is, and more than the limits let through: nothing comes of it.
        (await asha.Transfer(household, "recipient", (Guid)landlord["id"]!, 90_000)).IsProblem(422, "accounts.limit_exceeded");
        // The flatmate sends his half, to somebody whose name he is shown as strangers are.
        var flatmate = (await brian.LookUp(await asha.NumberOf(household))).Is(HttpStatusCode.Created);
        Assert.Equal("Juma O.", (string)flatmate["name"]!);
        await Send(brian, purse, (Guid)flatmate["id"]!, Half, "My half of the electricity", "home");
        (await asha.Transfer(household, "account", savings, Saved)).Is(HttpStatusCode.Created);

        // The bill is kept where it belongs.
        var entry = (await asha.Activity(household)).Single(a => (Guid)a["source_id"]! == paid);
        await AttachBill(asha, $"/v1/accounts/{household}/activity/{entry["id"]}/attachments");

        Assert.Equal("Transfer", (string)Assert.Single(await asha.Activity(household, "&status=failed"))["description"]!);
        var told = await asha.Activity(household, "&status=completed");
        Assert.Equal(
            [(Saved, "debit"), (Half, "credit"), (Electricity, "debit"), (Rent, "debit"), (Salary, "credit")],
            told.Select(a => (Customer.Digits(a["amount"]), (string)a["side"]!))
        );
        Assert.Equal("housing", (string)told[3]["category"]!);
        Assert.Equal((Left, Saved, 5_000 - Half), (await asha.Balance(household), await asha.Balance(savings), await brian.Balance(purse)));
        Assert.Equal(Rent + Electricity, await chege.Balance(rents));
        var why = (await asha.Get($"/v1/accounts/{household}/balance/explanation")).Is(HttpStatusCode.OK);
        Assert.Equal((Left, 5), (Customer.Digits(why["balance"]!["posted"]), why["entries"]!.AsArray().Count));
        var spent = (await asha.Get($"/v1/accounts/{household}/spending?months=1")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(
            [("home", Electricity), ("housing", Rent)],
            spent.Select(s => ((string)s!["category"]!, Customer.Digits(s["amount"]))).OrderBy(s => s.Item1, StringComparer.Ordinal)
        );

        await CheckStatement(asha, household);
        await CheckBooks(await server.Someone("user", "admin"));
    }

    /// <summary>The transfer.</summary>
    static async Task<Guid> Send(Customer who, Guid from, Guid recipient, decimal amount, string description, string? category)
    {
        var more = new JsonObject { ["description"] = description };
        if (category is not null)
            more["category"] = category;
        var sent = (await who.Transfer(from, "recipient", recipient, amount, more: more)).Is(HttpStatusCode.Created);
        return (Guid)sent["id"]!;
    }

    static async Task AttachBill(Customer who, string path)
    {
        var bill = Encoding.UTF8.GetBytes("kWh,KES\n61,1281.00\n");
        var id = (Guid)(await who.Attach(path, bill, "text/csv", "bill.csv")).Is(HttpStatusCode.Created)["id"]!;
        Assert.Equal("kWh,KES\n61,1281.00\n", await who.Client.GetStringAsync($"{path}/{id}"));
    }

    static async Task CheckStatement(Customer asha, Guid account)
    {
        var opened = (DateTimeOffset)(await asha.Get($"/v1/accounts/{account}")).Is(HttpStatusCode.OK)["opened_at"]!;
        var made = (
            await asha.Post(
                $"/v1/accounts/{account}/statements",
                new JsonObject { ["from"] = opened.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) }
            )
        ).Is(HttpStatusCode.Created);
        Assert.Equal(
            (0m, Salary + Half, Rent + Electricity + Saved, Left, 5),
            (
                Customer.Digits(made["opening_balance"]),
                Customer.Digits(made["total_credits"]),
                Customer.Digits(made["total_debits"]),
                Customer.Digits(made["closing_balance"]),
                (int)made["entries"]!
            )
        );
        var path = $"/v1/statements/{made["id"]}/file?format=";
        var lines = (await asha.Client.GetStringAsync(path + "csv")).TrimEnd().Split("\r\n");
        Assert.Equal(6, lines.Length);
        Assert.EndsWith(
            $",{Left.ToString("0.00", CultureInfo.InvariantCulture)},KES,{lines[^1].Split(',')[^1]}",
            lines[^1],
            StringComparison.Ordinal
        );
        Assert.Contains(
            Left.ToString("N2", CultureInfo.InvariantCulture),
            await asha.Client.GetStringAsync(path + "html"),
            StringComparison.Ordinal
        );

        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Inside("statement.xml"), await asha.Client.GetStringAsync(path + "camt053"));
        var read = JsonNode.Parse(await NodeModules.RunAsync("Camt", "read.mjs", folder.Inside("statement.xml")))!["statements"]![0]!;
        Assert.Equal(
            Left,
            decimal.Parse(
                (string)read["balances"]!.AsArray().Single(b => (string)b!["type"]! == "CLBD")!["amount"]!["value"]!,
                CultureInfo.InvariantCulture
            )
        );
        using var printed = await asha.Client.GetAsync(path + "pdf");
        // Where no Chromium is installed that is said, and nothing else is missing.
        if (printed.StatusCode == HttpStatusCode.NotImplemented)
            (await Reply.Of(printed)).IsProblem(501, "accounts.no_printer");
        else
            Assert.True((await printed.Content.ReadAsByteArrayAsync()).AsSpan().StartsWith("%PDF-"u8));
    }

    /// <summary>What customers have is what the house holds for them.</summary>
    static async Task CheckBooks(Customer clerk)
    {
        var totals = (await clerk.Get("/v1/account-totals")).Is(HttpStatusCode.OK);
        Assert.Equal(
            totals["house"]!.AsArray().Where(h => (string)h!["currency"]! == "KES").Sum(h => Customer.Digits(h!["balance"])),
            totals["customers"]!
                .AsArray()
                .Where(c => (string)c!["currency"]! == "KES")
                .Sum(c => Customer.Digits(c!["held"]) - Customer.Digits(c["owed"]))
        );
    }
}
