using System.Globalization;
using System.Text.Json.Nodes;

namespace Hazina.Cli.Demo;

/// <summary>A day of a small town, played through the API: every kind of thing that the ledger does, once.</summary>
sealed class DemoDay(DemoApi api, IReadOnlyDictionary<string, DemoPerson> people, Action<DemoMoment> tell)
{
    public const string Currency = "KES";

    // The accounts of the town, by what they are called in the story.
    readonly Dictionary<string, Guid> accounts = [];

    /// <summary>The people whose balances the story shows, in the order of its columns.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["Asha", "Brian", "Duka", "fees"];

    public async Task PlayAsync(CancellationToken ct)
    {
        await OpenAsync("M-Pesa float", "asset", floor: "none", ct);
        await OpenAsync("Asha", "liability", floor: "0.00", ct);
        await OpenAsync("Brian", "liability", floor: "0.00", ct);
        await OpenAsync("Duka", "liability", floor: "0.00", ct);
        await OpenAsync("fees", "income", floor: "none", ct);
        await TellAsync(
            "Accounts are opened: the M-Pesa float, Asha, Brian, a shop called Duka, fees",
            $"POST {DemoApi.Root}/accounts",
            "201 × 5",
            ct
        );

        await DepositAsync("Asha", 10_000m, ct);
        await DepositAsync("Brian", 2_500m, ct);

        var gift = Transaction("transfer", ("Asha", "Brian", 1_500m));
        await PostAsync("Asha sends Brian 1,500", gift, ct);
        await HoldAsync(ct);
        await PostAsync(
            "Brian pays Duka 1,200, and Duka a fee of 18: two legs, all or nothing",
            Transaction("payment", ("Brian", "Duka", 1_200m), ("Duka", "fees", 18m)),
            ct
        );

        await RefusedAsync(
            "Brian tries to send Asha 50,000, which he does not have",
            Transaction("transfer", ("Brian", "Asha", 50_000m)),
            ct
        );
        await RepeatedAsync(gift, ct);
        await ReversedAsync(gift, ct);
    }

    async Task DepositAsync(string name, decimal amount, CancellationToken ct) =>
        await PostAsync($"{name} tops up {amount:N0} by M-Pesa", Transaction("deposit", ("M-Pesa float", name, amount)), ct);

    /// <summary>A reservation, captured in two parts; what is left is released.</summary>
    async Task HoldAsync(CancellationToken ct)
    {
        var id = Guid.CreateVersion7();
        var hold = new JsonObject
        {
            ["id"] = id,
            ["account"] = accounts["Asha"],
            ["amount"] = DemoApi.Amount(3_000m),
        };
        await TellAsync(
            "Duka holds 3,000 of Asha's for a delivery: it is still hers, but not available",
            await api.PostAsync("/reservations", hold, ct),
            ct
        );
        await CaptureAsync(id, 1_800m, "The first half arrives: 1,800 of it is captured", ct);
        await CaptureAsync(id, 700m, "The rest arrives: another 700", ct);
        var release = new JsonObject { ["id"] = Guid.CreateVersion7() };
        await TellAsync(
            "One thing was sold out: the last 500 is released",
            await api.PostAsync($"/reservations/{id}/release", release, ct),
            ct
        );
    }

    async Task CaptureAsync(Guid reservation, decimal amount, string what, CancellationToken ct)
    {
        var capture = new JsonObject
        {
            ["id"] = Guid.CreateVersion7(),
            ["to"] = accounts["Duka"],
            ["amount"] = DemoApi.Amount(amount),
        };
        await TellAsync(what, await api.PostAsync($"/reservations/{reservation}/capture", capture, ct), ct);
    }

    async Task RefusedAsync(string what, JsonObject transaction, CancellationToken ct)
    {
        var answer = await api.SendAsync(HttpMethod.Post, "/transactions", transaction, ct);
        await TellAsync(what, answer.Code == "ledger.insufficient_funds" ? answer : throw DemoApi.Unexpected(answer), ct);
    }

    /// <summary>The same request twice, as a shaky connection sends it; and then an id that is used for something else.</summary>
    async Task RepeatedAsync(JsonObject sent, CancellationToken ct)
    {
        var again = await api.PostAsync("/transactions", (JsonObject)sent.DeepClone(), ct);
        var replayed = again.Replayed ? again : throw DemoApi.Unexpected(again);
        await TellAsync("The connection drops, and Asha's phone sends the 1,500 again: it happens once", replayed, ct);

        var other = (JsonObject)sent.DeepClone();
        other["legs"]![0]!["amount"] = DemoApi.Amount(9_999m);
        var answer = await api.SendAsync(HttpMethod.Post, "/transactions", other, ct);
        var refused = answer.Code == "ledger.id_reused" ? answer : throw DemoApi.Unexpected(answer);
        await TellAsync("The same id comes with another amount: refused, and the field is named", refused, ct);
    }

    async Task ReversedAsync(JsonObject mistaken, CancellationToken ct)
    {
        var reversal = new JsonObject { ["id"] = Guid.CreateVersion7(), ["description"] = "sent to the wrong person" };
        var answer = await api.PostAsync($"/transactions/{mistaken["id"]!.GetValue<Guid>()}/reversal", reversal, ct);
        await TellAsync("The 1,500 was meant for somebody else: it is reversed, by a new transaction", answer, ct);
    }

    async Task OpenAsync(string name, string accountClass, string floor, CancellationToken ct)
    {
        accounts[name] = Guid.CreateVersion7();
        await api.PostAsync(
            "/accounts",
            new JsonObject
            {
                ["id"] = accounts[name],
                ["currency"] = Currency,
                ["class"] = accountClass,
                ["floor"] = floor,
                ["owner"] = people.TryGetValue(name, out var person)
                    ? $"user:{person.Id}"
                    : "demo:" + name.ToLowerInvariant().Replace(' ', '-'),
            },
            ct
        );
    }

    async Task PostAsync(string what, JsonObject transaction, CancellationToken ct) =>
        await TellAsync(what, await api.PostAsync("/transactions", transaction, ct), ct);

    JsonObject Transaction(string kind, params (string From, string To, decimal Amount)[] legs) =>
        new()
        {
            ["id"] = Guid.CreateVersion7(),
            ["kind"] = kind,
            ["legs"] = new JsonArray([
                .. legs.Select(leg => new JsonObject
                {
                    ["debit"] = accounts[leg.From],
                    ["credit"] = accounts[leg.To],
                    ["amount"] = DemoApi.Amount(leg.Amount),
                }),
            ]),
        };

    Task TellAsync(string what, DemoAnswer answer, CancellationToken ct) =>
        TellAsync(
            what,
            Short(answer.Request),
            answer.Status.ToString(CultureInfo.InvariantCulture)
                + (
                    answer.Replayed ? " (replayed)"
                    : answer.Code is { } code ? $" {code}{(answer.Pointer is { } pointer ? " " + pointer : "")}"
                    : ""
                ),
            ct
        );

    async Task TellAsync(string what, string request, string answer, CancellationToken ct)
    {
        var balances = new List<string>();
        foreach (var name in Columns)
        {
            var balance = (await api.GetAsync($"/accounts/{accounts[name]}", ct)).GetProperty("balance");
            var (posted, available) = (Read("posted"), Read("available"));
            balances.Add(posted == available ? $"{posted:N2}" : $"{posted:N2} ({available:N2})");

            decimal Read(string which) =>
                decimal.Parse(balance.GetProperty(which).GetProperty("amount").GetString()!, CultureInfo.InvariantCulture);
        }

        tell(new DemoMoment(what, request, answer, balances));
    }

    /// <summary>Ids make a line long and tell a reader nothing.</summary>
    static string Short(string request) => string.Join('/', request.Split('/').Select(part => Guid.TryParse(part, out _) ? "…" : part));
}

/// <summary>One moment of the day.</summary>
/// <param name="Balances">What each has afterwards; in brackets what is available, where that is less.</param>
sealed record DemoMoment(string What, string Request, string Answer, IReadOnlyList<string> Balances);
