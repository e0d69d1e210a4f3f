using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Tests.Paying;

namespace Hazina.Payments.Tests.Intents;

/// <summary>Random days with rails that fail, repeat themselves and come late: in the end the books of all sides agree to the cent.</summary>
public sealed class IntentDaysTests(PaymentsServer server)
{
    const decimal Funds = 50_000;

    static readonly string[] Rails = ["mpesa", "kcb", "dtb"],
        Manners = ["000", "000", "000", "901", "903", "908", "910", "911", "913", "920"];

    [Theory]
    [InlineData(1, "payee")]
    [InlineData(2, "payer")]
    public async Task Payer_payee_fees_and_rails_agree_and_nothing_stays_held(int seed, string bearer)
    {
        var random = new Random(seed);
        var shop = await Shop.Open(server, Funds, Shop.Fee(bearer, "0.01", "1"));
        var phones = new HashSet<string>(StringComparer.Ordinal);
        var intents = new List<JsonNode>();
        for (var i = 0; i < 14; i++)
        {
            var capture = new JsonObject { ["capture"] = random.Next(4) == 0 ? "manual" : "automatic" };
            var meant = await shop.Meant(random.Next(300, 900), more: capture);
            intents.Add(meant);
            (await shop.Confirm(meant, Split(random, Customer.Digits(meant["total"]), phones))).Is(HttpStatusCode.OK);
        }

        foreach (var intent in intents)
            await Some(shop, random, intent, phones);
        await server.Rails.SettleAsync();
        await Eventually.TrueAsync(async () => await AreTold(intents, phones), "all that has moved is told");
        foreach (var intent in intents)
        {
            var now = (await shop.Asha.Get($"{Splits.Path}/{intent["id"]}")).Is(HttpStatusCode.OK);
            if ((string)now["status"]! == "requires_capture" && random.Next(2) == 0)
                (await shop.Owner.Post($"{Splits.Path}/{intent["id"]}/capture")).Is(HttpStatusCode.OK);
            else if ((string)now["status"]! is not ("succeeded" or "canceled"))
                (await shop.Owner.GiveUp(intent)).Is(HttpStatusCode.OK);
        }

        var (spent, earned) = (0m, 0m);
        foreach (var intent in intents)
        {
            var now = (await shop.Asha.Get($"{Splits.Path}/{intent["id"]}")).Is(HttpStatusCode.OK);
            Assert.Contains((string)now["status"]!, (string[])["succeeded", "canceled"]);
            if ((string)now["status"]! != "succeeded")
                continue;
            spent += Customer.Digits(now["total"]);
            earned += Customer.Digits(now["amount"]) - (bearer == "payee" ? Fee(Customer.Digits(now["amount"])) : 0);
            Assert.Equal(
                Customer.Digits(now["total"]),
                now["sources"]!.AsArray().Where(s => (string)s!["status"]! == "captured").Sum(s => Customer.Digits(s!["amount"]))
            );
        }

        var brought = server.Rails.Book.Entries.Where(e => phones.Contains(e.Party)).Sum(e => e.Change);
        await shop.Has(Funds + brought - spent, Funds + brought - spent, earned);
        await Splits.Agrees(shop.Asha, shop.Purse);
        await Splits.Agrees(shop.Owner, shop.Till);
        await using var owner = await server.Owner();
        Assert.Equal(
            spent - earned,
            await owner.QuerySingleAsync<decimal>(
                "select coalesce(sum(amount), 0) from billing.fee_charges where owner_id = any (@owners)",
                new { owners = new[] { shop.Duka, shop.Asha.Id } }
            )
        );
    }

    static decimal Fee(decimal amount) => decimal.Round(1 + (0.01m * amount), 2, MidpointRounding.AwayFromZero);

    /// <summary>What people do meanwhile: they give up, name others for what has failed, confirm again, or let it be.</summary>
    static async Task Some(Shop shop, Random random, JsonNode intent, HashSet<string> phones)
    {
        var act = random.Next(4);
        if (act == 0)
        {
            await shop.Asha.GiveUp(intent);
            return;
        }

        var now = (await shop.Asha.Get($"{Splits.Path}/{intent["id"]}")).Is(HttpStatusCode.OK);
        if (act == 1 || Customer.Digits(now["missing"]) == 0)
            return;
        var sources = Split(random, Customer.Digits(now["missing"]), phones);
        if (act == 2)
            await shop.Confirm(intent, sources);
        else
            await shop.Name(intent, sources);
    }

    static JsonObject[] Split(Random random, decimal total, HashSet<string> phones)
    {
        var sources = new List<JsonObject>();
        for (var i = random.Next(1, 3); i > 0 && total > 60; i--)
        {
            var part = (decimal)random.Next(20, (int)Math.Min(total - 20, 250));
            var phone = PaymentsServer.Number(Manners[random.Next(Manners.Length)]);
            phones.Add(phone);
            sources.Add(Splits.Rail(Rails[random.Next(Rails.Length)], part, phone));
            total -= part;
        }

        sources.Insert(random.Next(sources.Count + 1), Splits.Wallet(total));
        return [.. sources];
    }

    /// <summary>No rail is at it any more, and whatever one has moved is booked.</summary>
    async Task<bool> AreTold(IEnumerable<JsonNode> intents, HashSet<string> phones)
    {
        await using var owner = await server.Owner();
        var (open, booked) = await owner.QuerySingleAsync<(int, decimal)>(
            """
            select count(*) filter (where status not in ('succeeded', 'failed', 'cancelled'))::int,
                   coalesce(sum(amount) filter (where status = 'succeeded'), 0)
              from payments.provider_calls where purpose_id = any (@ids)
            """,
            new { ids = intents.Select(i => (Guid)i["id"]!).ToArray() }
        );
        return open == 0 && booked == server.Rails.Book.Entries.Where(e => phones.Contains(e.Party)).Sum(e => e.Change);
    }
}
