using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts.Interest;
using Hazina.Platform.Security;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Accounts.Tests.Interest;

public sealed class InterestTests(AccountsServer shared)
{
    static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Africa/Nairobi");
    static readonly DateOnly FirstDay = Today.AddDays(-80);
    static readonly DateOnly SecondDay = Today.AddDays(-33);

    static DateOnly Today => DayOf(DateTimeOffset.UtcNow);

    [Fact]
    public async Task Each_day_accrues_and_each_month_pays_what_a_naive_model_says_however_often_the_job_is_cut_off()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var database = await HazinaDatabase.CreateAsync();
        var accounts = new List<Guid>();
        await using (var server = AccountsServer.On(database))
        {
            var holder = await server.Someone();
            for (var i = 0; i < 4; i++)
                accounts.Add(await holder.Account(random.Next(100, 100_000), kind: "savings"));
            for (var i = 0; i < 40; i++)
            {
                var (from, to) = (random.Next(4), random.Next(4));
                if (from != to)
                    await holder.Transfer(accounts[from], "account", accounts[to], random.Next(1, 5000) / 100m);
            }

            // One takes nothing: what it is due is carried from month to month.
            (
                await Customer.Send(
                    (await server.Clerk).Client,
                    HttpMethod.Post,
                    $"/v1/accounts/{accounts[3]}/freeze",
                    new JsonObject { ["side"] = "both", ["reason"] = "as asked" }
                )
            ).Is(HttpStatusCode.OK);
        }

        var booked = await PastMonths.Spread(database);
        await using (var server = AccountsServer.On(database))
        {
            await using var owner = await server.Owner();
            await owner.ExecuteAsync(RatesSql, new { first = FirstDay, second = SecondDay });
            var job = (await server.App).Services.GetRequiredService<InterestJob>();
            await RunAndCutOff(job, owner);
            var closing = Close(server, accounts[2], accounts[1]);
            await Task.WhenAll(job.Run(TestContext.Current.CancellationToken), job.Run(TestContext.Current.CancellationToken), closing);
            await job.Run(TestContext.Current.CancellationToken);
            var payments = (await owner.QueryAsync<Payment>(PaymentsSql)).ToLookup(p => p.AccountId);
            var opened = (await owner.QueryAsync<(Guid Id, DateTimeOffset At)>("select id, opened_at from accounts.accounts")).ToDictionary(
                a => a.Id,
                a => a.At
            );
            foreach (var account in accounts)
            {
                Assert.Equal(
                    Model(
                        [.. booked.Where(b => b.Account == account)],
                        opened[account],
                        isFrozen: account == accounts[3],
                        isClosed: account == accounts[2]
                    ),
                    payments[account].Select(p => (p.Month, p.Paid, p.CarriedOut))
                );
                var told = await owner.QueryAsync<decimal>(ToldSql, new { account });
                Assert.Equal(payments[account].Where(p => p.Paid > 0).Select(p => p.Paid), told);
            }

            // What was on it, and all of its interest, has gone where it was to go.
            var before = booked.Where(b => b.Account == accounts[2]).Sum(b => b.Signed) + payments[accounts[2]].Sum(p => p.Paid);
            Assert.Equal(await closing, before);
            Assert.Equal(0m, await owner.QuerySingleAsync<decimal>(LastBalanceSql, new { account = accounts[2] }));
            Assert.True(payments.SelectMany(p => p).Sum(p => p.Paid) > 0, $"seed {seed}");
            Assert.True(payments[accounts[3]].Last().CarriedOut > 0, $"seed {seed}");
        }
    }

    static async Task RunAndCutOff(InterestJob job, NpgsqlConnection owner)
    {
        using var cut = new CancellationTokenSource();
        var running = job.Run(cut.Token);
        while (!running.IsCompleted && await owner.QuerySingleAsync<long>("select count(*) from accounts.interest_accruals") < 50)
            await Task.Yield();
        await cut.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Closes an account as somebody who signs in on this server and has come to hold them all; twice at once.</summary>
    /// <returns>What was swept.</returns>
    static async Task<decimal> Close(AccountsServer server, Guid account, Guid other)
    {
        var heir = await server.Someone();
        await using var owner = await server.Owner();
        await owner.ExecuteAsync("update accounts.accounts set owner_id = @heir", new { heir = heir.Id });
        // Nothing is on it but what it is due: that has to go somewhere, too.
        var all = await heir.Balance(account);
        (await heir.Transfer(account, "account", other, all)).Is(HttpStatusCode.Created);
        var refused = await Closed(null);
        var said = (string)refused.IsProblem(422, "accounts.not_empty", "account")["detail"]!;
        // In a month's first days there may be less than a cent, and months before to be paid.
        if (Today.Day > 5)
            Assert.Contains("interest", said, StringComparison.Ordinal);
        var to = new JsonObject { ["sweep_to"] = other };
        var replies = await Task.WhenAll(Closed(to.DeepClone()), Closed(to.DeepClone()));
        Assert.All(replies, r => r.Is(HttpStatusCode.OK));
        var told = await heir.Activity(account, "&type=transfer&status=completed");
        return all + Customer.Digits(told[0]["amount"]);

        // While months are being paid beside it, it is to come back.
        async Task<Reply> Closed(JsonNode? body)
        {
            Reply reply = null!;
            await Eventually.TrueAsync(
                async () =>
                {
                    reply = await heir.Post($"/v1/accounts/{account}/close", body?.DeepClone());
                    return reply.Status is not (HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable);
                },
                "nobody else is at it"
            );
            return reply;
        }
    }

    [Fact]
    public async Task A_rate_is_asked_for_by_one_approved_by_another_and_published()
    {
        var (asker, checker) = (await shared.Clerk, await shared.Someone(Role.User, Role.Compliance));
        var from = Today.AddDays(2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var body = new JsonObject
        {
            ["rate"] = "0.0625",
            ["from"] = from,
            ["note"] = "as the board decided",
        };
        var asked = (await Customer.Send(asker.Client, HttpMethod.Put, "/v1/interest-rates/USD", body)).Is(HttpStatusCode.Accepted);
        (await checker.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK);
        var anybody = await shared.Someone();
        await Eventually.TrueAsync(
            async () =>
                (await anybody.Get("/v1/interest-rates")).Is(HttpStatusCode.OK)["data"]!
                    .AsArray()
                    .Any(r => (string)r!["currency"]! == "USD" && (string)r["rate"]! == "0.0625" && (string)r["from"]! == from),
            "the rate is published"
        );
    }

    [Theory]
    [InlineData("rate", "1.5", "/rate")]
    [InlineData("rate", "-0.1", "/rate")]
    [InlineData("rate", "0.123456789", "/rate")]
    [InlineData("rate", "four", "/rate")]
    [InlineData("from", "2026-01-01", "/from")]
    [InlineData("note", "", "/note")]
    public async Task A_rate_that_cannot_be_is_refused_by_name(string field, string value, string pointer)
    {
        var body = new JsonObject
        {
            ["rate"] = "0.05",
            ["from"] = "2999-01-01",
            ["note"] = "x",
            [field] = value,
        };
        var reply = await Customer.Send((await shared.Clerk).Client, HttpMethod.Put, "/v1/interest-rates/KES", body);
        Assert.Contains(pointer, reply.Is(HttpStatusCode.BadRequest)["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    /// <summary>Day by day by hand.</summary>
    static IEnumerable<(DateOnly Month, decimal Paid, decimal CarriedOut)> Model(
        IReadOnlyList<(Guid Account, DateTimeOffset At, decimal Signed)> booked,
        DateTimeOffset opened,
        bool isFrozen,
        bool isClosed
    )
    {
        var (accrued, carried) = (0m, 0m);
        for (var day = FirstDay; day < Today; day = day.AddDays(1))
        {
            var balance = booked.Where(b => DayOf(b.At) <= day).Sum(b => b.Signed);
            accrued += Math.Truncate(balance * (day < SecondDay ? 0.07m : 0.10m) / 365 * 100_000_000) / 100_000_000;
            if (day.AddDays(1).Day != 1)
                continue;
            var paid = isFrozen ? 0 : Math.Truncate((accrued + carried) * 100) / 100;
            (carried, accrued) = (accrued + carried - paid, 0);
            if (DayOf(opened) <= day)
                yield return (new DateOnly(day.Year, day.Month, 1), paid, carried);
        }

        // Closed today: what has accrued by yesterday comes with it, and what is less than a cent stays.
        if (!isClosed || accrued + carried == 0)
            yield break;
        var last = Math.Truncate((accrued + carried) * 100) / 100;
        yield return (new DateOnly(Today.Year, Today.Month, 1), last, accrued + carried - last);
    }

    static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Zone).DateTime);

    sealed record Payment(Guid AccountId, DateOnly Month, decimal Paid, decimal CarriedOut);

    const string RatesSql = """
        insert into accounts.interest_rates (book, currency, from_date, rate, approval, set_at)
        values ('live', 'KES', @first, 0.07, gen_random_uuid(), now()), ('live', 'KES', @second, 0.10, gen_random_uuid(), now())
        """;

    const string PaymentsSql = "select p.account_id, p.month, p.paid, p.carried_out from accounts.interest_payments p order by p.month";

    const string LastBalanceSql = """
        select a.balance_after from accounts.activity a
         where a.account_id = @account and a.status = 'completed' order by a.occurred_at desc, a.journal_row desc, a.id desc limit 1
        """;

    const string ToldSql = """
        select a.amount from accounts.activity a where a.account_id = @account and a.type = 'interest' order by a.journal_row
        """;
}
