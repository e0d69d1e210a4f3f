using System.Runtime.CompilerServices;

namespace Hazina.Ledger.Decisions;

/// <summary>
/// What follows from the journal up to <see cref="Head"/>. Only the writer changes it, a whole batch at a time under <see cref="Gate"/>;
/// readers take the gate and so never see half a batch.
/// </summary>
sealed class LedgerState
{
    readonly List<Account> accounts = [];
    readonly Dictionary<Guid, Account> byId = [];
    readonly Dictionary<Guid, Reservation> reservations = [];
    readonly Dictionary<CounterKey, Counter> counters = [];
    readonly PriorityQueue<Guid, DateTimeOffset> expiries = new();
    readonly PriorityQueue<CounterKey, DateTimeOffset> periods = new();

    public Lock Gate { get; } = new();

    /// <summary>The last batch that is in here.</summary>
    public BatchHead Head { get; set; } = new(0, [], 0, DateTimeOffset.UnixEpoch);

    public IReadOnlyList<Account> Accounts => accounts;

    public IReadOnlyDictionary<Guid, Reservation> Reservations => reservations;

    public IReadOnlyDictionary<CounterKey, Counter> Counters => counters;

    public Account? Find(Guid id) => byId.GetValueOrDefault(id);

    public Account At(long number) => accounts[checked((int)(number - 1))];

    public Reservation? FindReservation(Guid id) => reservations.GetValueOrDefault(id);

    public Counter? FindCounter(in CounterKey key) => counters.TryGetValue(key, out var counter) ? counter : null;

    /// <summary>When the next reservation expires; null when none does.</summary>
    public DateTimeOffset? NextExpiry()
    {
        while (expiries.TryPeek(out var id, out var at))
        {
            if (reservations.TryGetValue(id, out var reservation) && reservation.ExpiresAt == at)
                return at;
            expiries.Dequeue(); // captured or released since
        }

        return null;
    }

    /// <summary>The active reservations that are due, earliest first, then by id, at most <paramref name="limit"/>.</summary>
    /// <remarks>They stay queued: a batch that fails must find them again.</remarks>
    public List<Reservation> Due(DateTimeOffset time, int limit)
    {
        var due = new List<Reservation>();
        while (due.Count < limit && NextExpiry() is { } next && next <= time)
            due.Add(reservations[expiries.Dequeue()]);
        foreach (var reservation in due)
            expiries.Enqueue(reservation.Id, reservation.ExpiresAt!.Value);
        due.Sort((a, b) => (a.ExpiresAt, a.Id).CompareTo((b.ExpiresAt, b.Id)));
        return due;
    }

    public void Add(Account account)
    {
        Invariant.Holds(account.Number == accounts.Count + 1, "account numbers are dense");
        accounts.Add(account);
        byId.Add(account.Id, account);
    }

    public void Set(Guid id, Reservation? reservation)
    {
        if (reservation is null)
        {
            reservations.Remove(id);
            return;
        }

        if (!reservations.ContainsKey(id) && reservation.ExpiresAt is { } expiresAt)
            expiries.Enqueue(id, expiresAt);
        reservations[id] = reservation;
    }

    public void Set(in CounterKey key, in Counter counter)
    {
        if (!counters.ContainsKey(key))
            periods.Enqueue(key, counter.PeriodEnd);
        counters[key] = counter;
    }

    /// <summary>Forgets the counters whose period is over at the time of the last batch.</summary>
    public void ForgetEndedPeriods(DateTimeOffset time)
    {
        while (periods.TryPeek(out var key, out var end) && end <= time)
        {
            periods.Dequeue();
            if (counters[key].PeriodEnd <= time)
                counters.Remove(key);
            else
                periods.Enqueue(key, counters[key].PeriodEnd); // prolonged since
        }
    }
}

/// <summary>A committed batch, as far as the next one needs it.</summary>
/// <param name="Number">From 0, the genesis.</param>
/// <param name="Hash">32 bytes.</param>
/// <param name="LastRow">The journal's last row after it.</param>
/// <param name="RecordedAt">The journal's time of it.</param>
sealed record BatchHead(long Number, byte[] Hash, long LastRow, DateTimeOffset RecordedAt);

/// <summary>A belief of the core. When one fails the process is wrong about the books and must not write on.</summary>
static class Invariant
{
    public static void Holds(bool belief, [InterpolatedStringHandlerArgument(nameof(belief))] ref BeliefText what)
    {
        if (!belief)
            throw new BrokenInvariantException(what.ToString());
    }

    public static void Holds(bool belief, string what)
    {
        if (!belief)
            throw new BrokenInvariantException(what);
    }
}

/// <summary>The words of a belief, put together only when it has failed: beliefs are checked several times a row.</summary>
[InterpolatedStringHandler]
ref struct BeliefText
{
    DefaultInterpolatedStringHandler text;

    public BeliefText(int literalLength, int formattedCount, bool belief, out bool isNeeded)
    {
        isNeeded = !belief;
        text = isNeeded ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string literal) => text.AppendLiteral(literal);

    public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

    public override string ToString() => text.ToStringAndClear();
}

/// <summary>The state and the journal do not fit each other.</summary>
/// <param name="what">The belief that failed.</param>
/// <param name="inner">What broke it, where that is known.</param>
sealed class BrokenInvariantException(string what, Exception? inner = null) : Exception($"The ledger does not hold: {what}.", inner)
{
    public string Belief => what;
}
