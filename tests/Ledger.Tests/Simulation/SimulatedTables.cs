using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>The tables that follow from the batches, kept the way the SQL keeps them.</summary>
sealed class SimulatedTables
{
    readonly List<AccountRow> accounts = [];
    readonly Dictionary<Guid, ReservationRow> reservations = [];
    readonly Dictionary<CounterKey, Counter> counters = [];
    readonly List<JournalRow> journal = [];
    readonly Dictionary<Guid, StoredTransaction> transactions = [];
    readonly Dictionary<Guid, StoredRefusal> refusals = [];
    readonly Dictionary<Guid, StoredBulk> bulks = [];
    readonly HashSet<Guid> reversed = [];
    readonly SortedDictionary<long, List<(long Account, Position Position)>> saved = [];
    long checkpoint;
    long savedFrom;

    public IReadOnlyDictionary<Guid, StoredTransaction> Transactions => transactions;

    public IReadOnlyDictionary<Guid, StoredRefusal> Refusals => refusals;

    public IReadOnlyDictionary<Guid, StoredBulk> Bulks => bulks;

    public IReadOnlyDictionary<Guid, ReservationRow> Reservations => reservations;

    /// <summary>The rows that modules put alongside.</summary>
    public List<(AlongsideStatement Statement, IReadOnlyList<object?> Values)> Alongside { get; } = [];

    /// <summary>What happened twice, which no unique key of the simulation prevents, so that it can be found.</summary>
    public List<string> Doubled { get; } = [];

    /// <summary>The version of the module's row with this key.</summary>
    public int VersionOf(string key) => Alongside.Count(r => r.Statement == SimulatedModule.Update && (string)r.Values[0]! == key);

    public void Apply(SimulatedBatch batch)
    {
        var expected = batch.Header.FirstRow;
        foreach (var transaction in batch.Rows.GroupBy(r => r.TransactionId))
        {
            JournalRow[] rows = [.. transaction];
            var stored = new StoredTransaction(rows, batch.Details.GetValueOrDefault(rows[0].Seq), batch.Header.Number);
            if (!transactions.TryAdd(transaction.Key, stored))
                Doubled.Add($"transaction {transaction.Key} in batch {batch.Header.Number}");
            Assert.All(rows, r => Assert.Equal(expected++, r.Seq));
        }

        Assert.Equal(expected - 1, batch.Header.LastRow);
        journal.AddRange(batch.Rows);
        Doubled.AddRange(batch.Refusals.Where(r => !refusals.TryAdd(r.Id, r)).Select(r => $"refusal {r.Id}"));
        Doubled.AddRange(batch.Bulks.Where(b => !bulks.TryAdd(b.Id, b)).Select(b => $"bulk {b.Id}"));
        Doubled.AddRange(batch.Reversed.Where(id => !reversed.Add(id)).Select(id => $"reversal of {id}"));
        ApplyState(batch);
        Alongside.AddRange(batch.Alongside);
    }

    void ApplyState(SimulatedBatch batch)
    {
        foreach (var opened in batch.Opened)
        {
            Assert.Equal(accounts.Count + 1, opened.Identity.Number);
            accounts.Add(opened);
        }

        if (batch.Snapshots.Count + batch.Saved.Count > 0)
            saved.Add(batch.Header.Number, [.. batch.Snapshots, .. batch.Saved]);
        foreach (var (account, position) in batch.Changed)
            accounts[(int)account - 1] = accounts[(int)account - 1] with { Snapshot = position };

        foreach (var reservation in batch.Reservations)
            reservations[reservation.Reservation.Id] = reservation;
        foreach (var (key, counter) in batch.Counters)
            counters[key] = counter;
        if (batch.Checkpoint is not { } reached)
            return;
        checkpoint = Math.Max(checkpoint, reached.Row);
        savedFrom = Math.Max(savedFrom, reached.SavedFrom);
        foreach (var number in saved.Keys.Where(n => n < reached.SavedFrom).ToList())
            saved.Remove(number);
    }

    /// <summary>The quick start: snapshots, and the rows after the checkpoint.</summary>
    public (LedgerState State, long Checkpoint) Load(BatchHead head, long checkpointAhead = 0, long droppedAhead = 0)
    {
        var state = new LedgerState { Head = head };
        foreach (var (identity, snapshot) in accounts)
            state.Add(Fresh(identity, snapshot));
        foreach (var (batch, positions) in saved.Where(s => savedFrom == 0 || s.Key >= savedFrom + droppedAhead))
        {
            foreach (var (number, position) in positions)
            {
                ref var now = ref state.At(number).Now;
                if (position.LastRow > now.LastRow)
                    (now.LastRow, now.Debits, now.Credits) = (position.LastRow, position.Debits, position.Credits);
                if (position.LastRow == now.LastRow)
                    now.SavedIn = batch;
            }
        }

        foreach (var (reservation, number, _) in reservations.Values.Where(r => r.Status == ReservationStatus.Active))
        {
            var account = state.At(number);
            state.Set(reservation.Id, reservation with { Account = account });
            account.Now.Held += reservation.Remaining;
        }

        foreach (var (key, counter) in counters.Where(c => c.Value.PeriodEnd > head.RecordedAt))
            state.Set(key, counter);
        foreach (var row in journal.Where(r => r.Seq > checkpoint + checkpointAhead))
        {
            var isLeg = row.Kind == RowKind.Leg;
            Advance(state.At(row.Debit), row.Seq, row.DebitPrevious, isLeg ? row.Amount : 0, 0);
            if (isLeg)
                Advance(state.At(row.Credit), row.Seq, row.CreditPrevious, 0, row.Amount);
        }

        return (state, checkpoint);
    }

    public Lookup LookUp(LookupRequest request)
    {
        var lookup = new Lookup();
        foreach (var id in request.Ids.Distinct())
        {
            if (transactions.TryGetValue(id, out var posted))
                lookup.Posted.Add(id, posted);
            if (refusals.TryGetValue(id, out var refused))
                lookup.Refused.Add(id, refused);
            if (bulks.TryGetValue(id, out var bulk))
                lookup.Bulks.Add(id, bulk);
        }

        lookup.UsedReservations.UnionWith(request.Reservations.Where(reservations.ContainsKey));
        foreach (var id in request.Reversed.Distinct().Where(transactions.ContainsKey))
        {
            var rows = transactions[id].Rows;
            lookup.Originals[id] = new Original(
                [.. rows.Where(r => r.Kind == RowKind.Leg)],
                rows.Any(r => r.Flags.HasFlag(RowFlags.Reversal)),
                reversed.Contains(id)
            );
        }

        return lookup;
    }

    /// <summary>A process's own copy: an account's position changes with its state.</summary>
    static Account Fresh(Account identity, Position snapshot) =>
        new()
        {
            Number = identity.Number,
            Id = identity.Id,
            Book = identity.Book,
            Currency = identity.Currency,
            Class = identity.Class,
            Owner = identity.Owner,
            OpenedAt = identity.OpenedAt,
            Now = snapshot with { Held = 0, Events = 0, IsUnsaved = false, SavedIn = 0 },
        };

    static void Advance(Account account, long seq, long previous, decimal debit, decimal credit)
    {
        ref var now = ref account.Now;
        if (seq <= now.LastRow)
            return;
        Invariant.Holds(previous == now.LastRow, $"row {seq} follows row {now.LastRow} on account {account.Number}");
        now.Debits += debit;
        now.Credits += credit;
        now.LastRow = seq;
        now.Events++;
        now.IsUnsaved = true;
    }
}
