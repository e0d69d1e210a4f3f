using System.Collections.Concurrent;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Canonical;
using Hazina.Platform.Http;

namespace Hazina.Accounts;

/// <summary>The accounts of the house: one of each in every book and currency, opened when it is first needed.</summary>
public enum SystemAccount
{
    /// <summary>Asset. Customers' money where it lies: safeguarded at banks and mobile-money operators, in custody.</summary>
    SafeguardedFunds,

    /// <summary>Asset. Left or expected, and not confirmed yet by the rail it goes over.</summary>
    RailsInTransit,

    /// <summary>Liability. Came in and nobody knows yet whose it is.</summary>
    Suspense,

    /// <summary>Liability. Held between buyer and seller.</summary>
    Escrow,

    /// <summary>Asset. What the house holds or owes in this currency by exchanging it.</summary>
    FxPosition,

    /// <summary>Income. What rounding leaves, either way.</summary>
    FxRounding,

    /// <summary>Income. Fees.</summary>
    Fees,

    /// <summary>Expense. Interest that the house gives.</summary>
    InterestExpense,

    /// <summary>Liability. Interest that has accrued to customers and is not posted to them yet.</summary>
    InterestPayable,

    /// <summary>Income. Interest that the house gets from credit.</summary>
    InterestIncome,

    /// <summary>Expense. Goodwill, and what was lost.</summary>
    Losses,

    /// <summary>Equity. What the house began with and puts in.</summary>
    OpeningEquity,
}

/// <summary>Which class each of them has, which id, and that it is there.</summary>
sealed class Chart(Journal journal)
{
    readonly ConcurrentDictionary<Guid, bool> opened = new();

    public static AccountClass ClassOf(SystemAccount account) =>
        account switch
        {
            SystemAccount.SafeguardedFunds or SystemAccount.RailsInTransit or SystemAccount.FxPosition => AccountClass.Asset,
            SystemAccount.Suspense or SystemAccount.Escrow or SystemAccount.InterestPayable => AccountClass.Liability,
            SystemAccount.FxRounding or SystemAccount.Fees or SystemAccount.InterestIncome => AccountClass.Income,
            SystemAccount.InterestExpense or SystemAccount.Losses => AccountClass.Expense,
            SystemAccount.OpeningEquity => AccountClass.Equity,
            _ => throw new ArgumentOutOfRangeException(nameof(account), account, "No such account."),
        };

    /// <summary>Made of its name, so that every server knows it without asking.</summary>
    public static Guid IdOf(string book, Currency currency, SystemAccount account) =>
        NamedId.Of($"chart/{book}/{currency.Code}/{Words.Of(account)}");

    /// <summary>Its id; opens it where it is not there yet.</summary>
    public async Task<Guid> Of(string book, Currency currency, SystemAccount account, CancellationToken stop)
    {
        var id = IdOf(book, currency, account);
        if (opened.ContainsKey(id))
            return id;
        // The posting has the account's id: of several servers that open it at once one does, and the others are told what it did.
        var outcome = await journal.Post(Postings.SystemOpening(id, book, currency, account), stop);
        if (!outcome.IsPosted)
            throw new InvalidOperationException($"The system account {Words.Of(account)} in {currency} was not opened: {outcome.Code}.");
        opened[id] = true;
        return id;
    }
}
