using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Payments.Reconciliation;

/// <summary>One provider's part of what is known for a proof, as it was at <paramref name="AsOf"/>.</summary>
/// <param name="Opening">What lay there before the first statement; null: it shows no balances.</param>
/// <param name="Closing">What the latest statement shows; null: it shows no balances.</param>
/// <param name="Lines">What all lines of statements come to.</param>
/// <param name="Booked">What is booked of the rail.</param>
/// <param name="OpenBreaks">How many.</param>
/// <param name="Explained">Why the two differ, by name.</param>
/// <param name="WaitingSince">Since when the oldest waits that one side alone has and no break is about.</param>
sealed record RailSums(
    string Provider,
    DateTimeOffset AsOf,
    decimal? Opening,
    decimal? Closing,
    decimal Lines,
    decimal Booked,
    int OpenBreaks,
    IReadOnlyDictionary<string, decimal> Explained,
    DateTimeOffset? WaitingSince = null
);

/// <summary>
/// The arithmetic of a proof, without I/O. What customers are owed has to be there in trust money; what is there beyond it is the house's, and named; and what
/// rails hold has to be what is booked of them, but for what is named.
/// </summary>
static class TrustArithmetic
{
    static readonly SystemAccount[] OwedOnes = [SystemAccount.Suspense, SystemAccount.Escrow, SystemAccount.InterestPayable];
    static readonly SystemAccount[] TrustOnes = [SystemAccount.SafeguardedFunds, SystemAccount.RailsInTransit];

    /// <param name="totals">What the ledger's accounts stood at.</param>
    /// <param name="booked">The sum of all that is booked of rails.</param>
    /// <param name="waitsSince">What waits since before that makes a rail differ.</param>
    public static TrustContent Of(BookTotals totals, decimal booked, IReadOnlyList<RailSums> rails, DateTimeOffset waitsSince)
    {
        var currency = totals.Currency;
        decimal Net(SystemAccount account) => totals.House.GetValueOrDefault(account);
        var owed = new List<(string, decimal)> { ("customers", totals.Owed) };
        owed.AddRange(OwedOnes.Select(a => (Words.Of(a), -Net(a))));
        var trust = TrustOnes.Select(a => (Name: Words.Of(a), Amount: Net(a))).ToList();
        var house = Enum.GetValues<SystemAccount>()
            .Where(a => !OwedOnes.Contains(a) && !TrustOnes.Contains(a))
            .Select(a => (Words.Of(a), -Net(a)))
            .Append(("customers_owing", -totals.Owing))
            .Append(("other_accounts", -totals.Others))
            .ToList();

        var difference = trust.Sum(t => t.Amount) - owed.Sum(o => o.Item2);
        var unexplained = difference - house.Sum(h => h.Item2);
        var inTransit = Net(SystemAccount.RailsInTransit);
        var what = new List<string>();
        if (difference < 0)
            what.Add("shortfall");
        if (unexplained != 0)
            what.Add("ledger");
        if (inTransit != booked)
            what.Add("rails_in_transit");
        var parts = rails.Select(r => Of(r, currency, waitsSince)).ToList();
        what.AddRange(parts.Where(p => !p.Agrees).Select(p => p.Provider));
        return new TrustContent(
            Lines(owed, currency),
            Wire(owed.Sum(o => o.Item2), currency),
            Lines(trust, currency),
            Wire(trust.Sum(t => t.Amount), currency),
            Wire(difference, currency),
            Lines(house, currency),
            Wire(unexplained, currency),
            Wire(booked, currency),
            Wire(inTransit - booked, currency),
            parts,
            what
        );
    }

    static TrustRail Of(RailSums rail, Currency currency, DateTimeOffset waitsSince)
    {
        var opening = rail.Opening ?? 0m;
        var closing = rail.Closing ?? opening + rail.Lines;
        var explained = new List<(string, decimal)> { ("opening", opening) };
        explained.AddRange(rail.Explained.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => (e.Key, e.Value)));
        var unexplained = closing - rail.Booked - explained.Sum(e => e.Item2);
        return new TrustRail(
            rail.Provider,
            rail.AsOf,
            Wire(closing, currency),
            Wire(rail.Booked, currency),
            Wire(closing - rail.Booked, currency),
            Lines(explained, currency),
            Wire(unexplained, currency),
            rail.OpenBreaks,
            rail.WaitingSince,
            rail.OpenBreaks == 0 && unexplained == 0 && !(rail.WaitingSince < waitsSince)
        );
    }

    static WireAmount Wire(decimal amount, Currency currency) => WireAmount.Of(amount, currency);

    static IReadOnlyList<TrustLine> Lines(IEnumerable<(string Name, decimal Amount)> lines, Currency currency) =>
        [.. lines.Where(l => l.Amount != 0).Select(l => new TrustLine(l.Name, Wire(l.Amount, currency)))];
}

[Description("The arithmetic of a proof; what is zero is left out of its lists.")]
sealed record TrustContent(
    [property: Description(
        "What customers are owed: accounts above zero with what is reserved, suspense, escrow, interest that has accrued."
    )]
        IReadOnlyList<TrustLine> Owed,
    WireAmount OwedSum,
    [property: Description("Trust money by the books: safeguarded funds, and what lies with rails or is on its way.")]
        IReadOnlyList<TrustLine> Trust,
    WireAmount TrustSum,
    [property: Description("Trust less owed: the house's own share. Below zero, customers' money is missing.")] WireAmount Difference,
    [property: Description("What the house's share is made of. Of customers_owing and other_accounts, what they hold counts against it.")]
        IReadOnlyList<TrustLine> House,
    [property: Description("The difference less its lines: zero, or the ledger is at fault.")] WireAmount Unexplained,
    [property: Description("All that was booked over rails, added up.")] WireAmount RailsBooked,
    [property: Description("The account rails_in_transit less that: zero, or something was booked there that went over no rail.")]
        WireAmount RailsDifference,
    [property: Description("Each provider that has a statement.")] IReadOnlyList<TrustRail> Rails,
    [property: Description("What does not agree: shortfall, ledger, rails_in_transit, or a provider.")] IReadOnlyList<string> Differs
);

[Description("A line of a proof.")]
sealed record TrustLine(string Name, WireAmount Amount);

[Description("A provider's balance against the books.")]
sealed record TrustRail(
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description("The proof's time, or the end of the latest statement where that is earlier.")] DateTimeOffset AsOf,
    [property: Description("By its statements.")] WireAmount Closing,
    [property: Description("All that is booked of it.")] WireAmount Booked,
    WireAmount Difference,
    [property: Description(
        """
            opening: what lay there before the first statement. before_statements: booked before it. open_breaks, explained, settled: breaks. in_flight: one
            side has it before this time, the other after. waiting: too young to be a break.
            """
    )]
        IReadOnlyList<TrustLine> Explained,
    [property: Description("The difference less its lines: zero, or a statement is missing between others.")] WireAmount Unexplained,
    int OpenBreaks,
    [property: Description("Since when the oldest of what waits does so; not there where nothing waits.")] DateTimeOffset? WaitingSince,
    [property: Description("Nothing unexplained, no open break, and nothing that has waited for days.")] bool Agrees
);
