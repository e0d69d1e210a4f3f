using Hazina.Money;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 8: a poisoned posting harms only itself, and what cannot be stored is refused before it is tried.</summary>
public sealed class Rule08PoisonTests
{
    [Fact]
    public async Task The_culprit_is_found_and_everybody_else_is_posted()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        // Number 23 inserts a payment that is there already.
        var outcomes = await journal.PostMany([
            .. Enumerable.Range(1, 40).Select(i => Given.Transfer(i, 1).WithPayment(i == 23 ? Given.Tx(11) : null)),
        ]);
        Assert.All(outcomes.Index().Where(o => o.Index != 22), o => Assert.True(o.Item.IsPosted, $"{o.Item}"));
        Assert.Equal((OutcomeStatus.Faulty, Refusals.Faulty.Code), (outcomes[22].Status, outcomes[22].Code));
        Assert.Equal(61, await ledger.Balance());
        Assert.True((await journal.Post(Given.Transfer(23, 1).WithPayment())) is { IsPosted: true, Replayed: false });
    }

    [Fact]
    public async Task What_fails_only_at_the_end_of_the_transaction_is_found_before_it()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([
            Given.Transfer(1, 1).WithPayment(),
            Given.Transfer(2, 2).With(TrialModule.InsertChild, Given.Tx(2), Given.Tx(99), Fill.RecordedAt), // no such parent
            Given.Transfer(3, 4).With(TrialModule.InsertChild, Given.Tx(3), Given.Tx(1), Fill.RecordedAt),
        ]);
        Assert.Equal([OutcomeStatus.Posted, OutcomeStatus.Faulty, OutcomeStatus.Posted], outcomes.Select(o => o.Status));
        Assert.Equal(95, await ledger.Balance());
    }

    [Fact]
    public async Task A_value_that_is_not_of_its_columns_type_harms_its_posting_alone()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([
            Given.Transfer(1, 1).With(TrialModule.Touch, 17L),
            Given.Transfer(2, 2).With(TrialModule.Touch, "U+0000 \0"),
            Given.Transfer(3, 4).With(TrialModule.Touch, "a"),
        ]);
        Assert.Equal([OutcomeStatus.Faulty, OutcomeStatus.Faulty, OutcomeStatus.Posted], outcomes.Select(o => o.Status));
    }

    [Fact]
    public async Task A_bulk_falls_as_a_whole_by_one_poisoned_posting()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var bulk = journal.PostAll(Given.Tx(50), [Given.Transfer(1, 1), Given.Transfer(2, 2).With(TrialModule.Touch, "nobody's")]);
        var other = journal.Post(Given.Transfer(3, 4));
        Assert.All(await bulk, o => Assert.Equal(OutcomeStatus.Faulty, o.Status));
        Assert.True((await other).IsPosted);
        Assert.Equal(96, await ledger.Balance());
    }

    [Fact]
    public void What_a_balance_a_hold_or_a_counter_cannot_hold_is_refused()
    {
        using var ledger = new Model.OneWriter();
        var most = Given.Amount(99_999_999_999_999_999_999m);
        ledger.Post(
            Given.Posting(
                1,
                new Open(Given.Cash, Given.Kes, AccountClass.Asset),
                new Open(Given.Wallet(1), Given.Kes, AccountClass.Liability),
                new Open(Given.Wallet(2), Given.Kes, AccountClass.Liability)
            )
        );
        var day = new TurnoverAtMost(Given.Wallet(1), "day", Given.Start, Given.Start.AddDays(1), AtMost: null);
        var outcomes = ledger.Post(
            Given.Posting(2, new Leg(Given.Cash, Given.Wallet(1), most)),
            Given.Posting(3, new Leg(Given.Cash, Given.Wallet(2), most)),
            Given.Posting(4, new Reserve(Given.Hold(1), Given.Wallet(1), most, ExpiresAt: null)) with
            {
                Conditions = [day],
            },
            Given.Posting(5, new Reserve(Given.Hold(2), Given.Wallet(1), most, ExpiresAt: null)),
            Given.Posting(6, new Leg(Given.Wallet(1), Given.Cash, Given.Amount(1))) with
            {
                Conditions = [day],
            }
        );
        Assert.Equal([null, "out_of_range", null, "out_of_range", "out_of_range"], outcomes.Select(o => o.Code?.Split('.')[1]));
        Assert.Equal(["steps/0/amount", "steps/0/amount", "conditions/0"], outcomes.Where(o => !o.IsPosted).Select(o => o.Field));
    }

    [Theory]
    [InlineData("1.00001")]
    [InlineData("100000000000000000000")]
    public async Task An_amount_that_COPY_would_round_or_refuse_is_never_taken(string amount)
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var value = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);
        await Assert.ThrowsAsync<ArgumentException>(() => journal.Post(Given.Transfer(1, value)));
    }

    [Fact]
    public async Task Text_that_PostgreSQL_cannot_store_is_never_taken()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var before = await ledger.Batches();
        var good = Given.Transfer(1, 1);
        foreach (
            var bad in (Posting[])
                [
                    good with
                    {
                        Reference = "a\0b",
                    },
                    good with
                    {
                        Description = "\0",
                    },
                    good with
                    {
                        Metadata = """{"a":"\u0000"}""",
                    },
                    good with
                    {
                        Metadata = """{"\u0000":1}""",
                    },
                    good with
                    {
                        Reference = "\uD800",
                    },
                    Given.Posting(1, new Open(Given.Wallet(9), Given.Kes, AccountClass.Asset, Owner: "\0")),
                ]
        )
            await Assert.ThrowsAsync<ArgumentException>(() => journal.Post(bad));
        Assert.Equal(before, await ledger.Batches());
    }

    [Fact]
    public void A_new_limit_with_more_digits_than_its_currency_keeps_is_refused()
    {
        using var ledger = new Model.OneWriter();
        ledger.Post(Given.Opening(1));
        var outcome = ledger.Post(Given.Posting(1, new Change(Given.Wallet(), Floor: new Limit(-0.00001m))))[0];
        Assert.Equal((Refusals.TooManyDigits.Code, "steps/0/floor"), (outcome.Code, outcome.Field));
        Assert.True(Amount.Digits(-0.00001m) > Given.Kes.Scale);
    }
}
