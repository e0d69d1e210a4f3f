using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Accounts;

/// <summary>Every posting of this module. Customers' accounts are liabilities: money comes in by credit and goes out by debit.</summary>
static class Postings
{
    /// <summary>An account of the house that may stand anywhere.</summary>
    public static Posting SystemOpening(Guid id, string book, Currency currency, SystemAccount account) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "account_opening",
            Steps = [new Open(id, currency, Chart.ClassOf(account), Owner: $"system:{Words.Of(account)}")],
        };

    /// <summary>A customer's account, which spends what it has.</summary>
    public static Posting Opening(Guid id, string book, Currency currency, Holder holder) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "account_opening",
            Steps = [new Open(id, currency, AccountClass.Liability, Floor: 0m, Owner: holder.ToString())],
        };

    public static Posting Freezing(Guid id, AccountRow account, Freeze freeze) =>
        new()
        {
            Id = id,
            Book = account.Book,
            Kind = freeze == Freeze.None ? "account_unfreezing" : "account_freezing",
            Steps = [new Change(account.Id, Freeze: freeze)],
        };

    /// <summary>What may be taken below zero.</summary>
    public static Posting CreditLine(Guid id, AccountRow account, decimal line) =>
        new()
        {
            Id = id,
            Book = account.Book,
            Kind = "credit_line",
            Steps = [new Change(account.Id, Floor: new Limit(-line))],
        };

    /// <summary>The end of an account: what savings are still due comes in, and all that is on it goes where it was named.</summary>
    /// <param name="interest">Null or zero: nothing is due.</param>
    /// <param name="left">With the interest.</param>
    public static Posting Closing(Guid id, AccountRow account, Amount? interest, Guid? expense, Amount left, Guid? sweepTo)
    {
        var steps = new List<Step>();
        if (interest is { Value: > 0 } due)
            steps.Add(new Leg(expense!.Value, account.Id, due));
        if (sweepTo is { } other && left.Value > 0)
            steps.Add(new Leg(account.Id, other, left));
        return new()
        {
            Id = id,
            Book = account.Book,
            Kind = "account_closing",
            Steps = [.. steps, new Close(account.Id)],
        };
    }

    /// <summary>Between two customers, or two accounts of one.</summary>
    public static Posting Transfer(Guid id, string book, Guid from, Guid to, Amount amount, IReadOnlyList<Condition> conditions) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "transfer",
            Steps = [new Leg(from, to, amount)],
            Conditions = conditions,
        };

    /// <summary>What savings have brought in a month.</summary>
    public static Posting Interest(Guid id, AccountRow account, Amount amount, Guid expense) =>
        new()
        {
            Id = id,
            Book = account.Book,
            Kind = "interest",
            Steps = [new Leg(expense, account.Id, amount)],
        };

    /// <summary>What operations book on a customer's account against one of the house.</summary>
    public static Posting Adjustment(Guid id, AccountRow account, bool isCredit, Amount amount, Guid against) =>
        new()
        {
            Id = id,
            Book = account.Book,
            Kind = "adjustment",
            Steps = [isCredit ? new Leg(against, account.Id, amount) : new Leg(account.Id, against, amount)],
        };
}
