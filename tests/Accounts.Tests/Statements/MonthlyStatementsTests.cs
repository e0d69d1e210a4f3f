using System.Globalization;
using System.Net;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Accounts.Statements;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Accounts.Tests.Statements;

public sealed class MonthlyStatementsTests
{
    [Fact]
    public async Task Each_month_has_its_statement_each_begins_where_the_one_before_ended_and_a_run_that_was_cut_off_is_gone_on_with()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var database = await HazinaDatabase.CreateAsync();
        var booked = new List<(Guid Account, DateTimeOffset At, decimal Signed)>();
        var accounts = new List<Guid>();
        await using (var server = AccountsServer.On(database))
        {
            var holder = await server.Someone();
            for (var i = 0; i < 5; i++)
                accounts.Add(await holder.Account());
            foreach (var account in accounts)
                await server.Fund(account, 10_000);
            for (var i = 0; i < 40; i++)
            {
                var (from, to) = (random.Next(5), random.Next(5));
                if (from != to)
                    (await holder.Transfer(accounts[from], "account", accounts[to], random.Next(1, 500))).Is(HttpStatusCode.Created);
            }
        }

        booked.AddRange(await PastMonths.Spread(database));

        await using (var server = AccountsServer.On(database))
        {
            var monthly = (await server.App).Services.GetRequiredService<MonthlyStatements>();
            using (var cut = new CancellationTokenSource())
            {
                var running = monthly.Make(cut.Token);
                await using var watching = await server.Owner();
                while (!running.IsCompleted && await watching.QuerySingleAsync<long>("select count(*) from accounts.statements") < 3)
                    await Task.Yield();
                await cut.CancelAsync();
                await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            await Task.WhenAll(monthly.Make(TestContext.Current.CancellationToken), monthly.Make(TestContext.Current.CancellationToken));
            await using var owner = await server.Owner();
            var made = (
                await owner.QueryAsync<Statement>($"select {Statement.Columns} from accounts.statements s order by s.account_id, s.number")
            ).AsList();
            var opened = (await owner.QueryAsync<(Guid Id, DateTimeOffset At)>("select id, opened_at from accounts.accounts")).ToDictionary(
                a => a.Id,
                a => a.At
            );
            var zone = TimeZoneInfo.FindSystemTimeZoneById("Africa/Nairobi");
            foreach (var account in accounts)
                Compare(
                    [.. made.Where(s => s.AccountId == account)],
                    [.. booked.Where(b => b.Account == account)],
                    opened[account],
                    zone,
                    seed
                );
            Assert.True(made.Count > 5, $"seed {seed}");

            await SameDaysSameStatement(await server.App, accounts[0], made.First(s => s.AccountId == accounts[0] && s.Entries > 0));

            // Nothing is left to do, and nothing can be taken back.
            await monthly.Make(TestContext.Current.CancellationToken);
            Assert.Equal(
                made.Count,
                await owner.QuerySingleAsync<int>("select count(*)::int from accounts.statements where kind = 'monthly'")
            );
            await Assert.ThrowsAsync<PostgresException>(() => owner.ExecuteAsync("update accounts.statements set entries = entries + 1"));
        }
    }

    [Fact]
    public async Task An_account_that_lacks_a_month_waits_for_it_and_holds_nobody_up()
    {
        await using var database = await HazinaDatabase.CreateAsync();
        Guid[] accounts;
        await using (var server = AccountsServer.On(database))
        {
            var holder = await server.Someone();
            accounts = [await holder.Account(), await holder.Account()];
            await server.Fund(accounts[0], 10_000);
            for (var i = 0; i < 50; i++)
                (await holder.Transfer(accounts[0], "account", accounts[1], 10)).Is(HttpStatusCode.Created);
        }

        await PastMonths.Spread(database);
        await using var tamperer = new NpgsqlConnection(database.ConnectionString);
        await tamperer.OpenAsync();
        await tamperer.ExecuteAsync("set session_replication_role = replica");
        var wrong = await tamperer.QuerySingleAsync<Guid>(
            "select id from accounts.activity where account_id = @account order by occurred_at limit 1",
            new { account = accounts[1] }
        );
        await tamperer.ExecuteAsync("update accounts.activity set amount = amount + 1 where id = @wrong", new { wrong });

        await using (var server = AccountsServer.On(database))
        {
            var monthly = (await server.App).Services.GetRequiredService<MonthlyStatements>();
            Task<List<int>> Numbers(int account) => NumbersOf(tamperer, accounts[account]);

            await monthly.Make(TestContext.Current.CancellationToken);
            var whole = await Numbers(0);
            Assert.True(whole.Count >= 2);
            Assert.Empty(await Numbers(1));

            await tamperer.ExecuteAsync("update accounts.activity set amount = amount - 1 where id = @wrong", new { wrong });
            await monthly.Make(TestContext.Current.CancellationToken);
            Assert.Equal(whole, await Numbers(0));
            var late = await Numbers(1);
            Assert.Equal(Enumerable.Range(1, late.Count), late);
            Assert.True(late.Count >= 2);
        }
    }

    /// <summary>In the order of their months, each of which begins where the one before ends.</summary>
    static async Task<List<int>> NumbersOf(NpgsqlConnection owner, Guid account)
    {
        var made = (
            await owner.QueryAsync<Statement>(
                $"select {Statement.Columns} from accounts.statements s where s.account_id = @account order by s.from_date",
                new { account }
            )
        ).AsList();
        for (var i = 1; i < made.Count; i++)
            Assert.Equal((made[i - 1].EndsAt, made[i - 1].ClosingBalance), (made[i].StartsAt, made[i].OpeningBalance));
        return [.. made.Select(m => m.Number!.Value)];
    }

    static async Task SameDaysSameStatement(HazinaApp app, Guid account, Statement month)
    {
        var row = await app.Services.GetRequiredService<AccountDesk>().Any("live", account, CancellationToken.None);
        var wish = new StatementMaker.Wish(Number: null, month.FromDate, month.ToDate, new Period(month.StartsAt, month.EndsAt));
        var maker = app.Services.GetRequiredService<StatementMaker>();
        var asked = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => maker.Make(row!, wish, CancellationToken.None)));
        var one = Assert.Single(asked.Select(a => a.Statement!.Id).Distinct());
        Assert.NotEqual(month.Id, one);
        Assert.All(asked, a => Assert.Equal((month.Entries, month.ClosingBalance), (a.Statement!.Entries, a.Statement.ClosingBalance)));
        Assert.Equal(
            month.Entries,
            await app.Services.GetRequiredService<StatementDesk>().Lines(asked[0].Statement!, CancellationToken.None).CountAsync()
        );
    }

    /// <summary>The same by hand: months cut out of the list of all that was booked.</summary>
    static void Compare(
        IReadOnlyList<Statement> made,
        IReadOnlyList<(Guid Account, DateTimeOffset At, decimal Signed)> booked,
        DateTimeOffset opened,
        TimeZoneInfo zone,
        int seed
    )
    {
        string MonthOf(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var balance = 0m;
        for (var i = 0; i < made.Count; i++)
        {
            var month = made[i].FromDate.ToString("yyyy-MM", CultureInfo.InvariantCulture);
            var lines = booked.Where(b => MonthOf(b.At) == month).ToList();
            Assert.True(made[i].Number == i + 1 && (i == 0 || made[i].FromDate == made[i - 1].ToDate.AddDays(1)), $"seed {seed}");
            Assert.True(made[i].OpeningBalance == balance, $"seed {seed}: {month}");
            Assert.True(made[i].TotalCredits == lines.Where(l => l.Signed > 0).Sum(l => l.Signed), $"seed {seed}: {month}");
            Assert.True(made[i].TotalDebits == -lines.Where(l => l.Signed < 0).Sum(l => l.Signed), $"seed {seed}: {month}");
            Assert.True(made[i].Entries == lines.Count, $"seed {seed}: {month}");
            balance += lines.Sum(l => l.Signed);
            Assert.True(made[i].ClosingBalance == balance, $"seed {seed}: {month}");
        }

        var now = MonthOf(DateTimeOffset.UtcNow);
        Assert.Equal(MonthOf(opened), made[0].FromDate.ToString("yyyy-MM", CultureInfo.InvariantCulture));
        Assert.Equal(now, made[^1].ToDate.AddDays(1).ToString("yyyy-MM", CultureInfo.InvariantCulture));
    }
}
