using Hazina.Ledger;
using Hazina.Money;

namespace Hazina.Payments.Providers;

/// <summary>Every posting of money that comes in and goes out over rails; a fee's legs are among its steps.</summary>
static class RailPostings
{
    /// <summary>Money has come in: it is the customer's, and on its way to where the house keeps it.</summary>
    public static Posting Deposit(Guid id, string book, Guid inTransit, Guid account, Amount amount, RailFee? fee) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "funding",
            Steps = fee is null
                ? [new Leg(inTransit, account, amount)]
                : [new Leg(inTransit, account, amount), new Leg(account, fee.House, fee.Amount)],
        };

    /// <summary>The same, for an account out of which nothing may go: it gets what is left.</summary>
    /// <param name="left">Zero: nothing.</param>
    public static Posting DepositLess(Guid id, string book, Guid inTransit, Guid account, Amount left, RailFee fee) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "funding",
            Steps = [.. left.Value > 0 ? new Step[] { new Leg(inTransit, account, left) } : [], new Leg(inTransit, fee.House, fee.Amount)],
        };

    /// <summary>Money has come in and can be given to nobody yet.</summary>
    public static Posting Suspend(Guid id, string book, Guid inTransit, Guid suspense, Amount amount) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "suspense",
            Steps = [new Leg(inTransit, suspense, amount)],
        };

    /// <summary>Two people know whose it is.</summary>
    public static Posting Assign(Guid id, string book, Guid suspense, Guid account, Amount amount) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "suspense_assignment",
            Steps = [new Leg(suspense, account, amount)],
        };

    /// <summary>Money is held for a withdrawal, for as long as it takes.</summary>
    public static Posting Hold(Guid id, string book, Guid reservation, Guid account, Amount amount, IReadOnlyList<Condition> conditions) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "withdrawal_hold",
            Steps = [new Reserve(reservation, account, amount, ExpiresAt: null)],
            Conditions = conditions,
        };

    /// <summary>It has left.</summary>
    public static Posting PayOut(Guid id, string book, Guid reservation, Guid account, Guid inTransit, Amount amount, RailFee? fee) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "withdrawal",
            Steps = fee is null
                ? [new Leg(account, inTransit, amount, reservation)]
                : [new Leg(account, inTransit, amount, reservation), new Leg(account, fee.House, fee.Amount, reservation)],
        };

    /// <summary>It has not, and is the customer's again.</summary>
    public static Posting LetGo(Guid id, string book, Guid reservation) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "withdrawal_release",
            Steps = [new Release(reservation)],
        };

    /// <summary>It had left and has come back, and its fee with it.</summary>
    public static Posting Return(Guid id, string book, Guid inTransit, Guid account, Amount amount, RailFee? fee) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "withdrawal_return",
            Steps = fee is null
                ? [new Leg(inTransit, account, amount)]
                : [new Leg(inTransit, account, amount), new Leg(fee.House, account, fee.Amount)],
        };

    /// <summary>What came in is to go back: it is held where it lies.</summary>
    public static Posting ReversalHold(Guid id, Reversals.Reversal row) =>
        new()
        {
            Id = id,
            Book = row.Book,
            Kind = "reversal_hold",
            Steps = [new Reserve(row.ReservationId, row.AccountId, row.Debited, ExpiresAt: null)],
        };

    /// <summary>It has gone back, and with it the fee that was taken of it.</summary>
    public static Posting Reversal(Guid id, Reversals.Reversal row, Guid inTransit, RailFee? fee)
    {
        var back = new Leg(row.AccountId, inTransit, row.Debited, row.ReservationId);
        return new()
        {
            Id = id,
            Book = row.Book,
            Kind = "reversal",
            Steps = fee is null ? [back] : [back, new Leg(fee.House, inTransit, fee.Amount)],
        };
    }

    /// <summary>A rail has paid what it had said to have failed; the customer had the money back already.</summary>
    public static Posting Loss(Guid id, string book, Guid losses, Guid inTransit, Amount amount) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "withdrawal_loss",
            Steps = [new Leg(losses, inTransit, amount)],
        };

    /// <summary>Our money with a rail has gone to where it is safeguarded, or come from there: customers are owed the same.</summary>
    /// <param name="change">Of our account with the rail.</param>
    public static Posting Settlement(Guid id, string book, Guid inTransit, Guid safeguarded, Amount amount, decimal change) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "rail_settlement",
            Steps = [change < 0 ? new Leg(safeguarded, inTransit, amount) : new Leg(inTransit, safeguarded, amount)],
        };

    /// <summary>What a rail's statement says, or does not say, and nothing else can book.</summary>
    public static Posting Correction(Guid id, string book, Guid debit, Guid credit, Amount amount) =>
        new()
        {
            Id = id,
            Book = book,
            Kind = "rail_correction",
            Steps = [new Leg(debit, credit, amount)],
        };
}
