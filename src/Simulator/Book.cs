using Hazina.Simulator.Orders;

namespace Hazina.Simulator;

/// <summary>Which way money went, and who started it.</summary>
public enum BookKind
{
    /// <summary>In: a customer approved what we asked for.</summary>
    Collect,

    /// <summary>In: a customer paid of their own accord.</summary>
    C2b,

    /// <summary>Out.</summary>
    Payout,

    /// <summary>Back the way it came.</summary>
    Reversal,

    /// <summary>Between our account with the vendor and ours at a bank.</summary>
    Settlement,
}

/// <summary>Whether it is still where it went.</summary>
public enum BookStatus
{
    Moved,

    /// <summary>A later entry sent it back.</summary>
    Reversed,
}

/// <summary>Money that moved.</summary>
/// <param name="Number">From 1, in the order in which it moved.</param>
/// <param name="VendorId">The vendor's id of the call: CheckoutRequestID, ConversationID, a bank's reference.</param>
/// <param name="Receipt">The vendor's id of the movement; unique.</param>
/// <param name="OurId">What we called it, where the vendor takes that.</param>
/// <param name="Amount">Shillings, above zero.</param>
/// <param name="Change">The same with its sign: what it did to our account with the vendor.</param>
/// <param name="Party">The customer's phone or account.</param>
/// <param name="Reverses">The receipt of what it sent back.</param>
public sealed record BookEntry(
    long Number,
    Rail Rail,
    BookKind Kind,
    string VendorId,
    string Receipt,
    string? OurId,
    decimal Amount,
    decimal Change,
    string Party,
    DateTimeOffset At,
    BookStatus Status,
    string? Reverses
);

/// <summary>What the vendors really moved, whatever they answered. Everything may be asked at any time from any thread.</summary>
public sealed class Book
{
    readonly Lock gate = new();
    readonly List<BookEntry> entries = [];
    readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    readonly Dictionary<Rail, decimal> balances = [];
    readonly decimal opening;
    readonly bool refusesOverdraft;

    internal Book(decimal opening, bool refusesOverdraft)
    {
        (this.opening, this.refusesOverdraft) = (opening, refusesOverdraft);
        foreach (var rail in Enum.GetValues<Rail>())
            balances[rail] = opening;
    }

    /// <summary>All of it so far, oldest first.</summary>
    public IReadOnlyList<BookEntry> Entries
    {
        get
        {
            lock (gate)
                return [.. entries];
        }
    }

    /// <summary>What lies on our account with this vendor.</summary>
    public decimal Balance(Rail rail)
    {
        lock (gate)
            return balances[rail];
    }

    /// <summary>Holds the book against itself: sums against balances, receipts, and what was sent back against what came.</summary>
    /// <exception cref="InvalidOperationException">It does not hold: the simulator is wrong.</exception>
    public void Check()
    {
        lock (gate)
        {
            foreach (var (rail, balance) in balances)
            {
                var sum = opening + entries.Where(e => e.Rail == rail).Sum(e => e.Change);
                if (sum != balance)
                    throw new InvalidOperationException($"{rail}: the entries sum up to {sum}, but the balance is {balance}.");
            }

            if (entries.Select(e => e.Receipt).Distinct(StringComparer.Ordinal).Count() != entries.Count)
                throw new InvalidOperationException("A receipt was given twice.");
            var returns = entries.ToLookup(e => e.Reverses, StringComparer.Ordinal);
            foreach (var entry in entries)
            {
                var back = returns[entry.Receipt].Count(e => e.Change == -entry.Change && e.Rail == entry.Rail);
                if (back != (entry.Status == BookStatus.Reversed ? 1 : 0))
                    throw new InvalidOperationException($"{entry.Receipt} is {entry.Status}, but was sent back {back} times.");
            }
        }
    }

    internal Outcome Move(Order order, DateTimeOffset at)
    {
        lock (gate)
        {
            var change = order.Kind == BookKind.Payout ? -order.Amount : order.Amount;
            if (refusesOverdraft && balances[order.Rail] + change < 0)
                return Outcome.Insufficient;
            Add(order, change, order.Receipt, at, order.Kind);
            return Outcome.Ok;
        }
    }

    /// <summary>Sends back what an entry moved.</summary>
    internal Outcome Reverse(Order original, string receipt, string vendorId, DateTimeOffset at)
    {
        lock (gate)
        {
            var place = places[original.Receipt];
            var entry = entries[place];
            if (entry.Status == BookStatus.Reversed)
                return Outcome.AlreadyReversed;
            if (refusesOverdraft && balances[entry.Rail] - entry.Change < 0)
                return Outcome.Insufficient;
            entries[place] = entry with { Status = BookStatus.Reversed };
            Add(original, -entry.Change, receipt, at, BookKind.Reversal, entry.Receipt, vendorId);
            return Outcome.Ok;
        }
    }

    /// <summary>Our own money, to a bank or from there.</summary>
    internal BookEntry Settle(Rail rail, decimal change, string receipt, DateTimeOffset at)
    {
        lock (gate)
        {
            places.Add(receipt, entries.Count);
            var entry = new BookEntry(
                entries.Count + 1,
                rail,
                BookKind.Settlement,
                receipt,
                receipt,
                OurId: null,
                Math.Abs(change),
                change,
                "bank",
                at,
                BookStatus.Moved,
                Reverses: null
            );
            entries.Add(entry);
            balances[rail] += change;
            return entry;
        }
    }

    void Add(
        Order order,
        decimal change,
        string receipt,
        DateTimeOffset at,
        BookKind kind,
        string? reverses = null,
        string? vendorId = null
    )
    {
        places.Add(receipt, entries.Count);
        entries.Add(
            new BookEntry(
                entries.Count + 1,
                order.Rail,
                kind,
                vendorId ?? order.VendorId,
                receipt,
                order.OurId,
                order.Amount,
                change,
                order.Party,
                at,
                BookStatus.Moved,
                reverses
            )
        );
        balances[order.Rail] += change;
    }
}
