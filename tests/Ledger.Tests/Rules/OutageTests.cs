using Hazina.Ledger.Reading;
using Hazina.Ledger.Tests.Api;
using Hazina.Ledger.Writing;
using Hazina.Money;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>What one caller, or an operator at work, must not be able to do to everybody else.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_deep_overdraft_with_a_deep_hold_does_not_stop_everybody()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync(new LedgerOptions { SnapshotAge = TimeSpan.FromMilliseconds(300) });
        var deep = Given.Wallet(9);
        var most = Given.Amount(90_000_000_000_000_000_000m);
        var outcome = await journal.Post(
            Given.Posting(
                1,
                new Open(deep, Given.Kes, AccountClass.Liability),
                new Leg(deep, Given.Cash, most),
                new Reserve(Given.Hold(1), deep, most, ExpiresAt: null)
            )
        );
        Assert.True(outcome.IsPosted, $"{outcome}");
        outcome = await journal.Post(Given.Posting(2, new Leg(deep, Given.Cash, Given.Amount(1))));
        Assert.True(outcome.IsPosted, $"{outcome}");
        await Eventually.TrueAsync(
            async () =>
                journal.Failure is not null
                || await ledger.Ask<long>("select count(*) from ledger.balance_snapshots where available < balance") > 0,
            "the deep account has its snapshot"
        );
        Assert.Null(journal.Failure);
        var other = await journal.Post(Given.Transfer(3, 1));
        Assert.True(other.IsPosted, $"somebody else's transfer: {other}");
    }

    [Fact]
    public async Task Large_balances_of_many_accounts_do_not_keep_it_from_starting()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var btc = Currency.Of("BTC");
        var most = new Amount(90_000_000_000_000_000_000.00000001m, btc);
        var outcome = await journal.Post(
            Given.Posting(
                1,
                [
                    .. Enumerable.Range(20, 10).Select(n => new Open(Given.Wallet(n), btc, AccountClass.Asset)),
                    .. Enumerable.Range(40, 10).Select(n => new Open(Given.Wallet(n), btc, AccountClass.Liability)),
                    .. Enumerable.Range(20, 10).Select(n => new Leg(Given.Wallet(n), Given.Wallet(n + 20), most)),
                ]
            )
        );
        Assert.True(outcome.IsPosted, $"{outcome}");
        using var store = ledger.Store();
        store.Load();
    }

    [Fact]
    public async Task A_lock_on_a_table_of_the_ledger_is_no_fault_of_the_callers()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        await using var connection = await ledger.Superuser();
        await using var held = await connection.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("lock table ledger.journal in share mode", connection, held)) // as CREATE INDEX
            await hold.ExecuteNonQueryAsync();
        var outcomes = await journal.PostMany([Given.Transfer(1, 1), Given.Transfer(2, 2)]);
        Assert.All(outcomes, o => Assert.Equal(OutcomeStatus.Retry, o.Status));
    }

    [Fact]
    public async Task A_lock_while_nothing_is_posted_does_not_stop_the_ledger()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync(new LedgerOptions { SnapshotAge = TimeSpan.FromMilliseconds(500) });
        Assert.True((await journal.Post(Given.Transfer(1, 1))).IsPosted);
        await using var connection = await ledger.Superuser();
        await using (var held = await connection.BeginTransactionAsync())
        {
            await using (var hold = new Npgsql.NpgsqlCommand("lock table ledger.balance_snapshots in share mode", connection, held))
                await hold.ExecuteNonQueryAsync();
            await Waiting(true);
            await Waiting(false);
        }

        Task Waiting(bool isIt) =>
            Eventually.TrueAsync(
                async () =>
                    isIt == await ledger.Ask<bool>("select exists (select from pg_locks where not granted and locktype = 'relation')"),
                $"the writer waits for the table: {isIt}"
            );

        Assert.Null(journal.Failure);
        Assert.True((await journal.Post(Given.Transfer(2, 1))).IsPosted);
    }

    [Fact]
    public async Task No_two_batches_have_the_same_time()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync(Ahead());
        var outcomes = await journal.PostMany([.. Enumerable.Range(1, 1000).Select(i => Given.Transfer(i, 0.01m))]);
        Assert.All(outcomes, o => Assert.True(o.IsPosted));
        Assert.Equal(0, await ledger.Ask<long>("select count(*) - count(distinct recorded_at) from ledger.batches"));
    }

    [Fact]
    public async Task What_a_read_at_a_time_told_does_not_change()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync(Ahead());
        var reader = new BookReader(journal, ledger.Open());
        var told = new List<Moment>();
        var posting = journal.PostMany([.. Enumerable.Range(1, 4000).Select(i => Given.Transfer(i, 0.01m))]);
        while (!posting.IsCompleted)
        {
            // What an answer's as_of says, asked for again.
            told.Add(await reader.At(reader.Now().RecordedAt, CancellationToken.None));
        }

        await posting;
        var changed = 0;
        foreach (var moment in told)
        {
            if ((await reader.At(moment.RecordedAt, CancellationToken.None)).Batch != moment.Batch)
                changed++;
        }

        Assert.True(changed == 0, $"{changed} of {told.Count} answers changed");
    }

    [Fact]
    public async Task A_read_of_the_past_while_a_commit_takes_long_does_not_change()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var reader = new BookReader(journal, ledger.Open());
        await AtCommit(ledger, "perform pg_sleep(1);");
        var posting = journal.Post(Given.Transfer(1, 1));
        await Eventually.TrueAsync(
            () =>
                ledger.Ask<bool>(
                    "select exists (select from pg_stat_activity where query = 'commit' and wait_event = 'PgSleep' and clock_timestamp() - "
                        + "state_change > interval '200 ms')"
                ),
            "the commit takes long"
        );
        var past = TimeProvider.System.GetUtcNow().AddMilliseconds(-100);
        past = past.AddTicks(-(past.Ticks % 10));
        var before = await reader.At(past, CancellationToken.None);
        await posting;
        Assert.Equal(before.Batch, (await reader.At(past, CancellationToken.None)).Batch);
    }

    /// <summary>Small batches, each but the first decided while the one before is stored: the ids of these tests are old ones.</summary>
    static LedgerOptions Ahead() =>
        new()
        {
            BatchSize = 50,
            DecideAheadAbove = 0,
            IdsKnownSince = TimeSpan.FromDays(40_000),
        };

    static Task AtCommit(RealLedger ledger, string what) =>
        ledger.Execute(
            $"""
            create function trial.at_commit() returns trigger language plpgsql as $$ begin {what} return null; end $$;
            create constraint trigger at_commit after insert on ledger.batches deferrable initially deferred
                for each row execute function trial.at_commit();
            """
        );
}

public sealed class OutageApiTests(ApiServer server)
{
    [Theory]
    [InlineData("entries?from=0001-01-01T00:00:00Z")]
    [InlineData("entries?to=0001-01-01T00:00:00Z")]
    [InlineData("balance?at=0001-01-01T00:00:00Z")]
    [InlineData("turnover?period=day&to=0001-01-05")]
    [InlineData("turnover?period=month&to=0001-01-05")]
    [InlineData("turnover?period=month&from=9999-12-01&to=9999-12-31")]
    public async Task Times_at_the_end_of_the_calendar_are_no_fault_of_the_server(string path)
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var reply = await api.Get($"/accounts/{cash}/{path}");
        Assert.True((int)reply.Status < 500, $"{reply.Status}");
    }

    [Fact]
    public async Task Another_books_reservation_is_as_none_at_all()
    {
        var (live, sandbox) = (await server.Live(), await server.Sandbox());
        var wallet = await live.Wallet("10.00", await live.Cash());
        var hold = LedgerApi.Id();
        await live.Post("/reservations", $$"""{"id":"{{hold}}","account":"{{wallet}}","amount":{"amount":"1.00","currency":"KES"} }""");
        var (cash, mine) = (await sandbox.Cash(), await sandbox.Account());
        var codes = new List<string>();
        foreach (var id in (Guid[])[hold, LedgerApi.Id()])
        {
            var transaction = LedgerApi.Transaction(cash, mine, "1.00");
            transaction["legs"]![0]!["reservation"] = id;
            codes.Add((string)(await sandbox.Post("/transactions", transaction)).Json!["code"]!);
        }

        Assert.Equal(codes[1], codes[0]);
    }
}
