using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Hazina.Cli.Demo;

/// <summary>
/// What the town's people do as customers, in the book live, where sessions act: wallets, a salary, the rent, a shared bill, and a statement of it all.
/// </summary>
/// <param name="bank">The account of the house where customers' money lies.</param>
sealed class DemoHousehold(DemoApi operations, Guid bank, IReadOnlyDictionary<string, DemoPerson> people, string folder)
{
    static readonly IReadOnlyDictionary<string, string> Formats = new Dictionary<string, string>
    {
        ["html"] = "html",
        ["csv"] = "csv",
        ["camt053"] = "xml",
    };

    readonly List<string> files = [];
    IReadOnlyList<JsonElement> activity = [];
    string number = "";

    /// <param name="address">Of the server.</param>
    /// <param name="next">What Asha and Brian do before her statement is made, with her wallet.</param>
    public async Task PlayAsync(string address, Func<DemoApi, DemoApi, Guid, CancellationToken, Task> next, CancellationToken ct)
    {
        using var ashas = SessionOf("Asha", address);
        using var brians = SessionOf("Brian", address);
        var (asha, brian) = (new DemoApi(ashas), new DemoApi(brians));
        var wallet = (
            await asha.PostAsync("/v1/accounts", new JsonObject { ["currency"] = DemoDay.Currency, ["nickname"] = "Household" }, ct)
        ).Body;
        await brian.PostAsync("/v1/accounts", new JsonObject { ["currency"] = DemoDay.Currency }, ct);
        var id = wallet.GetProperty("id").GetGuid();
        number = wallet.GetProperty("number").GetString()!;

        await operations.PostAsync("/transactions", Deposit(bank, id, 85_000m, "Salary of November"), ct);
        await SendAsync(asha, id, "Brian", 22_000m, "Rent of November", "rent", ct);
        await SendAsync(asha, id, "Brian", 640.50m, "My half of the electricity", "home", ct);
        await next(asha, brian, id, ct);
        activity = await ActivityAsync(asha, id, ct);

        var today = (
            await asha.PostAsync($"/v1/accounts/{id}/statements", new JsonObject { ["from"] = Day(wallet.GetProperty("opened_at")) }, ct)
        ).Body;
        Directory.CreateDirectory(folder);
        foreach (var (format, ending) in Formats)
        {
            var file = Path.Combine(folder, $"{number}.{ending}");
            await File.WriteAllTextAsync(
                file,
                await asha.FileAsync($"/v1/statements/{today.GetProperty("id")}/file?format={format}", ct),
                ct
            );
            files.Add(file);
        }
    }

    public Table Told()
    {
        var title = new TableTitle($"Asha's wallet {number}, as she sees it");
        var caption = new TableTitle(
            $"Her statement as a page, a spreadsheet and camt.053: {string.Join(", ", files.Select(Path.GetFileName))} in {folder}"
        );
        var table = new Table
        {
            Border = TableBorder.Simple,
            Title = title,
            Caption = caption,
        };
        table.AddColumn("What happened");
        table.AddColumn("With whom");
        table.AddColumn("Category");
        table.AddColumn(new TableColumn("Amount").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("Balance").RightAligned().NoWrap());
        foreach (var entry in activity)
        {
            var sign = entry.GetProperty("side").GetString() == "credit" ? "" : "−";
            table.AddRow(
                Markup.Escape(Text(entry, "description")),
                Markup.Escape(Text(entry, "counterparty")),
                Markup.Escape(Text(entry, "category")),
                sign + Figure(entry, "amount"),
                Figure(entry, "balance_after")
            );
        }

        return table;
    }

    HttpClient SessionOf(string name, string address)
    {
        var session = new HttpClient { BaseAddress = new Uri(address) };
        session.DefaultRequestHeaders.Authorization = new("Bearer", people[name].Token);
        return session;
    }

    async Task SendAsync(DemoApi asha, Guid from, string to, decimal amount, string description, string category, CancellationToken ct)
    {
        var found = await asha.PostAsync(
            "/v1/transfers/recipients",
            new JsonObject { ["to"] = people[to].Address, ["currency"] = DemoDay.Currency },
            ct
        );
        var transfer = new JsonObject
        {
            ["from"] = from,
            ["to"] = new JsonObject { ["recipient"] = found.Body.GetProperty("id").GetGuid() },
            ["amount"] = DemoApi.Amount(amount),
            ["description"] = description,
            ["category"] = category,
        };
        await asha.PostAsync("/v1/transfers", transfer, ct);
    }

    static JsonObject Deposit(Guid from, Guid to, decimal amount, string description) =>
        new()
        {
            ["id"] = Guid.CreateVersion7(),
            ["kind"] = "deposit",
            ["description"] = description,
            ["legs"] = new JsonArray(
                new JsonObject
                {
                    ["debit"] = from,
                    ["credit"] = to,
                    ["amount"] = DemoApi.Amount(amount),
                }
            ),
        };

    /// <summary>What operations post without a word for the holder is told a moment later, by listening.</summary>
    static async Task<IReadOnlyList<JsonElement>> ActivityAsync(DemoApi asha, Guid account, CancellationToken ct)
    {
        for (var asked = 0; ; asked++)
        {
            var entries = (await asha.GetAsync($"/v1/accounts/{account}/activity", ct))
                .GetProperty("data")
                .EnumerateArray()
                .Reverse()
                .ToList();
            if (entries.Count >= 3 || asked == 300)
                return entries;
            await Task.Delay(100, ct);
        }
    }

    static string Day(JsonElement time) => time.GetDateTimeOffset().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    static string Figure(JsonElement entry, string name) =>
        decimal.Parse(entry.GetProperty(name).GetProperty("amount").GetString()!, CultureInfo.InvariantCulture)
            .ToString("N2", CultureInfo.InvariantCulture);
}
