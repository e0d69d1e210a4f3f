using Hazina.Accounts.Limits;
using Hazina.Ledger;
using Hazina.Money;

namespace Hazina.Accounts;

/// <summary>The house's own accounts, and the days that its books are kept by.</summary>
public sealed partial class CustomerAccounts
{
    /// <summary>An account of the house, by its ledger id; opened where it is not there yet.</summary>
    public Task<Guid> House(string book, Currency currency, SystemAccount account, CancellationToken cancellation = default) =>
        chart.Of(book, currency, account, cancellation);

    /// <summary>What a book's accounts stood at, by currency, at a time in the past.</summary>
    /// <exception cref="TimeoutException">The ledger is busy; it makes sense to come back.</exception>
    public async Task<IReadOnlyList<BookTotals>> Totals(string book, DateTimeOffset time, CancellationToken cancellation = default)
    {
        var house = (
            from currency in Currency.All
            from account in Enum.GetValues<SystemAccount>()
            select (Currency: currency, Account: account, Id: Chart.IdOf(book, currency, account))
        ).ToDictionary(h => h.Id);
        var sums = await desk.Books.Sums(book, house.Keys, time, cancellation);
        return
        [
            .. from sum in sums.Sums
            group sum by sum.Currency into each
            orderby each.Key
            select new BookTotals(
                Currency.Of(each.Key),
                sums.RecordedAt,
                each.Where(s => s.Account is not null).ToDictionary(s => house[s.Account!.Value].Account, s => s.Debits - s.Credits),
                each.Where(s => s is { Account: null, Class: (short)AccountClass.Liability }).Sum(s => s.Credits),
                each.Where(s => s is { Account: null, Class: (short)AccountClass.Liability }).Sum(s => s.Debits),
                each.Where(s => s is { Account: null, Class: not (short)AccountClass.Liability }).Sum(s => s.Debits - s.Credits)
            ),
        ];
    }

    /// <summary>The first moment after a day, as a book's clocks have it.</summary>
    public DateTimeOffset EndOf(string book, DateOnly day) => Period.Days(day, day, options.Value.ZoneOf(book)).End;

    /// <summary>Which day a moment is in, as a book's clocks have it.</summary>
    public DateOnly DayOf(string book, DateTimeOffset time) => Period.LocalDay(time, options.Value.ZoneOf(book));

    /// <summary>When a day begins in a book.</summary>
    public DateTimeOffset StartOf(string book, DateOnly day) => Period.Days(day, day, options.Value.ZoneOf(book)).Start;
}
