using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Tests.Intents;
using Hazina.Payments.Tests.Paying;

namespace Hazina.Payments.Tests.Faults;

/// <summary>A customer pays a shop, at once or held back; the shop captures, lets go and gives back, often all at once. What each came to is noted.</summary>
sealed class Trade(Shop shop)
{
    readonly ConcurrentDictionary<Guid, Deal> deals = new();

    /// <summary>Payments that were made.</summary>
    public int Count => deals.Count;

    public static async Task<Trade> Open(PaymentsServer server) => new(await Shop.Open(server, Wave.Funds));

    /// <summary>One payment, and what becomes of it.</summary>
    public async Task Next(Random random)
    {
        var isHeld = random.Next(2) == 0;
        decimal amount = random.Next(2, 60);
        var made = await Ask(key => shop.Pay(amount, isHeld ? new JsonObject { ["capture"] = "manual" } : null, key));
        var id = (Guid)made.Is(HttpStatusCode.Created)["id"]!;
        var deal = deals[id] = new Deal(id, isHeld) { Captured = isHeld ? 0 : amount };
        decimal Part() => random.Next(1, (int)amount + 2);
        if (isHeld)
            await Task.WhenAll(Capture(deal, Part(), random.Next(3) == 0), Capture(deal, Part(), false), Cancel(deal, random.Next(4) == 0));
        await Task.WhenAll(Refund(deal, Part(), random.Next(2) == 0), Refund(deal, Part(), random.Next(3) == 0));
    }

    async Task Capture(Deal deal, decimal part, bool isLast)
    {
        var body = new JsonObject { ["amount"] = Customer.Amount(part), ["is_last"] = isLast };
        if (await IsDone($"/v1/payments/{deal.Id}/capture", body))
            deal.Add(captured: part);
    }

    async Task Refund(Deal deal, decimal part, bool isWanted)
    {
        if (isWanted && await IsDone($"/v1/payments/{deal.Id}/refunds", new JsonObject { ["amount"] = Customer.Amount(part) }))
            deal.Add(refunded: part);
    }

    async Task Cancel(Deal deal, bool isWanted)
    {
        if (isWanted)
            await IsDone($"/v1/payments/{deal.Id}/cancel", []);
    }

    /// <summary>What the rules refuse is an answer: another one was quicker, or took more.</summary>
    async Task<bool> IsDone(string path, JsonObject body)
    {
        var reply = await Ask(key => shop.Owner.Post(path, body.DeepClone(), key));
        Assert.True(reply.Status is HttpStatusCode.OK or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity, reply.ToString());
        return reply.Status == HttpStatusCode.OK;
    }

    static Task<Reply> Ask(Func<string, Task<Reply>> ask)
    {
        var key = Guid.CreateVersion7().ToString();
        return Life.Answered(() => ask(key));
    }

    /// <summary>Lets go what is still held back; then all is as each was told, and there is nothing else.</summary>
    public async Task Hold(PaymentsServer server)
    {
        foreach (var deal in deals.Values.Where(d => d.IsHeld))
            await Cancel(deal, isWanted: true);
        await using var owner = await server.Owner();
        var rows = (
            await owner.QueryAsync<(Guid Id, string Status, decimal Captured, decimal Refunded)>(RowsSql, new { shop.Purse })
        ).ToList();
        Assert.Equal(
            deals.Values.Select(d => (d.Id, d.Captured, d.Refunded)).OrderBy(d => d.Id),
            rows.Select(r => (r.Id, r.Captured, r.Refunded)).OrderBy(r => r.Id)
        );
        Assert.DoesNotContain(rows, r => r.Status == "authorized");
        var earned = deals.Values.Sum(d => d.Captured - d.Refunded);
        await shop.Has(Wave.Funds - earned, Wave.Funds - earned, earned);
        await Splits.Agrees(shop.Asha, shop.Purse);
        await Splits.Agrees(shop.Owner, shop.Till);
    }

    sealed record Deal(Guid Id, bool IsHeld)
    {
        readonly Lock gate = new();

        public decimal Captured { get; set; }

        public decimal Refunded { get; private set; }

        public void Add(decimal captured = 0, decimal refunded = 0)
        {
            lock (gate)
                (Captured, Refunded) = (Captured + captured, Refunded + refunded);
        }
    }

    const string RowsSql = "select id, status, captured, refunded from payments.payments where payer_account = @purse";
}
