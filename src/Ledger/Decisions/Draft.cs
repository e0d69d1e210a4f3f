using System.Runtime.InteropServices;

namespace Hazina.Ledger.Decisions;

/// <summary>
/// The state as it will be if the batch at hand commits: an overlay over <see cref="LedgerState"/>, published as a whole or dropped.
/// Rows change it in one way only, <see cref="Apply"/>, whether they were decided here, by another process, or long ago.
/// </summary>
/// <param name="state">What it lies over.</param>
/// <param name="time">The journal's time for the batch.</param>
/// <param name="buffers">Lists to work in; nobody else may use them before the draft is done with. Null: fresh ones.</param>
/// <param name="below">The batch before, where it is decided and not committed yet: this one lies over it until it is <see cref="Landed"/>.</param>
sealed partial class Draft(LedgerState state, DateTimeOffset time, DraftBuffers? buffers = null, Draft? below = null)
{
    readonly bool isOther = below is { isOther: false };
    readonly int accountsBefore = state.Accounts.Count + (below?.opened.Count ?? 0);
    Draft? below = below;

    readonly List<Account> touched = buffers?.Touched ?? [];
    readonly List<Position> positions = buffers?.Positions ?? [];
    readonly List<Account> opened = [];
    readonly Dictionary<Guid, Account> openedById = [];
    readonly Dictionary<Guid, ReservationChange> reservations = [];
    readonly Dictionary<CounterKey, Counter> counters = [];

    public LedgerState State => state;

    /// <summary>The journal's time for this batch.</summary>
    public DateTimeOffset Time => time;

    /// <summary>The rows of the batch so far.</summary>
    public List<JournalRow> Rows { get; } = buffers?.Rows ?? [];

    /// <summary>The row that comes next.</summary>
    public long NextRow { get; private set; } = below?.NextRow ?? state.Head.LastRow + 1;

    /// <summary>The number of the batch that this becomes.</summary>
    public long Number { get; } = below?.Number + 1 ?? state.Head.Number + 1;

    public IReadOnlyList<Account> Touched => touched;

    public IReadOnlyList<Account> Opened => opened;

    public IReadOnlyDictionary<Guid, ReservationChange> Reservations => reservations;

    public IReadOnlyDictionary<CounterKey, Counter> Counters => counters;

    public Account? Find(Guid id) => below is null ? state.Find(id) ?? FindOpened(id) : below.Find(id) ?? FindOpened(id);

    Account? FindOpened(Guid id) => openedById.Count > 0 ? openedById.GetValueOrDefault(id) : null;

    public Account At(long number) =>
        number > accountsBefore ? opened[checked((int)(number - accountsBefore - 1))]
        : below is null ? state.At(number)
        : below.At(number);

    public long NextAccountNumber => accountsBefore + opened.Count + 1;

    /// <summary>The active reservation, or null.</summary>
    public Reservation? FindReservation(Guid id) =>
        reservations.Count > 0 && reservations.TryGetValue(id, out var change)
            ? change.Status == ReservationStatus.Active
                ? change.Reservation
                : null
            : below is null
                ? state.FindReservation(id)
                : below.FindReservation(id);

    /// <summary>Whether this batch, or the one below it, made, drew on or ended the reservation.</summary>
    public bool HasTouched(Guid reservation) => reservations.ContainsKey(reservation) || below?.HasTouched(reservation) == true;

    /// <summary>Whether the reservation, touched by this batch, holds money of the account.</summary>
    public bool IsHeldOn(Guid reservation, Account account) =>
        reservations.TryGetValue(reservation, out var change) && change.Reservation.Account == account;

    public decimal TotalOf(in CounterKey key) => Find(key)?.Total ?? 0m;

    /// <summary>The turnover counted so far; null where nothing is, or where its period is over.</summary>
    Counter? Find(in CounterKey key) =>
        counters.TryGetValue(key, out var counter) ? counter
        : below is not null && below.counters.TryGetValue(key, out counter) && counter.PeriodEnd > time ? counter
        : state.FindCounter(key) is { } known && known.PeriodEnd > time ? known
        : null;

    /// <summary>Where the account stands in this draft, to be read.</summary>
    public Position PositionOf(Account account) =>
        SlotOf(account) is >= 0 and var slot ? positions[slot]
        : below is null ? account.Now
        : below.PositionOf(account);

    /// <summary>The account's place among those that the draft has touched, −1 when untouched.</summary>
    public int SlotOf(Account account) => isOther ? account.OtherSlot : account.Slot;

    void SetSlot(Account account, int slot)
    {
        if (isOther)
            account.OtherSlot = slot;
        else
            account.Slot = slot;
    }

    /// <summary>Where the account stands in this draft, to be changed.</summary>
    ref Position Touch(Account account)
    {
        var slot = SlotOf(account);
        if (slot < 0)
        {
            positions.Add(PositionOf(account));
            slot = touched.Count;
            SetSlot(account, slot);
            touched.Add(account);
        }

        SaveForUndo(slot);
        return ref CollectionsMarshal.AsSpan(positions)[slot];
    }

    /// <summary>Makes the draft the state, as of the committed batch.</summary>
    public void Publish(BatchHead head)
    {
        lock (state.Gate)
        {
            foreach (var account in opened)
                state.Add(account);
            for (var slot = 0; slot < touched.Count; slot++)
                touched[slot].Now = positions[slot];
            foreach (var (id, change) in reservations)
                state.Set(id, change.Status == ReservationStatus.Active ? change.Reservation : null);
            foreach (var (key, counter) in counters)
                state.Set(key, counter);
            state.ForgetEndedPeriods(head.RecordedAt);
            state.Head = head;
        }

        Drop();
    }

    /// <summary>The batch below is part of the state.</summary>
    public void Landed() => below = null;

    /// <summary>This batch writes the account's position as a snapshot, and saves it.</summary>
    public void MarkSnapshotted(Account account)
    {
        ref var position = ref Touch(account);
        position.Events = 0;
        (position.IsUnsaved, position.SavedIn) = (false, Number);
    }

    /// <summary>This batch saves the account's position.</summary>
    public void MarkSaved(Account account)
    {
        ref var position = ref Touch(account);
        (position.IsUnsaved, position.SavedIn) = (false, Number);
    }

    /// <summary>Lets go of the accounts; the draft must not be used afterwards.</summary>
    public void Drop()
    {
        foreach (var account in touched)
            SetSlot(account, -1);
    }

    /// <summary>What a reservation has become in this batch.</summary>
    /// <param name="Reservation">As it stands, or last stood.</param>
    /// <param name="IsNew">Made in this batch.</param>
    public readonly record struct ReservationChange(Reservation Reservation, ReservationStatus Status, bool IsNew);
}

/// <summary>The large lists of a draft, kept from batch to batch: made anew each time they would keep the garbage collector busy.</summary>
sealed class DraftBuffers
{
    public List<Account> Touched { get; } = [];

    public List<Position> Positions { get; } = [];

    public List<JournalRow> Rows { get; } = [];

    public List<int> SavedIn { get; } = [];

    public void Clear()
    {
        Touched.Clear();
        Positions.Clear();
        Rows.Clear();
        SavedIn.Clear();
    }
}
