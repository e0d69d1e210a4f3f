using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>Decides a list of items one after another, and gathers everything that must be written if the batch is to commit.</summary>
sealed class BatchBuilder(Draft draft, Lookup lookup, Lane lane)
{
    /// <summary>Fewer are hashed sooner than another thread is woken up, and are stored as soon as the whole is.</summary>
    public const int RowsWorthSending = 512;

    readonly Merkle merkle = new();
    Task<byte[]?>? hashing;
    int hashed;
    int sent;
    readonly List<DetailsRow> details = [];
    readonly List<StoredRefusal> refusals = [];
    readonly List<StoredBulk> bulks = [];
    readonly HashSet<Account> changed = [];
    readonly Dictionary<AlongsideStatement, List<(int, IReadOnlyList<object?>)>> alongside = [];
    readonly HashSet<Guid> ids = [];
    readonly HashSet<string> keys = [];
    readonly HashSet<Guid> reversed = [];
    readonly HashSet<Submission> waiting = [];
    readonly List<(int Start, int End, byte[]? Details)> transactions = [];
    readonly HashSet<string> books = new(StringComparer.Ordinal);

    /// <summary>Outcomes that hold once the batch is committed, by item and posting.</summary>
    public List<(Item Item, int Index, Outcome Outcome)> Outcomes { get; } = [];

    /// <summary>Every id that the journal has once this is committed, those of reservations too, and those of items that wait.</summary>
    public IReadOnlySet<Guid> Ids => ids;

    /// <summary>Items that must wait for what this batch brings.</summary>
    public List<Item> Deferred { get; } = [];

    /// <summary>Whether there is anything to commit.</summary>
    public bool IsEmpty => draft.Rows.Count == 0 && refusals.Count == 0 && bulks.Count == 0;

    /// <summary>Ends the reservations that are due.</summary>
    public void Expire(IReadOnlyList<Reservation> due, Func<Guid> newId)
    {
        foreach (var reservation in due)
        {
            var id = newId();
            ids.Add(id);
            Decision.Expire(draft, reservation, id);
            Seal(draft.Rows.Count - 1, posting: null);
        }
    }

    /// <summary>Decides one item.</summary>
    /// <param name="item">The posting or the bulk.</param>
    /// <param name="place">Its place in the batch, by which statements alongside name it.</param>
    public void Add(Item item, int place)
    {
        if (waiting.Contains(item.Submission) || MustWait(item))
            Defer(item);
        else if (item.IsBulk)
            AddBulk(item, place);
        else
            AddPosting(item, place);
    }

    /// <summary>What comes after it in its submission waits too, and so does whatever else has its ids: nobody is overtaken.</summary>
    void Defer(Item item)
    {
        Deferred.Add(item);
        waiting.Add(item.Submission);
        ids.Add(item.Id);
        for (var i = item.Index; i < item.Index + item.Weight; i++)
            Claim(item.Submission.Postings[i]);
    }

    /// <summary>Lets the store and the tree begin with what is decided, while the rest is being decided.</summary>
    public void Advance(IJournalStore store)
    {
        if (draft.Rows.Count - sent < RowsWorthSending)
            return;
        BeginHashing();
        store.Append(draft.Rows);
        sent = draft.Rows.Count;
    }

    /// <summary>Waits until nothing reads the draft's rows any more; the next batch overwrites them.</summary>
    public void Settle()
    {
        if (hashing is not null)
            lane.Wait(hashing);
    }

    /// <summary>Lets another thread hash what is decided and not hashed.</summary>
    public void BeginHashing()
    {
        var part = transactions.GetRange(hashed, transactions.Count - hashed);
        hashed = transactions.Count;
        hashing = lane.Start<byte[]?>(() =>
        {
            Hash(part);
            return null;
        });
    }

    /// <remarks>More rows may be added meanwhile; these stay as they are, even where the list is moved.</remarks>
    void Hash(List<(int Start, int End, byte[]? Details)> part)
    {
        foreach (var (start, end, content) in part)
            merkle.AddTransaction(CollectionsMarshal.AsSpan(draft.Rows)[start..end], content);
    }

    /// <summary>The batch as it will be written. Its hash may be under way on another thread: it is needed last.</summary>
    public BatchContents Build(Guid attempt, string node, Checkpoint? checkpoint, ChosenPositions chosen)
    {
        var previous = draft.State.Head;
        var header = new BatchHeader(
            RowBytes.Format,
            previous.Number + 1,
            previous.LastRow + 1,
            draft.NextRow - 1,
            transactions.Count,
            refusals.Count,
            bulks.Count,
            node,
            attempt,
            draft.Time
        );
        return new BatchContents(header, previous.Hash, Root())
        {
            Rows = draft.Rows,
            Books = books,
            Details = details,
            Refusals = refusals,
            Bulks = bulks,
            Opened = [.. draft.Opened.Select(a => (a, draft.PositionOf(a)))],
            Changed = [.. changed.Where(a => a.Number <= draft.State.Accounts.Count).Select(a => (a, draft.PositionOf(a)))],
            Reservations = [.. draft.Reservations.Values],
            Counters = [.. draft.Counters.Select(c => (c.Key, c.Value))],
            Snapshots = chosen.Snapshots,
            Saved = chosen.Saved,
            Alongside = [.. alongside.Select(kind => new AlongsideCall(kind.Key, kind.Value))],
            Checkpoint = checkpoint,
        };
    }

    Func<byte[]> Root()
    {
        if (hashed == 0 && draft.Rows.Count < RowsWorthSending)
        {
            Hash(transactions);
            var top = Top();
            return () => top;
        }

        BeginHashing();
        hashing = lane.Start<byte[]?>(Top);
        return () => lane.Wait(hashing)!;
    }

    byte[] Top()
    {
        foreach (var refusal in refusals)
            merkle.AddRefusal(refusal.Id, refusal.Content, refusal.Code, refusal.Field);
        foreach (var bulk in bulks)
            merkle.AddBulk(bulk.Id, bulk.Content, bulk.FirstRow);
        return merkle.Root();
    }

    /// <summary>Whether an item of this batch must be committed before this one can be decided.</summary>
    bool MustWait(Item item) => item.IsBulk ? ids.Contains(item.Id) || item.Submission.Postings.Any(MustWait) : MustWait(item.Posting);

    bool MustWait(Posting posting)
    {
        if (ids.Contains(posting.Id))
            return true;
        if (posting.Reverses is { } original && (ids.Contains(original) || reversed.Contains(original)))
            return true;
        return HasKeyIn(posting.WhenPosted) || HasKeyIn(posting.WhenRefused);

        bool HasKeyIn(IReadOnlyList<AlongsideRow> rows)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].Key is { } key && keys.Contains(key))
                    return true;
            }

            return false;
        }
    }

    void AddPosting(Item item, int place)
    {
        var posting = item.Posting;
        if (Replay.Of(posting, lookup, draft.State) is { } known)
        {
            Outcomes.Add((item, item.Index, known));
            return;
        }

        Claim(posting);
        var rowsBefore = draft.Rows.Count;
        var no = Decision.Decide(draft, posting, FactsFor(posting));
        if (no is { } refused)
        {
            refusals.Add(new StoredRefusal(posting.Id, PostingJson.Whole(posting), refused.Code, refused.Field, draft.Number, draft.Time));
            var outcome = Refused(posting.Id, refused.Code, refused.Field);
            Outcomes.Add((item, item.Index, outcome));
            PutAlongside(posting.WhenRefused, posting, outcome, place);
            return;
        }

        Seal(rowsBefore, posting);
        var posted = Posted(posting.Id, rowsBefore);
        Outcomes.Add((item, item.Index, posted));
        PutAlongside(posting.WhenPosted, posting, posted, place);
    }

    void AddBulk(Item item, int place)
    {
        var postings = item.Submission.Postings;
        var bulk = item.Id;
        var content = BulkContent(postings);
        if (Replay.OfBulk(bulk, postings, content, lookup, draft.State) is { } known)
        {
            for (var i = 0; i < known.Count; i++)
                Outcomes.Add((item, i, known[i]));
            return;
        }

        ids.Add(bulk);
        draft.BeginBulk();
        var firstRow = draft.NextRow;
        var starts = new int[postings.Count];
        for (var i = 0; i < postings.Count; i++)
        {
            starts[i] = draft.Rows.Count;
            if ((Taken(postings[i]) ?? Decision.Decide(draft, postings[i], FactsFor(postings[i]))) is { } no)
            {
                draft.UndoBulk();
                var field = $"transactions/{i}{(no.Field is null ? "" : "/" + no.Field)}";
                refusals.Add(new StoredRefusal(bulk, content, no.Code, field, draft.Number, draft.Time));
                for (var j = 0; j < postings.Count; j++)
                    Outcomes.Add((item, j, Refused(postings[j].Id, j == i ? no.Code : Refusals.BulkRefused.Code, field)));
                return;
            }
        }

        draft.EndBulk();
        bulks.Add(new StoredBulk(bulk, content, firstRow, draft.Number, draft.Time));
        for (var i = 0; i < postings.Count; i++)
        {
            Claim(postings[i]);
            Seal(starts[i], postings[i], i + 1 < postings.Count ? starts[i + 1] : draft.Rows.Count);
            var posted = Posted(postings[i].Id, starts[i], i + 1 < postings.Count ? starts[i + 1] : draft.Rows.Count);
            Outcomes.Add((item, i, posted));
            PutAlongside(postings[i].WhenPosted, postings[i], posted, place);
        }
    }

    /// <summary>Inside a bulk an id may not have been used before, by anyone.</summary>
    No? Taken(Posting posting) =>
        lookup.Posted.ContainsKey(posting.Id) || lookup.Refused.ContainsKey(posting.Id) || lookup.Bulks.ContainsKey(posting.Id)
            ? new No(Refusals.IdReused.Code, "id")
            : null;

    void Claim(Posting posting)
    {
        ids.Add(posting.Id);
        if (posting.Reverses is { } original)
            reversed.Add(original);
        for (var i = 0; i < posting.Steps.Count; i++)
        {
            if (posting.Steps[i] is Reserve reserve)
                ids.Add(reserve.Id);
        }

        Claim(posting.WhenPosted);
        Claim(posting.WhenRefused);

        void Claim(IReadOnlyList<AlongsideRow> rows)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].Key is { } key)
                    keys.Add(key);
            }
        }
    }

    /// <summary>Notes a decided transaction, and what its tables need.</summary>
    void Seal(int firstRow, Posting? posting, int? endRow = null)
    {
        var end = endRow ?? draft.Rows.Count;
        var rows = CollectionsMarshal.AsSpan(draft.Rows)[firstRow..end];
        var content = posting is null ? null : PostingJson.Details(posting);
        if (content is not null)
            details.Add(new DetailsRow(rows[0].Seq, content, posting!.Reverses));
        transactions.Add((firstRow, end, content));
        books.Add(draft.At(rows[0].Debit).Book);
        foreach (ref readonly var row in rows)
        {
            if (row.Kind is RowKind.Change or RowKind.Close)
                changed.Add(draft.At(row.Debit));
        }
    }

    Facts FactsFor(Posting posting) =>
        posting.Reverses is null && lookup.UsedReservations.Count == 0
            ? Facts.None
            : new Facts(posting.Reverses is { } original ? lookup.Originals.GetValueOrDefault(original) : null, lookup.UsedReservations);

    void PutAlongside(IReadOnlyList<AlongsideRow> rows, Posting posting, Outcome outcome, int place)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (!alongside.TryGetValue(row.Statement, out var of))
                alongside.Add(row.Statement, of = []);
            of.Add((place, [.. row.Values.Select(v => v is Fill fill ? ValueOf(fill, outcome) : v)]));
        }
    }

    object? ValueOf(Fill fill, Outcome outcome) =>
        fill switch
        {
            Fill.RowFill => outcome.FirstRow,
            Fill.RecordedAtFill => outcome.RecordedAt,
            Fill.RefusalCodeFill => outcome.Code,
            Fill.BalanceAfterFill after => draft.Find(after.Account) is { } account ? account.BalanceOf(draft.PositionOf(account)) : null,
            _ => throw new InvalidOperationException($"No value for {fill.GetType().Name}."),
        };

    static byte[] BulkContent(IReadOnlyList<Posting> postings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var posting in postings)
            hash.AppendData(PostingJson.Whole(posting));
        return hash.GetHashAndReset();
    }

    Outcome Posted(Guid id, int start, int? end = null) =>
        new()
        {
            Id = id,
            Status = OutcomeStatus.Posted,
            FirstRow = draft.Rows[start].Seq,
            Rows = (end ?? draft.Rows.Count) - start,
            Batch = draft.Number,
            RecordedAt = draft.Time,
        };

    Outcome Refused(Guid id, string code, string? field) =>
        new()
        {
            Id = id,
            Status = OutcomeStatus.Refused,
            Code = code,
            Field = field,
            Batch = draft.Number,
            RecordedAt = draft.Time,
        };
}
