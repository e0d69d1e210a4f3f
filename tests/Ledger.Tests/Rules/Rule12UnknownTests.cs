using Hazina.Ledger.Decisions;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 12: a process that meets an unknown row kind or hash version stops. That verify tells of it: the tests of the proof.</summary>
public sealed class Rule12UnknownTests
{
    /// <summary>A newer version has appended a batch of another format, or with a row of a kind that this one does not know.</summary>
    public static TheoryData<string, int, int> Newer => new() { { "hash version", 2, 1 }, { "row kind", 1, 8 } };

    [Theory]
    [MemberData(nameof(Newer))]
    public async Task A_process_that_follows_stops(string what, int format, int kind)
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        await Append(ledger, format, kind);

        await Eventually.TrueAsync(() => journal.Failure is not null, $"the unknown {what} stops it");
        Assert.IsType<BrokenInvariantException>(journal.Failure);
        Assert.Contains("does not know", journal.Failure!.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => journal.Post(Given.Transfer(2, 1)));
    }

    [Theory]
    [MemberData(nameof(Newer))]
    public async Task A_process_that_starts_stops(string what, int format, int kind)
    {
        await using var ledger = await RealLedger.CreateAsync();
        await (await ledger.StartAsync()).StopAsync(CancellationToken.None);
        await Append(ledger, format, kind);
        var batches = await ledger.Batches();

        using var store = ledger.Store();
        var stopped = Assert.Throws<BrokenInvariantException>(() => store.Load());
        Assert.Contains("does not know", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(batches, await ledger.Batches());
        Assert.NotEmpty(what);
    }

    /// <summary>A transfer as this version would have written it, but for what is new.</summary>
    static Task Append(RealLedger ledger, int format, int kind) =>
        ledger.Execute(
            $"""
            alter table ledger.journal drop constraint journal_kind_known, drop constraint journal_double_entry, drop constraint journal_holds;
            begin;
            insert into ledger.journal (seq, kind, transaction_id, leg, legs, business_kind, debit_account, credit_account, amount,
                                        debit_after, credit_after, debit_previous, credit_previous, flags, recorded_at)
            select b.last_row + 1, {kind}, '{Given.Tx(
                1
            )}', 0, 1, 'payment', d.number, c.number, 1, -99, -101, d.row, c.row, 0, b.recorded_at
            from (select * from ledger.batches order by number desc limit 1) as b,
                 lateral (select number, (select max(seq) from ledger.journal where number in (debit_account, credit_account)) as row
                          from ledger.accounts where id = '{Given.Wallet(1)}') as d,
                 lateral (select number, (select max(seq) from ledger.journal where number in (debit_account, credit_account)) as row
                          from ledger.accounts where id = '{Given.Wallet(2)}') as c;
            insert into ledger.batches
            select number + 1, {format}, last_row + 1, last_row + 1, 1, 0, 0, 'newer', '{Given.Tx(
                77
            )}', recorded_at, hash, hash, sha256(hash)
            from ledger.batches order by number desc limit 1;
            commit;
            """
        );
}
