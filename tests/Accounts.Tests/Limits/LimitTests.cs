using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts.Limits;
using Hazina.Platform.Security;

namespace Hazina.Accounts.Tests.Limits;

public sealed class LimitTests(AccountsServer server)
{
    static JsonObject Daily(decimal amount) => new() { ["daily"] = Customer.Amount(amount) };

    async Task<(Customer Asha, Guid Purse, Guid Juma)> Pair(decimal funds)
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var purse = await asha.Account(funds);
        return (asha, purse, await asha.Recipient(await juma.NumberOf(await juma.Account())));
    }

    [Fact]
    public async Task Everybody_begins_with_the_limits_of_the_basic_tier()
    {
        var (asha, purse, juma) = await Pair(200_000);
        var told = (await asha.Get($"/v1/accounts/{purse}/limits")).Is(HttpStatusCode.OK);
        Assert.Equal(("limits", "basic"), ((string)told["object"]!, (string)told["tier"]!));
        Assert.Equal(100_000, Customer.Digits(told["transaction"]!["limit"]));
        Assert.Equal(150_000, Customer.Digits(told["daily"]!["left"]));
        Assert.Equal(1_000_000, Customer.Digits(told["monthly"]!["limit"]));
        Assert.Equal(30_000, Customer.Digits(told["new_recipients"]!["limit"]));
        var resets = DateTimeOffset.Parse((string)told["daily"]!["resets_at"]!, System.Globalization.CultureInfo.InvariantCulture);
        // Midnight in Nairobi, all the year round.
        Assert.Equal(new TimeOnly(21, 0), TimeOnly.FromDateTime(resets.UtcDateTime));

        (await asha.Transfer(purse, "recipient", juma, 100_001)).IsProblem(422, "accounts.limit_exceeded", "amount");
        var reply = await asha.Transfer(purse, "recipient", juma, 30_001);
        reply.IsProblem(422, "accounts.limit_exceeded", "amount");
        Assert.Contains("30000.00 KES", (string)reply.Json["detail"]!, StringComparison.Ordinal);
        Assert.True(reply.Headers.ContainsKey("Retry-After"));
        (await asha.Transfer(purse, "recipient", juma, 30_000)).Is(HttpStatusCode.Created);
        told = (await asha.Get($"/v1/accounts/{purse}/limits")).Json;
        Assert.Equal((30_000m, 120_000m), (Customer.Digits(told["daily"]!["used"]), Customer.Digits(told["daily"]!["left"])));
        Assert.Equal(0m, Customer.Digits(told["new_recipients"]!["left"]));

        // What stays with its holder counts against nothing.
        (await asha.Transfer(purse, "account", await asha.Account(), 120_001)).Is(HttpStatusCode.Created);
        Assert.Equal(30_000, Customer.Digits((await asha.Get($"/v1/accounts/{purse}/limits")).Json["daily"]!["used"]));
    }

    [Fact]
    public async Task Holders_lower_their_limits_at_once_and_raise_them_by_saying_who_they_are()
    {
        var (asha, purse, juma) = await Pair(10_000);
        (await asha.Patch($"/v1/accounts/{purse}/limits", Daily(500))).Is(HttpStatusCode.OK);
        (await asha.Transfer(purse, "recipient", juma, 501)).IsProblem(422, "accounts.limit_exceeded");
        (await asha.Transfer(purse, "recipient", juma, 500)).Is(HttpStatusCode.Created);
        (await asha.Patch($"/v1/accounts/{purse}/limits", Daily(501))).IsProblem(422, "accounts.limit_raise");
        (await asha.Patch($"/v1/accounts/{purse}/limits", new JsonObject())).IsProblem(400, "platform.invalid_request");
        (await asha.Patch($"/v1/accounts/{purse}/limits", new JsonObject { ["daily"] = Customer.Amount(1, "USD") })).IsProblem(
            422,
            "ledger.currency_mismatch"
        );
        await using (var owner = await server.Owner())
            await owner.ExecuteAsync(
                "update identity.sessions set confirmed_at = now() - interval '1 hour' where user_id = @id",
                new { asha.Id }
            );
        (await asha.Put($"/v1/accounts/{purse}/limits", Daily(1000))).IsProblem(403, "identity.confirmation_required");
        await using (var owner = await server.Owner())
            await owner.ExecuteAsync("update identity.sessions set confirmed_at = now() where user_id = @id", new { asha.Id });
        var set = (await asha.Put($"/v1/accounts/{purse}/limits", Daily(1000))).Is(HttpStatusCode.OK);
        Assert.Equal((1000m, 500m), (Customer.Digits(set["daily"]!["own"]), Customer.Digits(set["daily"]!["left"])));
        Assert.Null(set["monthly"]!["own"]);
        // Above the tier the tier's holds.
        set = (await asha.Put($"/v1/accounts/{purse}/limits", Daily(9_999_999))).Is(HttpStatusCode.OK);
        Assert.Equal(150_000m, Customer.Digits(set["daily"]!["limit"]));
    }

    [Fact]
    public async Task Another_tier_is_asked_for_by_one_and_approved_by_another()
    {
        var (asha, purse, juma) = await Pair(200_000);
        var (clerk, chief) = (await server.Someone(Role.User, Role.Operations), await server.Someone(Role.User, Role.Admin));
        JsonObject Wish(string tier) => new() { ["tier"] = tier, ["note"] = "well known" };
        (await clerk.Put($"/v1/holders/{asha.Id}/tier", Wish("golden"))).IsProblem(400, "platform.invalid_request", "tier");
        (await clerk.Put($"/v1/holders/{Guid.CreateVersion7()}/tier", Wish("standard"))).IsProblem(422, "accounts.no_such_holder");
        (await clerk.Put($"/v1/holders/{clerk.Id}/tier", Wish("standard"))).IsProblem(403, "accounts.own_account");
        var asked = (await clerk.Put($"/v1/holders/{asha.Id}/tier", Wish("standard"))).Is(HttpStatusCode.Accepted);
        Assert.Equal("basic", (string)(await asha.Get($"/v1/accounts/{purse}/limits")).Json["tier"]!);
        Assert.Equal("done", (string)(await chief.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK)["status"]!);
        Assert.Equal("standard", (string)(await asha.Get($"/v1/accounts/{purse}/limits")).Json["tier"]!);
        (await asha.Transfer(purse, "recipient", juma, 160_000)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task However_many_are_sent_side_by_side_no_limit_is_overshot()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 3; round++)
        {
            var (asha, purse, juma) = await Pair(100_000);
            var limit = random.Next(50, 500);
            (await asha.Patch($"/v1/accounts/{purse}/limits", Daily(limit))).Is(HttpStatusCode.OK);
            var amounts = Enumerable.Range(0, 24).Select(_ => (decimal)random.Next(1, 60)).ToList();
            var replies = await Task.WhenAll(amounts.Select(a => asha.Transfer(purse, "recipient", juma, a)));
            var sent = amounts.Where((_, i) => replies[i].Status == HttpStatusCode.Created).Sum();
            Assert.True(sent <= limit, $"{sent} of {limit}, seed {seed}");
            // And what was refused would have been too much at that moment: the least of it is too much now.
            foreach (var refused in amounts.Where((_, i) => replies[i].Status != HttpStatusCode.Created))
                Assert.True(sent + refused > limit, $"{refused} would have gone into {limit} after {sent}, seed {seed}");
            Assert.All(replies.Where(r => r.Status != HttpStatusCode.Created), r => r.IsProblem(422, "accounts.limit_exceeded"));
            Assert.Equal(100_000 - sent, await asha.Balance(purse));
            Assert.Equal(sent, Customer.Digits((await asha.Get($"/v1/accounts/{purse}/limits")).Json["daily"]!["used"]));
        }
    }

    [Theory]
    [InlineData(
        "Africa/Nairobi",
        "2026-03-31T20:59:59Z",
        "2026-03-30T21:00:00Z",
        "2026-03-31T21:00:00Z",
        "2026-02-28T21:00:00Z",
        "2026-03-31T21:00:00Z"
    )]
    [InlineData(
        "Africa/Nairobi",
        "2026-03-31T21:00:00Z",
        "2026-03-31T21:00:00Z",
        "2026-04-01T21:00:00Z",
        "2026-03-31T21:00:00Z",
        "2026-04-30T21:00:00Z"
    )]
    [InlineData(
        "Europe/London",
        "2026-03-29T12:00:00Z",
        "2026-03-29T00:00:00Z",
        "2026-03-29T23:00:00Z",
        "2026-03-01T00:00:00Z",
        "2026-03-31T23:00:00Z"
    )]
    [InlineData(
        "Africa/Cairo",
        "2026-04-24T12:00:00Z",
        "2026-04-23T22:00:00Z",
        "2026-04-24T21:00:00Z",
        "2026-03-31T22:00:00Z",
        "2026-04-30T21:00:00Z"
    )]
    [InlineData(
        "UTC",
        "2028-02-29T00:00:00Z",
        "2028-02-29T00:00:00Z",
        "2028-03-01T00:00:00Z",
        "2028-02-01T00:00:00Z",
        "2028-03-01T00:00:00Z"
    )]
    public void Days_and_months_are_those_of_a_place(string zone, string now, string day, string dayEnd, string month, string monthEnd)
    {
        static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        var place = TimeZoneInfo.FindSystemTimeZoneById(zone);
        Assert.Equal(new Period(At(day), At(dayEnd)), Period.Day(At(now), place));
        Assert.Equal(new Period(At(month), At(monthEnd)), Period.Month(At(now), place));
    }
}
