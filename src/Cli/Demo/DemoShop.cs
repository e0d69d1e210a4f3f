using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Simulator;
using Spectre.Console;

namespace Hazina.Cli.Demo;

/// <summary>
/// Asha tops up by M-Pesa, pays Brian's shop, gets a part back, pays once more out of two sources, and takes the rest to her bank; what the rails really moved
/// is compared with what Hazina says.
/// </summary>
sealed class DemoShop(RailSimulator rails)
{
    const string BankAccount = "0123456789000";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60),
        Pause = TimeSpan.FromMilliseconds(100);

    readonly List<(string What, string Amount, string State)> told = [];
    readonly List<(string Rail, int Lines, int Matched, int Breaks, string Closing)> statements = [];
    string proof = "";
    decimal cameIn,
        wentOut;

    /// <summary>Where the shop is paid.</summary>
    public Guid Till { get; private set; }

    /// <summary>Out of which Asha pays.</summary>
    public Guid Wallet { get; private set; }

    /// <param name="wallet">Asha's.</param>
    public async Task PlayAsync(DemoApi asha, DemoApi brian, Guid wallet, CancellationToken ct)
    {
        var shop = await OrganizationAsync(brian, ct);
        var till = (await brian.PostAsync("/v1/accounts", new JsonObject { ["currency"] = DemoDay.Currency, ["organization"] = shop }, ct))
            .Body.GetProperty("id")
            .GetGuid();
        (Till, Wallet) = (till, wallet);

        var topUp = new JsonObject
        {
            ["account"] = wallet,
            ["source"] = "mpesa",
            ["phone"] = "+254712345000",
            ["amount"] = DemoApi.Amount(5_000m),
        };
        cameIn = await EndsAsync(
            asha,
            "Asha tops up by M-Pesa",
            await asha.PostAsync("/v1/funding-sessions", topUp, ct),
            "/v1/funding-sessions",
            ct
        );

        var bought = await PayAsync(asha, wallet, till, 1_250m, "automatic", ct);
        Tell("She pays Brian's shop", 1_250m, bought);
        var returned = await brian.PostAsync(
            $"/v1/payments/{Id(bought)}/refunds",
            new JsonObject { ["amount"] = DemoApi.Amount(250m), ["reason"] = "one was broken" },
            ct
        );
        Tell("One of five was broken: a part goes back", 250m, returned.Body);
        var held = await PayAsync(asha, wallet, till, 800m, "manual", ct);
        Tell("For an order, money is held back", 800m, held);
        var captured = await brian.PostAsync(
            $"/v1/payments/{Id(held)}/capture",
            new JsonObject { ["amount"] = DemoApi.Amount(650m), ["is_last"] = true },
            ct
        );
        Tell("The shop sends less, and takes that alone", 650m, captured.Body);
        cameIn += await SplitAsync(asha, wallet, till, ct);

        var withdrawal = new JsonObject
        {
            ["from"] = wallet,
            ["to"] = new JsonObject
            {
                ["bank"] = "11",
                ["account"] = BankAccount,
                ["name"] = rails.NameOf(BankAccount),
            },
            ["amount"] = DemoApi.Amount(2_000m),
        };
        wentOut = await EndsAsync(
            asha,
            "She takes some to her bank",
            await asha.PostAsync("/v1/withdrawals", withdrawal, ct),
            "/v1/withdrawals",
            ct
        );
    }

    /// <summary>At the end of the day operations import what each rail says of it, and have it proved that customers' money is there.</summary>
    /// <param name="clerk">A program of operations.</param>
    public async Task ReconcileAsync(DemoApi clerk, CancellationToken ct)
    {
        foreach (var rail in Enum.GetValues<Rail>())
        {
            var path = $"/v1/operations/rail-statements?provider={rail.ToString().ToLowerInvariant()}";
            // Each day's rails begin anew; their statements go on where the last day's ended.
            var known = (await clerk.GetAsync(path + "&limit=1", ct)).GetProperty("data");
            var opening = known.GetArrayLength() == 0 ? 0m : Amount(known[0], "closing");
            var taken = await clerk.UploadAsync(path, rails.VendorStatement(rail, opening: opening), ct);
            var counts = taken.GetProperty("counts");
            statements.Add(
                (
                    rail.ToString(),
                    taken.GetProperty("lines").GetInt32(),
                    counts.GetProperty("matched").GetInt32(),
                    counts.GetProperty("breaks").GetInt32() + counts.GetProperty("missing_there").GetInt32(),
                    Shown(Amount(taken, "closing"))
                )
            );
        }

        var made = (await clerk.PostAsync("/v1/operations/trust-proofs", [], ct)).Body.GetProperty("data").EnumerateArray();
        var ours = made.Single(p => p.GetProperty("currency").GetString() == DemoDay.Currency);
        var arithmetic = ours.GetProperty("arithmetic");
        proof =
            $"Customers are owed {Shown(Amount(arithmetic, "owed_sum"))}, trust money is {Shown(Amount(arithmetic, "trust_sum"))}: "
            + $"the proof {ours.GetProperty("status").GetString()}";
    }

    public Table Reconciled()
    {
        var table = new Table
        {
            Border = TableBorder.Simple,
            Title = new TableTitle("The rails' statements against the books"),
            Caption = new TableTitle(proof),
        };
        table.AddColumn("Rail");
        foreach (var name in new[] { "Lines", "Matched", "Breaks", "Balance there" })
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        foreach (var (rail, lines, matched, breaks, closing) in statements)
            table.AddRow(rail, $"{lines}", $"{matched}", $"{breaks}", closing);
        return table;
    }

    static decimal Amount(JsonElement of, string name) =>
        decimal.Parse(of.GetProperty(name).GetProperty("amount").GetString()!, CultureInfo.InvariantCulture);

    /// <summary>Whether the rails moved what Hazina says that they did.</summary>
    public bool Agrees => Moved(BookKind.Collect) == cameIn && Moved(BookKind.Payout) == wentOut;

    public Table Told()
    {
        var table = new Table
        {
            Border = TableBorder.Simple,
            Title = new TableTitle("At the shop, over simulated rails"),
            Caption = new TableTitle(
                $"The rails' own book: {Shown(Moved(BookKind.Collect))} came in, {Shown(Moved(BookKind.Payout))} went out"
                    + (Agrees ? ", as Hazina says" : $"; Hazina says {Shown(cameIn)} and {Shown(wentOut)}")
            ),
        };
        table.AddColumn("What happened");
        table.AddColumn(new TableColumn("Amount").RightAligned().NoWrap());
        table.AddColumn("State");
        foreach (var (what, amount, state) in told)
            table.AddRow(Markup.Escape(what), amount, Markup.Escape(state));
        return table;
    }

    decimal Moved(BookKind kind) => rails.Book.Entries.Where(m => m.Kind == kind).Sum(m => m.Amount);

    static string Shown(decimal amount) => amount.ToString("N2", CultureInfo.InvariantCulture);

    static async Task<Guid> OrganizationAsync(DemoApi brian, CancellationToken ct) => (
            await brian.PostAsync(
                "/v1/organizations",
                new JsonObject
                {
                    ["legal_name"] = "Otieno General Stores",
                    ["type"] = "sme",
                    ["country"] = "KE",
                },
                ct
            )
        ).Body.GetProperty("id").GetGuid();

    static async Task<JsonElement> PayAsync(DemoApi asha, Guid wallet, Guid till, decimal amount, string capture, CancellationToken ct) =>
        (
            await asha.PostAsync(
                "/v1/payments",
                new JsonObject
                {
                    ["payer"] = wallet,
                    ["payee"] = new JsonObject { ["account"] = till },
                    ["amount"] = DemoApi.Amount(amount),
                    ["capture"] = capture,
                },
                ct
            )
        ).Body;

    /// <summary>A part out of her wallet and a part by M-Pesa, taken together; gives what comes by M-Pesa.</summary>
    async Task<decimal> SplitAsync(DemoApi asha, Guid wallet, Guid till, CancellationToken ct)
    {
        const decimal OfWallet = 400m,
            ByPhone = 850m;
        const string Intents = "/v1/payment-intents";
        JsonObject ofWallet = new() { ["type"] = "wallet", ["amount"] = DemoApi.Amount(OfWallet) };
        var byPhone = new JsonObject
        {
            ["type"] = "mpesa",
            ["phone"] = "+254712345000",
            ["amount"] = DemoApi.Amount(ByPhone),
        };
        var meant = await asha.PostAsync(
            Intents,
            new JsonObject
            {
                ["payer"] = wallet,
                ["payee"] = new JsonObject { ["account"] = till },
                ["amount"] = DemoApi.Amount(OfWallet + ByPhone),
                ["sources"] = new JsonArray(ofWallet, byPhone),
            },
            ct
        );
        var asked = await asha.PostAsync($"{Intents}/{Id(meant.Body)}/confirm", [], ct);
        await EndsAsync(asha, "She pays out of her wallet and by M-Pesa at once", asked, Intents, ct);
        return ByPhone;
    }

    /// <summary>What goes over a rail is done a moment later; gives what Hazina says that it came to.</summary>
    async Task<decimal> EndsAsync(DemoApi asha, string what, DemoAnswer begun, string path, CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var now = await asha.GetAsync($"{path}/{Id(begun.Body)}", ct);
            if (now.GetProperty("status").GetString() is "completed" or "paid" or "succeeded")
            {
                var amount = decimal.Parse(now.GetProperty("amount").GetProperty("amount").GetString()!, CultureInfo.InvariantCulture);
                Tell(what, amount, now);
                return amount;
            }

            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw new CommandFailedException($"{what}: it is still {now.GetProperty("status")} after a minute.");
            await Task.Delay(Pause, ct);
        }
    }

    static Guid Id(JsonElement body) => body.GetProperty("id").GetGuid();

    void Tell(string what, decimal amount, JsonElement now) =>
        told.Add((what, Shown(amount), now.GetProperty("status").GetString()!.Replace('_', ' ')));
}
