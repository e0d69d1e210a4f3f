using Hazina.Host;
using Hazina.Platform.Postgres;
using Hazina.Platform.Postgres.Embedded;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rules 2, 3 and 5 where a commit waits for a standby that is away: a PostgreSQL of its own, told to wait for nobody.</summary>
public sealed class StandbyTests
{
    [Fact]
    public async Task Who_waits_for_a_standby_is_left_alone_and_a_wait_cut_short_is_no_commit()
    {
        using var folder = new TemporaryFolder();
        await using var ledger = await OnOwnServer(folder.Path);
        var here = await ledger.StartAsync();
        var there = await ledger.StartAsync(new LedgerOptions { TurnTimeout = TimeSpan.FromMilliseconds(200) });
        await ledger.Execute("alter system set synchronous_standby_names = 'nobody'");
        await ledger.Execute("select pg_reload_conf()");

        // The setting arrives when it does: the first posting that waits is the one to look at.
        var (posting, number) = (here.Post(Given.Transfer(1, 1)), 1);
        int holder;
        while ((holder = await Waiting(ledger)) == 0)
        {
            if (posting.IsCompleted)
                posting = here.Post(Given.Transfer(++number, 1));
        }

        // The other one waits for the turn, again and again, and each time ends a holder that is silent: but not this one.
        var other = there.Post(Given.Transfer(1_000, 1));
        var tries = new HashSet<DateTime>();
        await Eventually.TrueAsync(
            async () =>
            {
                tries.Add(await ledger.Ask<DateTime>(WaitingForTurnSql));
                return tries.Count >= 5;
            },
            "the other process has tried a few times"
        );
        Assert.Equal(holder, await Waiting(ledger));
        Assert.False(posting.IsCompleted);

        // Cut short, COMMIT looks like one that succeeded; the row is there, and nobody is told so.
        await ledger.Execute($"select pg_cancel_backend({holder})");
        await Eventually.TrueAsync(async () => await Waiting(ledger) is var now && now != 0 && now != holder, "somebody else waits");
        Assert.Equal(1, await ledger.Ask<long>($"select count(*) from ledger.journal where transaction_id = '{Given.Tx(number)}'"));
        Assert.False(posting.IsCompleted);

        await ledger.Execute("alter system reset synchronous_standby_names");
        await ledger.Execute("select pg_reload_conf()");
        var outcome = await posting;
        Assert.True(outcome.IsPosted && (await other).IsPosted);
        Assert.True(await ledger.Batches() > outcome.Batch);
        Assert.Equal(100 - number - 1, await ledger.Balance());
    }

    static async Task<RealLedger> OnOwnServer(string folder)
    {
        var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = folder,
                BinariesFolder = TestPostgres.BinariesFolder,
                Settings = new Dictionary<string, string> { ["shared_buffers"] = "32MB", ["fsync"] = "off" },
            },
            CancellationToken.None
        );
        await using (var database = Database.Owned(server.ConnectionString))
            await new Migrator(database).Migrate(Modules.Schemas);
        return await RealLedger.On(server.ConnectionString, server);
    }

    /// <summary>The backend that waits for a standby; 0 where none does.</summary>
    static Task<int> Waiting(RealLedger ledger) =>
        ledger.Ask<int>("select coalesce(max(pid), 0) from pg_stat_activity where wait_event = 'SyncRep' and usename = 'hazina_app'");

    /// <summary>When the transaction began that waits for the turn: another one each time.</summary>
    const string WaitingForTurnSql = """
        select coalesce(max(a.xact_start), 'epoch') from pg_stat_activity as a join pg_locks as l using (pid)
        where l.locktype = 'advisory' and not l.granted
        """;
}
