using Dapper;
using Hazina.Ledger.Decisions;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Ledger.Reading;

/// <summary>
/// The books as a reader sees them: where accounts stand is in the published state, what happened is in PostgreSQL. A row that the state
/// knows is committed, so whoever asks the state first and PostgreSQL then always finds it.
/// </summary>
sealed class BookReader(Journal journal, Database database)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly NpgsqlDataSource source = database.Requests("ledger");

    /// <summary>Whether the journal has been read and is followed.</summary>
    public bool IsReady => journal.Failure is null && journal.State is not null;

    /// <summary>The batch that reads see at least.</summary>
    public long Head => journal.Head;

    /// <summary>The published state. Take its gate to read more than who an account is.</summary>
    /// <exception cref="TimeoutException">It is being read; it makes sense to come back.</exception>
    public LedgerState State => IsReady && journal.State is { } state ? state : throw new TimeoutException("The journal is being read.");

    public ValueTask<NpgsqlConnection> Open(CancellationToken cancellation) => source.OpenConnectionAsync(cancellation);

    /// <summary>An account of the book; null when it has none with this id.</summary>
    public async Task<Standing?> Find(string book, Guid id, CancellationToken cancellation)
    {
        if (Look(book, id) is { } known)
            return known;
        // Another process may have opened it a moment ago.
        return await CatchUp(cancellation) ? Look(book, id) : null;
    }

    /// <summary>The accounts of some internal numbers, in their order.</summary>
    public IReadOnlyList<Standing> Look(IEnumerable<long> numbers)
    {
        var state = State;
        lock (state.Gate)
            return [.. numbers.Select(number => state.At(number)).Select(account => new Standing(account, account.Now, state.Head))];
    }

    /// <summary>Waits until this process sees a batch.</summary>
    /// <returns>False when there is no such batch.</returns>
    public async Task<bool> Reach(long batch, CancellationToken cancellation)
    {
        if (Head >= batch)
            return true;
        await using var connection = await Open(cancellation);
        if (await connection.QuerySingleAsync<long>(new CommandDefinition(LastBatchSql, cancellationToken: cancellation)) < batch)
            return false;
        await journal.Reached(batch, cancellation).WaitAsync(Patience, cancellation);
        return true;
    }

    /// <summary>Sees what is committed at this moment.</summary>
    /// <returns>Whether there was anything new.</returns>
    public async Task<bool> CatchUp(CancellationToken cancellation)
    {
        await using var connection = await Open(cancellation);
        var last = await connection.QuerySingleAsync<long>(new CommandDefinition(LastBatchSql, cancellationToken: cancellation));
        if (Head >= last)
            return false;
        await journal.Reached(last, cancellation).WaitAsync(Patience, cancellation);
        return true;
    }

    /// <summary>The last batch that was recorded at a time or before it, and seen by this process.</summary>
    public async Task<Moment> At(DateTimeOffset time, CancellationToken cancellation)
    {
        await journal.Settled(time, cancellation).WaitAsync(Patience, cancellation);
        await using var connection = await Open(cancellation);
        var moment = await connection.QuerySingleOrDefaultAsync<Moment>(
            new CommandDefinition(BatchAtSql, new { time }, cancellationToken: cancellation)
        );
        if (moment is null)
            return new Moment(0, 0, time); // before the ledger itself
        if (Head < moment.Batch)
            await journal.Reached(moment.Batch, cancellation).WaitAsync(Patience, cancellation);
        return moment;
    }

    /// <summary>The moment that the state stands at.</summary>
    public Moment Now()
    {
        var head = State.Head;
        return new Moment(head.Number, head.LastRow, head.RecordedAt);
    }

    Standing? Look(string book, Guid id)
    {
        var state = State;
        lock (state.Gate)
        {
            return state.Find(id) is { } account && string.Equals(account.Book, book, StringComparison.Ordinal)
                ? new Standing(account, account.Now, state.Head)
                : null;
        }
    }

    const string LastBatchSql = "select number from ledger.batches order by number desc limit 1";

    const string BatchAtSql = """
        select number as batch, last_row as row, recorded_at
        from ledger.batches where recorded_at <= @time order by recorded_at desc, number desc limit 1
        """;
}

/// <summary>An account, where it stands, and after which batch.</summary>
sealed record Standing(Account Account, Position Position, BatchHead Head)
{
    public Moment Moment => new(Head.Number, Head.LastRow, Head.RecordedAt);
}

/// <summary>A point of the journal: after a batch.</summary>
/// <param name="Batch">Its number.</param>
/// <param name="Row">The journal's last row after it.</param>
/// <param name="RecordedAt">The journal's time of it.</param>
sealed record Moment(long Batch, long Row, DateTimeOffset RecordedAt);
