using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Accounts.Holdings;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Hazina.Accounts.Tests.Holdings;

/// <summary>A server that has a Redis, for the tests of what stands in it.</summary>
public sealed class AccountsInRedis : IAsyncLifetime
{
    RedisServer redis = null!;
    ConnectionMultiplexer outside = null!;

    public AccountsServer Server { get; private set; } = null!;

    /// <summary>As another program sees it.</summary>
    public IDatabase Outside => outside.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        redis = await RedisServer.StartedAsync();
        outside = await ConnectionMultiplexer.ConnectAsync(redis.Address);
        Server = AccountsServer.With(
            new Dictionary<string, string?> { ["redis"] = redis.Address, ["Accounts:BalancesInRedis"] = "Readable" }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        outside?.Dispose();
        redis?.Dispose();
    }
}

public sealed class KeptAccountsTests(AccountsInRedis fixture) : IClassFixture<AccountsInRedis>
{
    readonly AccountsServer server = fixture.Server;
    readonly IDatabase outside = fixture.Outside;

    [Fact]
    public async Task What_is_shown_of_an_account_is_kept_and_each_change_is_seen_at_once()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var first = await Kept(asha, await asha.Account());
        var stored = (string?)await outside.StringGetAsync($"account:{first}");
        Assert.DoesNotContain(await asha.NumberOf(first), stored, StringComparison.Ordinal);
        Assert.InRange((await outside.KeyTimeToLiveAsync($"account:{first}"))!.Value, TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
        // That it is kept shows it to nobody else.
        (await juma.Get($"/v1/accounts/{first}")).IsProblem(404, "accounts.no_such_account");
        (await juma.Get($"/v1/accounts/{first}/balance")).IsProblem(404, "accounts.no_such_account");

        var second = await Kept(asha, await asha.Account());
        Assert.Equal((true, false), (await IsDefault(asha, first), await IsDefault(asha, second)));
        (await asha.Patch($"/v1/accounts/{second}", new JsonObject { ["is_default"] = true })).Is(HttpStatusCode.OK);
        Assert.Equal((false, true), (await IsDefault(asha, first), await IsDefault(asha, second)));

        var named = await Kept(asha, await asha.Account());
        (await asha.Patch($"/v1/accounts/{named}", new JsonObject { ["nickname"] = "Rent" })).Is(HttpStatusCode.OK);
        Assert.Equal("Rent", (string)(await asha.Get($"/v1/accounts/{named}")).Json["nickname"]!);
        var frozen = await Kept(asha, await asha.Account());
        (await asha.Post($"/v1/accounts/{frozen}/freeze")).Is(HttpStatusCode.OK);
        Assert.Equal("frozen", (string)(await asha.Get($"/v1/accounts/{frozen}")).Json["status"]!);
        var closed = await Kept(asha, await asha.Account());
        (await asha.Post($"/v1/accounts/{closed}/close")).Is(HttpStatusCode.OK);
        Assert.Equal("closed", (string)(await asha.Get($"/v1/accounts/{closed}")).Json["status"]!);
    }

    [Fact]
    public async Task Who_reads_Redis_is_told_the_balances_that_were_asked_for_and_each_that_comes_of_them()
    {
        var asha = await server.Someone();
        var (purse, other, quiet) = (await asha.Account(100), await asha.Account(), Guid.CreateVersion7());
        // Nobody was told what is on this one.
        await (await server.App)
            .Services.GetRequiredService<CustomerAccounts>()
            .Open(quiet, "live", HolderType.User, asha.Id, AccountKind.Wallet, Hazina.Money.Currency.Of("KES"));
        Assert.Equal(100m, await asha.Balance(purse));
        foreach (var key in (string[])[$"balance:{purse}", $"wallet:{purse}:balance"])
        {
            await Eventually.TrueAsync(async () => await Told(key) == "100.00", $"{key} is told");
            Assert.InRange((await outside.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        }

        var told = await Said($"balance:{purse}");
        Assert.Equal(
            (purse, "KES", "100.00", "0.00"),
            ((Guid)told["account"]!, (string)told["currency"]!, (string)told["available"]!, (string)told["reserved"]!)
        );
        var writes = await Sets();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => asha.Transfer(purse, "account", other, 1)));
        await Eventually.TrueAsync(async () => await Told($"wallet:{purse}:balance") == "60.00", "the new balance is told");
        Assert.Equal("60.00", await Told($"balance:{purse}"));
        // What nobody asked for stands nowhere, and of forty postings not each was told.
        Assert.False(await outside.KeyExistsAsync($"balance:{quiet}"));
        Assert.InRange(await Sets() - writes, 2, 79);
    }

    async Task<long> Sets()
    {
        var told = (string)(await outside.ExecuteAsync("INFO", "commandstats"))!;
        // With a time to live it is another command, by whether that is in whole seconds.
        return told.Split('\n')
            .Where(l => Array.Exists(["cmdstat_set:", "cmdstat_setex:", "cmdstat_psetex:"], l.StartsWith))
            .Sum(l => long.Parse(l.Split('=')[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    async Task<JsonNode> Said(string key) => JsonNode.Parse((string)(await outside.StringGetAsync(key))!)!;

    async Task<string?> Told(string key) =>
        (string?)await outside.StringGetAsync(key) is { } text
            ? JsonDocument.Parse(text).RootElement.GetProperty("amount").GetString()
            : null;

    static async Task<bool> IsDefault(Customer who, Guid account) =>
        (bool)(await who.Get($"/v1/accounts/{account}")).Is(HttpStatusCode.OK)["is_default"]!;

    /// <summary>Looked at until it is kept: Redis may have been too slow for anybody to wait.</summary>
    async Task<Guid> Kept(Customer who, Guid account)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                (await who.Get($"/v1/accounts/{account}")).Is(HttpStatusCode.OK);
                return !(await outside.StringGetAsync($"account:{account}")).IsNullOrEmpty;
            },
            $"account:{account} is kept"
        );
        return account;
    }
}
