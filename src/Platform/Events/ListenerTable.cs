using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Events;

/// <summary>How far each listener is, whose turn it is, and which events are held.</summary>
sealed class ListenerTable(Database database)
{
    /// <summary>How long a turn lasts unless it is renewed; who dies lets go by silence.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    /// <summary>How long one event may take: less than a turn, so that two never handle the same key.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Whether it makes sense to ask for the turn.</summary>
    public Task<bool> HasWork(string name, DateTimeOffset now, CancellationToken cancellation) =>
        Ask<bool>(HasWorkWriterSql, new { name, now }, cancellation);

    /// <summary>Takes the turn.</summary>
    /// <returns>Up to where it has come; null when another process has it.</returns>
    public Task<long?> Take(Listener listener, Guid worker, DateTimeOffset now, CancellationToken cancellation) =>
        Ask<long?>(
            TakeWriterSql,
            new
            {
                name = listener.Name,
                skips = listener.Start == ListenerStart.Now,
                worker,
                now,
                until = now + Hold,
            },
            cancellation
        );

    /// <summary>Writes down how far it is and keeps the turn (<paramref name="until"/>), or gives it back (null).</summary>
    /// <returns>False when somebody else has it by now; then nothing was written.</returns>
    public async Task<bool> Advance(string name, Guid worker, long position, DateTimeOffset? until, CancellationToken cancellation) =>
        await Do(
            AdvanceWriterSql,
            new
            {
                name,
                worker,
                position,
                until,
            },
            cancellation
        ) == 1;

    /// <summary>Keys of which an event is held.</summary>
    public async Task<Blocked> Held(string name, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var keys = await connection.QueryAsync<(string Key, bool IsRetrying)>(
            new CommandDefinition(HeldWriterSql, new { name }, cancellationToken: cancellation)
        );
        var list = keys.AsList();
        return new Blocked(list.Select(k => k.Key).ToHashSet(StringComparer.Ordinal), list.Count(k => k.IsRetrying));
    }

    /// <summary>Holds an event: to be tried again at a time, or behind one of its key (null).</summary>
    public Task Keep(
        string name,
        Guid worker,
        StoredEvent stored,
        DateTimeOffset? nextTry,
        string? error,
        DateTimeOffset now,
        CancellationToken cancellation
    ) =>
        Do(
            KeepWriterSql,
            new
            {
                name,
                worker,
                stored.Number,
                stored.Key,
                stored.Type,
                source = stored.Origin?.Source,
                position = stored.Origin?.Position,
                state = nextTry is null ? "waiting" : "retrying",
                tries = nextTry is null ? 0 : 1,
                nextTry,
                error,
                now,
            },
            cancellation
        );

    /// <summary>Held events whose time has come, in order; at most one of a key.</summary>
    public async Task<IReadOnlyList<HeldEvent>> Due(string name, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<DueRow>(
            new CommandDefinition(DueWriterSql, new { name, now }, cancellationToken: cancellation)
        );
        return
        [
            .. rows.Select(r => new HeldEvent(
                new EventPlace(r.Number, r.Type, r.Source is null ? null : new EventOrigin(r.Source, r.Position!.Value)),
                r.Tries
            )),
        ];
    }

    /// <summary>It failed once more: to be tried at a time, or parked (null).</summary>
    public Task FailedAgain(string name, long number, int tries, DateTimeOffset? nextTry, string error, CancellationToken cancellation) =>
        Do(
            FailedAgainWriterSql,
            new
            {
                name,
                number,
                tries,
                nextTry,
                error,
                state = nextTry is null ? "parked" : "retrying",
            },
            cancellation
        );

    /// <summary>A held event is done with, and the next of its key has its turn.</summary>
    public Task Done(string name, long number, DateTimeOffset now, CancellationToken cancellation) =>
        Do(
            DoneWriterSql,
            new
            {
                name,
                number,
                now,
            },
            cancellation
        );

    /// <summary>
    /// Gives those their turn that wait behind nothing: what they were held behind went away after it had been looked at and before they were held.
    /// </summary>
    public Task Promote(string name, DateTimeOffset now, CancellationToken cancellation) =>
        Do(PromoteWriterSql, new { name, now }, cancellation);

    async Task<T?> Ask<T>(string sql, object parameters, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
    }

    async Task<int> Do(string sql, object parameters, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
    }

    sealed record DueRow(long Number, string Type, string? Source, long? Position, int Tries);

    const string HasWorkWriterSql = """
        select coalesce(
            (select (l.worker is null or l.worker_until <= @now)
                    and (l.position < (select last from platform.event_numbers)
                         or exists (select from platform.held_events as h
                                    where h.listener = l.name and h.state = 'retrying' and h.next_try_at <= @now))
             from platform.listeners as l where l.name = @name),
            true)
        """;

    const string TakeWriterSql = """
        insert into platform.listeners as l (name, position, worker, worker_until)
        select @name, case when @skips then n.last else 0 end, @worker, @until from platform.event_numbers as n
        on conflict (name) do update set worker = excluded.worker, worker_until = excluded.worker_until
         where l.worker is null or l.worker_until <= @now
        returning position
        """;

    const string AdvanceWriterSql = """
        update platform.listeners
           set position = @position, worker_until = @until, worker = case when @until::timestamptz is null then null else worker end
         where name = @name and worker = @worker
        """;

    const string HeldWriterSql =
        "select key, bool_or(state = 'retrying') as is_retrying from platform.held_events where listener = @name group by key";

    const string PromoteWriterSql = """
        update platform.held_events as h set state = 'retrying', next_try_at = @now
        from (select key, min(number) as number from platform.held_events where listener = @name group by key) as first
        where h.listener = @name and h.number = first.number and h.state = 'waiting'
        """;

    // Only by whoever has the turn. A row that is there already was written by one who died before the position was.
    const string KeepWriterSql = """
        insert into platform.held_events (listener, number, key, type, source, position, state, tries, next_try_at, error, held_at)
        select l.name, @number, @key, @type, @source, @position, @state, @tries, @nextTry, @error, @now
        from platform.listeners as l where l.name = @name and l.worker = @worker
        on conflict (listener, number) do nothing
        """;

    const string DueWriterSql = """
        select number, type, source, position, tries from platform.held_events
        where listener = @name and state = 'retrying' and next_try_at <= @now
        order by number limit 50
        """;

    const string FailedAgainWriterSql = """
        update platform.held_events set state = @state, tries = @tries, next_try_at = @nextTry, error = @error
        where listener = @name and number = @number
        """;

    const string DoneWriterSql = """
        with done as (
            delete from platform.held_events where listener = @name and number = @number returning listener, key, number
        )
        update platform.held_events as h set state = 'retrying', next_try_at = @now
        from done
        where h.listener = done.listener and h.state = 'waiting'
          and h.number = (select min(n.number) from platform.held_events as n
                          where n.listener = done.listener and n.key = done.key and n.number > done.number)
        """;
}

/// <summary>Keys of which a listener holds events.</summary>
/// <param name="Retrying">Of how many of them an event is to be tried again.</param>
sealed record Blocked(HashSet<string> Keys, int Retrying);

/// <summary>An event that was held, and how often it has been tried.</summary>
sealed record HeldEvent(EventPlace Place, int Tries);
