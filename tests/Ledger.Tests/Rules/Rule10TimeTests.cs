using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 10: time enters as data. That rows alongside get it: <see cref="Rule06SetsTests"/>.</summary>
public sealed class Rule10TimeTests : IDisposable
{
    readonly Model.OneWriter ledger = new();

    public Rule10TimeTests() => ledger.Post(Given.Opening(2));

    public void Dispose() => ledger.Dispose();

    [Fact]
    public void A_clock_a_little_behind_the_last_row_does_not_take_time_back()
    {
        ledger.Journal.ClockOffset = TimeSpan.FromSeconds(3);
        var last = ledger.Post(Given.Transfer(1, 1))[0].RecordedAt;
        ledger.Journal.ClockOffset = TimeSpan.FromSeconds(-1);
        Assert.Equal(last, ledger.Post(Given.Transfer(2, 1))[0].RecordedAt);
        ledger.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Given.Start.AddSeconds(9), ledger.Post(Given.Transfer(3, 1))[0].RecordedAt);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(-6)]
    [InlineData(100_000)]
    public void A_clock_that_jumps_stops_the_writer(int seconds)
    {
        ledger.Journal.ClockOffset = TimeSpan.FromSeconds(seconds);
        var stopped = Assert.Throws<ClockJumpedException>(() => ledger.Post(Given.Transfer(1, 1)));
        Assert.Contains(
            $"reads {Given.Start.AddSeconds(seconds):O}, but {Given.Start:O} was expected",
            stopped.Message,
            StringComparison.Ordinal
        );
        Assert.Single(ledger.Journal.Batches);
    }

    [Fact]
    public void A_clock_behind_the_journal_stops_a_writer_that_has_just_started()
    {
        using var other = new OneProcess();
        other.Post(Given.Opening(2));
        other.Journal.ClockOffset = TimeSpan.FromSeconds(-6);
        var fresh = other.Another();
        Assert.True(fresh.TryHandIn(new Submission([Given.Transfer(1, 1)], null)));
        Assert.Throws<ClockJumpedException>(fresh.Step);
    }

    [Fact]
    public void Time_that_passes_is_no_jump()
    {
        ledger.Time.Advance(TimeSpan.FromDays(40));
        Assert.True(ledger.Post(Given.Transfer(1, 1))[0].IsPosted);
        ledger.Journal.ClockOffset = TimeSpan.FromSeconds(4);
        Assert.True(ledger.Post(Given.Transfer(2, 1))[0].IsPosted);
    }

    [Fact]
    public async Task On_PostgreSQL_a_jump_stops_the_journal_and_everybody_is_told_why()
    {
        await using var real = await RealLedger.CreateAsync();
        // PostgreSQL's own clock cannot be set by a test: a function of the same name is found before it.
        await real.Execute(
            """
            create table trial.clock (skew interval not null);
            insert into trial.clock values ('0');
            create function trial.clock_timestamp() returns timestamptz language sql volatile security definer as
                'select pg_catalog.clock_timestamp() + skew from trial.clock';
            """
        );
        var journal = await real.StartAsync(settings: ";Options=-c search_path=trial,pg_catalog");
        Assert.True((await journal.Post(Given.Transfer(1, 1))).IsPosted);
        await real.Execute("update trial.clock set skew = '1 hour'");

        Assert.Equal(OutcomeStatus.Retry, (await journal.Post(Given.Transfer(2, 1))).Status);
        Assert.IsType<ClockJumpedException>(journal.Failure);
        var told = await Assert.ThrowsAsync<InvalidOperationException>(() => journal.Post(Given.Transfer(3, 1)));
        Assert.Same(journal.Failure, told.InnerException);
        Assert.Equal(99, await real.Balance());
    }
}
