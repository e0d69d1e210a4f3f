using Hazina.Ledger.Proof;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Proof;

public sealed class VerifyTests
{
    [Fact]
    public async Task A_ledger_that_was_never_used_is_whole()
    {
        await using var ledger = await ProvenLedger.StartAsync();
        var report = await ledger.VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.True(report.IsWhole);
        Assert.Equal((0, 0, 0), (report.Rows, report.Batches, report.Head));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_was_posted_is_proved(ulong seed)
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync(seed, postings: 600);
        await ledger.WitnessAsync();
        var report = await ledger.VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.True(report.IsWhole && report.IsReplayed);
        Assert.Equal(1, report.Witnessed);
        Assert.Empty(report.Remarks);
        Assert.Equal(await ledger.AskAsync<long>("select count(*) from ledger.journal"), report.Rows);
        Assert.Equal(await ledger.AskAsync<long>("select count(distinct transaction_id) from ledger.journal"), report.Transactions);
        Assert.Equal(await ledger.AskAsync<long>("select count(*) from ledger.refusals"), report.Refusals);
        Assert.Equal(await ledger.AskAsync<long>("select count(*) from ledger.accounts"), report.Accounts);
        Assert.Equal(6, report.Books.Count);
        Assert.All(report.Books, b => Assert.Equal(b.Debits, b.Credits));
    }

    [Fact]
    public async Task The_history_that_is_proved_has_something_of_everything()
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync(postings: 600);
        Assert.Equal(7, await ledger.AskAsync<long>("select count(distinct kind) from ledger.journal"));
        foreach (
            var table in (string[])
                [
                    "bulks",
                    "refusals",
                    "transaction_details where reverses is not null",
                    "balance_snapshots",
                    "value_dated",
                    "turnover_counters",
                    "reservations where status = 'EXPIRED'",
                    "reservations where status = 'CAPTURED'",
                    "reservations where status = 'ACTIVE'",
                    "checkpoint where as_of_row > 0",
                ]
        )
            Assert.True(await ledger.AskAsync<long>($"select count(*) from ledger.{table}") > 0, table);
    }

    [Fact]
    public async Task It_goes_on_while_money_moves()
    {
        await using var ledger = await ProvenLedger.StartAsync();
        using var enough = new CancellationTokenSource();
        var posting = Task.Run(async () =>
        {
            for (var seed = 1UL; !enough.IsCancellationRequested; seed++)
                await AnyHistory.PostAsync(ledger.Journal, seed, 50);
        });
        for (var i = 0; i < 4; i++)
        {
            var report = await ledger.VerifyAsync();
            Assert.Empty(report.Findings);
        }

        await enough.CancelAsync();
        await posting;
    }

    [Fact]
    public async Task It_tells_how_far_it_is_and_leaves_a_note()
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync();
        var told = new Told();
        var report = await ledger.VerifyAsync(told);
        Assert.Contains(told.All, p => p.Rows == report.Rows && p.Of == report.Rows);
        var note = LastVerification.Read(ledger.Files.VerifiedFile)!;
        Assert.True(note.Whole);
        Assert.Equal(report.HeadHash, note.Hash);
    }

    [Fact]
    public async Task It_can_be_ended_early()
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync();
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            LedgerProof.Verify(ledger.Database, ledger.Files, cancel: ended.Token)
        );
    }

    [Fact]
    public async Task Every_statement_of_the_ledger_is_one_for_its_roles()
    {
        await using var ledger = await ProvenLedger.StartAsync();
        var (faults, count) = await SqlStatements.PrepareAsync(typeof(Journal).Assembly, ledger.Database, "ledger", asWriter: _ => true);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(count > 20);
    }

    sealed class Told : IProgress<VerifyProgress>
    {
        public List<VerifyProgress> All { get; } = [];

        public void Report(VerifyProgress value) => All.Add(value);
    }
}
