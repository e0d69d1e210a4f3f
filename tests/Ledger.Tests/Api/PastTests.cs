using System.Net;
using Hazina.Testing;
using Npgsql;

namespace Hazina.Ledger.Tests.Api;

/// <summary>Reports about days gone by: what was posted is moved back in time while no server runs.</summary>
public sealed class PastTests(ApiServer server)
{
    [Fact]
    public async Task Turnover_and_trial_balance_tell_each_day_as_it_was()
    {
        await using var database = await HazinaDatabase.CreateAsync();
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var (cash, wallet, shop) = (Guid.Empty, Guid.Empty, Guid.Empty);

        await On(
            database,
            async api =>
            {
                (cash, wallet, shop) = (await api.Cash(), await api.Account(), await api.Account());
                (await api.Transfer(cash, wallet, "100.00")).Is(HttpStatusCode.Created);
            }
        );
        await Pass(database, days: 2);
        await On(
            database,
            async api =>
            {
                // Enough for a snapshot in between.
                for (var i = 0; i < 105; i++)
                    (await api.Transfer(wallet, shop, "0.10")).Is(HttpStatusCode.Created);
            }
        );
        await Pass(database, days: 1);
        await using var app = await HazinaApp.StartAsync(database);
        var last = new LedgerApi(app.Client);
        (await last.Transfer(wallet, cash, "9.50")).Is(HttpStatusCode.Created);

        var turnover = (await last.Get($"/accounts/{wallet}/turnover?period=day&from={today.AddDays(-10):O}&to={today.AddDays(10):O}")).Is(
            HttpStatusCode.OK
        );
        Assert.Equal(
            [
                $"{today.AddDays(-3):O} 0.00 100.00 100.00",
                $"{today.AddDays(-2):O} 0.00 0.00 100.00",
                $"{today.AddDays(-1):O} 10.50 0.00 89.50",
                $"{today:O} 9.50 0.00 80.00",
            ],
            turnover["data"]!
                .AsArray()
                .Select(t => $"{t!["start"]} {t["debits"]!["amount"]} {t["credits"]!["amount"]} {t["closing"]!["amount"]}")
        );
        (await last.Get($"/accounts/{wallet}/turnover?period=day&to={today.AddDays(-4):O}")).IsProblem(
            404,
            "ledger.account_not_open_yet",
            "to"
        );
        var months = (await last.Get($"/accounts/{wallet}/turnover?period=month")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(20m, months.Sum(m => decimal.Parse((string)m!["debits"]!["amount"]!)));

        Assert.Equal(["asset 100.00", "liability 100.00"], await Trial(last, today.AddDays(-3)));
        Assert.Equal(["asset 100.00", "liability 100.00"], await Trial(last, today.AddDays(-1)));
        Assert.Equal(["asset 90.50", "liability 90.50"], await Trial(last, at: null));
        Assert.Empty(await Trial(last, today.AddDays(-4)));
        Assert.Equal("100.00", await Posted(last, wallet, today.AddDays(-2)));
        Assert.Equal("89.50", await Posted(last, wallet, today.AddDays(-1)));
    }

    [Theory]
    [InlineData("period=year", "period")]
    [InlineData("", "period")]
    [InlineData("period=day&from=2026-02-30", "from")]
    [InlineData("period=day&from=2026-03-01&to=2026-02-01", "to")]
    [InlineData("period=day&from=1990-01-01&to=2020-01-01", "from")]
    [InlineData("period=day&from=0001-01-01&to=0001-01-02", "to")]
    [InlineData("period=day&to=9999-12-31", "to")]
    public async Task A_period_that_cannot_be_is_named(string query, string param)
    {
        var api = new LedgerApi((await server.App).Client);
        (await api.Get($"/accounts/{await api.Cash()}/turnover?{query}")).IsProblem(400, "platform.invalid_request", param);
    }

    /// <summary>Debits and credits of each class at the end of a day.</summary>
    static async Task<IEnumerable<string>> Trial(LedgerApi api, DateOnly? at)
    {
        var trial = (await api.Get("/trial-balance" + (at is { } day ? $"?at={day:O}T23:59:59.999999Z" : ""))).Is(HttpStatusCode.OK);
        Assert.True((bool)trial["balances"]!);
        return
        [
            .. trial["currencies"]!
                .AsArray()
                .SelectMany(c => c!["classes"]!.AsArray())
                .Select(c => $"{c!["class"]} {c["balance"]!["amount"]}"),
        ];
    }

    static async Task<string?> Posted(LedgerApi api, Guid account, DateOnly day) =>
        (string?)
            (await api.Get($"/accounts/{account}/balance?at={day:O}T23:59:59Z")).Is(HttpStatusCode.OK)["balance"]!["posted"]!["amount"];

    static async Task On(TestDatabase database, Func<LedgerApi, Task> work)
    {
        await using var app = await HazinaApp.StartAsync(database);
        await work(new LedgerApi(app.Client));
    }

    static async Task Pass(TestDatabase database, int days)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"""
            set session_replication_role = replica;
            update ledger.batches set recorded_at = recorded_at - interval '{days} days' where number > 0;
            update ledger.journal set recorded_at = recorded_at - interval '{days} days';
            update ledger.accounts set opened_at = opened_at - interval '{days} days';
            update ledger.balance_snapshots set at = at - interval '{days} days';
            """,
            connection
        );
        await command.ExecuteNonQueryAsync();
    }
}
