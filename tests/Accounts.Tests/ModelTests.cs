using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Accounts.Tests;

/// <summary>Random days of two holders, beside a model of a few lines: every balance, every entry's balance and every limit agree with it.</summary>
public sealed class ModelTests(AccountsServer server)
{
    [Fact]
    public async Task Whatever_is_sent_the_accounts_stand_where_a_naive_model_says()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var people = new[] { await server.Someone(), await server.Someone() };
        var model = new List<Line>();
        foreach (var who in people)
            for (var i = 0; i < 3; i++)
                model.Add(new Line(who, await who.Account()));
        foreach (var line in model)
        {
            await server.Fund(line.Account, 1000);
            line.Book(1000, "deposit");
        }

        foreach (var line in model)
            await Limit(line, random);
        for (var step = 0; step < 60; step++)
        {
            var (from, to) = (model[random.Next(model.Count)], model[random.Next(model.Count)]);
            var amount = random.Next(1, 60_000) / 100m;
            if (random.Next(8) == 0)
                Toggle(
                    from,
                    (await from.Who.Post($"/v1/accounts/{from.Account}/{(from.Frozen ? "unfreeze" : "freeze")}")).Is(HttpStatusCode.OK)
                );
            else if (from != to)
                await Send(from, to, amount, seed);
        }

        foreach (var line in model)
        {
            Assert.True(line.Balance == await line.Who.Balance(line.Account), $"seed {seed}");
            var told = await line.Who.Activity(line.Account, "&status=completed");
            Assert.Equal(
                line.Entries.AsEnumerable().Reverse(),
                told.Select(a => (Customer.Digits(a["balance_after"]), (string)a["type"]!))
            );
            var daily = (await line.Who.Get($"/v1/accounts/{line.Account}/limits")).Is(HttpStatusCode.OK)["daily"]!;
            Assert.True(line.SentToOthers == Customer.Digits(daily["used"]), $"seed {seed}");
            Assert.True(line.Daily - line.SentToOthers == Customer.Digits(daily["left"]), $"seed {seed}");
        }

        Assert.True(model.Sum(l => l.Balance) == 6000, $"seed {seed}");
    }

    /// <summary>So low that some of what is sent is too much at once, and some for a day.</summary>
    static async Task Limit(Line line, Random random)
    {
        (line.AtOnce, line.Daily) = (random.Next(300, 600), random.Next(600, 1500));
        var limits = new JsonObject { ["transaction"] = Customer.Amount(line.AtOnce), ["daily"] = Customer.Amount(line.Daily) };
        (await line.Who.Patch($"/v1/accounts/{line.Account}/limits", limits)).Is(HttpStatusCode.OK);
    }

    static void Toggle(Line line, JsonNode told)
    {
        line.Frozen = !line.Frozen;
        Assert.Equal(line.Frozen ? "frozen" : "active", (string)told["status"]!);
    }

    static async Task Send(Line from, Line to, decimal amount, int seed)
    {
        var isOwn = from.Who == to.Who;
        var reply = isOwn
            ? await from.Who.Transfer(from.Account, "account", to.Account, amount)
            : await from.Who.Transfer(from.Account, "recipient", await from.Who.Recipient(await to.Who.NumberOf(to.Account)), amount);
        var expected =
            !isOwn && amount > from.AtOnce ? "accounts.limit_exceeded"
            : from.Frozen ? "accounts.frozen"
            : !isOwn && from.SentToOthers + amount > from.Daily ? "accounts.limit_exceeded"
            : amount > from.Balance ? "ledger.insufficient_funds"
            : null;
        Assert.True(expected == reply.Code, $"{reply.Code}, not {expected}, seed {seed}: {reply.Text}");
        if (expected is not null)
            return;
        from.Book(-amount, "transfer");
        to.Book(amount, "transfer");
        from.SentToOthers += isOwn ? 0 : amount;
    }

    sealed class Line(Customer who, Guid account)
    {
        public Customer Who => who;

        public Guid Account => account;

        public decimal Balance { get; private set; }

        public bool Frozen { get; set; }

        public decimal SentToOthers { get; set; }

        public decimal AtOnce { get; set; }

        public decimal Daily { get; set; }

        public List<(decimal After, string Type)> Entries { get; } = [];

        public void Book(decimal amount, string type)
        {
            Balance += amount;
            Entries.Add((Balance, type));
        }
    }
}
