using Hazina.Ledger.Tests.Simulation;

namespace Hazina.Ledger.Tests.Model;

public sealed class TurnoverTests
{
    static readonly DateTimeOffset Start = Given.Start;

    [Fact]
    public void A_counter_lives_until_the_latest_end_that_it_was_given_in_memory_and_after_a_restart()
    {
        using var ledger = new OneWriter();
        ledger.Post(Given.Opening(2), Spend(1, 40, hours: 1), Spend(2, 40, hours: 2), Spend(3, 10, hours: 1));
        ledger.Time.Advance(TimeSpan.FromMinutes(90));
        Assert.Equal(Refusals.TurnoverExceeded.Code, ledger.Post(Spend(4, 10.0001m, hours: 2))[0].Code);
        Assert.True(ledger.Post(Spend(5, 10, hours: 2))[0].IsPosted);
        Assert.Equal(StateDump.Of(ledger.State), StateDump.Of(ledger.Journal.Tables.Load(ledger.Journal.Head).State));
    }

    [Fact]
    public void A_counter_begins_anew_once_its_period_is_over_whether_or_not_anybody_posted_in_between()
    {
        foreach (var isBusy in (bool[])[true, false])
        {
            using var ledger = new OneWriter();
            ledger.Post(Given.Opening(2), Spend(1, 60, hours: 1));
            ledger.Time.Advance(TimeSpan.FromHours(1));
            if (isBusy)
                ledger.Post(Given.Transfer(2, 1, from: 2, to: 1));
            Assert.True(ledger.Post(Spend(3, 35, hours: 3))[0].IsPosted);
        }
    }

    static Posting Spend(int id, decimal amount, int hours) =>
        Given.Transfer(id, amount) with
        {
            Conditions = [new TurnoverAtMost(Given.Wallet(1), "daily", Start, Start.AddHours(hours), 100)],
        };
}
