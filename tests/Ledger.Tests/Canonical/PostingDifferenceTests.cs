using FsCheck;
using FsCheck.Fluent;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Tests.Model;
using Hazina.Ledger.Tests.Simulation;
using Hazina.Money;

namespace Hazina.Ledger.Tests.Canonical;

public sealed class PostingDifferenceTests
{
    static readonly DateTimeOffset Noon = Given.Start.AddHours(12);

    static readonly Posting Full = new()
    {
        Id = Given.Tx(1),
        Book = "live",
        Kind = "payment",
        Steps =
        [
            new Leg(Given.Cash, Given.Wallet(), Given.Amount(5)),
            new Reserve(Given.Hold(), Given.Wallet(), Given.Amount(5), Noon),
            new Release(Given.Hold(), Given.Amount(1)),
            new Open(Given.Wallet(2), Given.Kes, AccountClass.Asset, 0, 10, "me"),
            new Change(Given.Wallet(), Freeze.Debit, new Limit(0), new Limit(10)),
            new Close(Given.Wallet(3)),
        ],
        Conditions = [new AvailableAtLeast(Given.Wallet(), 1), new TurnoverAtMost(Given.Wallet(), "daily", Given.Start, Noon, 7)],
    };

    public static TheoryData<string, Posting> Differences { get; } =
        new()
        {
            { "book", Full with { Book = "sandbox" } },
            { "kind", Full with { Kind = "refund" } },
            { "reverses", Full with { Reverses = Given.Tx(2) } },
            { "effective_date", Full with { EffectiveDate = new DateOnly(2030, 1, 1) } },
            { "forced", Full with { Forced = true } },
            { "reference", Full with { Reference = "" } },
            { "description", Full with { Description = "x" } },
            { "metadata", Full with { Metadata = "{}" } },
            { "steps/0/debit", With(0, new Leg(Given.Wallet(2), Given.Wallet(), Given.Amount(5))) },
            { "steps/0/credit", With(0, new Leg(Given.Cash, Given.Wallet(2), Given.Amount(5))) },
            { "steps/0/amount", With(0, new Leg(Given.Cash, Given.Wallet(), Given.Amount(5.0001m))) },
            { "steps/0/amount", With(0, new Leg(Given.Cash, Given.Wallet(), new Amount(5, Currency.Of("USD")))) },
            { "steps/0/reservation", With(0, new Leg(Given.Cash, Given.Wallet(), Given.Amount(5), Given.Hold())) },
            { "steps/0", With(0, new Close(Given.Cash)) },
            { "steps/1/id", With(1, new Reserve(Given.Hold(2), Given.Wallet(), Given.Amount(5), Noon)) },
            { "steps/1/account", With(1, new Reserve(Given.Hold(), Given.Wallet(2), Given.Amount(5), Noon)) },
            { "steps/1/amount", With(1, new Reserve(Given.Hold(), Given.Wallet(), Given.Amount(6), Noon)) },
            { "steps/1/expires_at", With(1, new Reserve(Given.Hold(), Given.Wallet(), Given.Amount(5), null)) },
            { "steps/2/reservation", With(2, new Release(Given.Hold(2), Given.Amount(1))) },
            { "steps/2/amount", With(2, new Release(Given.Hold())) },
            { "steps/3/id", With(3, new Open(Given.Wallet(4), Given.Kes, AccountClass.Asset, 0, 10, "me")) },
            { "steps/3/currency", With(3, new Open(Given.Wallet(2), Currency.Of("USD"), AccountClass.Asset, 0, 10, "me")) },
            { "steps/3/class", With(3, new Open(Given.Wallet(2), Given.Kes, AccountClass.Income, 0, 10, "me")) },
            { "steps/3/floor", With(3, new Open(Given.Wallet(2), Given.Kes, AccountClass.Asset, null, 10, "me")) },
            { "steps/3/ceiling", With(3, new Open(Given.Wallet(2), Given.Kes, AccountClass.Asset, 0, 11, "me")) },
            { "steps/3/owner", With(3, new Open(Given.Wallet(2), Given.Kes, AccountClass.Asset, 0, 10)) },
            { "steps/4/account", With(4, new Change(Given.Wallet(2), Freeze.Debit, new Limit(0), new Limit(10))) },
            { "steps/4/freeze", With(4, new Change(Given.Wallet(), Freeze.None, new Limit(0), new Limit(10))) },
            { "steps/4/floor", With(4, new Change(Given.Wallet(), Freeze.Debit, new Limit(null), new Limit(10))) },
            { "steps/4/ceiling", With(4, new Change(Given.Wallet(), Freeze.Debit, new Limit(0))) },
            { "steps/5/account", With(5, new Close(Given.Wallet())) },
            { "steps", Full with { Steps = [.. Full.Steps.Take(5)] } },
            { "conditions/0/account", If(0, new AvailableAtLeast(Given.Cash, 1)) },
            { "conditions/0/amount", If(0, new AvailableAtLeast(Given.Wallet(), 2)) },
            { "conditions/1/account", If(1, new TurnoverAtMost(Given.Cash, "daily", Given.Start, Noon, 7)) },
            { "conditions/1/tag", If(1, new TurnoverAtMost(Given.Wallet(), "weekly", Given.Start, Noon, 7)) },
            { "conditions/1/period_start", If(1, new TurnoverAtMost(Given.Wallet(), "daily", Noon.AddHours(-1), Noon, 7)) },
            { "conditions/1/period_end", If(1, new TurnoverAtMost(Given.Wallet(), "daily", Given.Start, Noon.AddHours(1), 7)) },
            { "conditions/1/at_most", If(1, new TurnoverAtMost(Given.Wallet(), "daily", Given.Start, Noon, null)) },
            { "conditions", Full with { Conditions = [] } },
        };

    [Theory]
    [MemberData(nameof(Differences), DisableDiscoveryEnumeration = true)]
    public void The_first_field_that_differs_is_named(string field, Posting other)
    {
        Assert.Equal(field, PostingDifference.First(Full, other));
        Assert.Equal(field, PostingDifference.First(other, Full));
    }

    [Fact]
    public void A_posted_transaction_is_rebuilt_from_its_rows_and_details() =>
        Always.Holds(
            new AnyScript(new Ids(1), Given.Start, TimeSpan.FromSeconds(1)).Scripts(30),
            script =>
            {
                using var ledger = new OneWriter();
                foreach (var operation in script.Played())
                {
                    var outcomes = ledger.Play(operation);
                    IReadOnlyList<Posting> postings =
                        operation is Send send ? send.Postings
                        : operation is SendAll all ? all.Postings
                        : [];
                    foreach (var (posting, outcome) in postings.Zip(outcomes).Where(o => o.Second.IsPosted))
                    {
                        var stored = ledger.Journal.Tables.Transactions[posting.Id];
                        Assert.Equal(Print.Of(posting), Print.Of(PostingDifference.Rebuild(stored.Rows, stored.Details, ledger.State)));
                    }
                }
            },
            times: 200
        );

    static Posting With(int place, Step step) => Full with { Steps = [.. Full.Steps.Take(place), step, .. Full.Steps.Skip(place + 1)] };

    static Posting If(int place, Condition condition) =>
        Full with
        {
            Conditions = [.. Full.Conditions.Take(place), condition, .. Full.Conditions.Skip(place + 1)],
        };
}
