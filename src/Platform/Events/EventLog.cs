using Dapper;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Platform.Events;

/// <summary>
/// The events of all modules in one order: those of outboxes stand in <c>platform.events</c>, those of sources are made of the rows that
/// <c>platform.event_runs</c> names.
/// </summary>
sealed class EventLog(Database database, IEnumerable<EventSource> sources)
{
    readonly EventRuns runs = new(database, sources);

    NpgsqlDataSource Source => database.Writer("platform");

    /// <summary>Takes the one turn to append.</summary>
    /// <returns>Null when somebody else has it.</returns>
    public async Task<EventAppender?> Take(CancellationToken cancellation)
    {
        var connection = await Source.OpenConnectionAsync(cancellation);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellation);
            var last = await connection.QuerySingleOrDefaultAsync<long?>(
                new CommandDefinition(TakeWriterSql, transaction: transaction, cancellationToken: cancellation)
            );
            if (last is { } number)
                return new EventAppender(connection, transaction, number);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>The last number given.</summary>
    public async Task<long> Last(CancellationToken cancellation)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(LastWriterSql, cancellationToken: cancellation));
    }

    /// <summary>What a book's callers see after a number, in order.</summary>
    public async Task<EventPage> Shown(string book, string? type, long after, int limit, CancellationToken cancellation) =>
        // Asked first: all up to it is there to be read, in either place.
        await Page(new EventFilter(book, type, Types: null), after, await Last(cancellation), limit, cancellation);

    /// <summary>Events of some types (null: of all) after a number up to another, in order.</summary>
    /// <param name="types">See <see cref="EventType.Name"/>.</param>
    /// <param name="after">0 is before the first.</param>
    /// <param name="upTo">A number that was <see cref="Last"/>.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops asking.</param>
    public Task<EventPage> Between(string[]? types, long after, long upTo, int limit, CancellationToken cancellation) =>
        Page(new EventFilter(Book: null, Type: null, types), after, upTo, limit, cancellation);

    /// <summary>Some events by their numbers.</summary>
    public async Task<IReadOnlyDictionary<long, StoredEvent>> Find(IReadOnlyList<EventPlace> places, CancellationToken cancellation)
    {
        var derived = await runs.Find([.. places.Where(p => p.Origin is not null)], cancellation);
        await using var connection = await Source.OpenConnectionAsync(cancellation);
        var stored = await connection.QueryAsync<StoredEvent>(
            new CommandDefinition(
                FindWriterSql,
                new { numbers = places.Where(p => p.Origin is null).Select(p => p.Number).ToArray() },
                cancellationToken: cancellation
            )
        );
        return stored.Concat(derived).ToDictionary(e => e.Number);
    }

    async Task<EventPage> Page(EventFilter filter, long after, long upTo, int limit, CancellationToken cancellation)
    {
        // One more, to know whether there are more.
        var stored = await Stored(filter, after, upTo, limit + 1, cancellation);
        if (stored.Count > limit)
            upTo = stored[^1].Number;
        var (derived, isCut) = await runs.Read(filter, after, upTo, limit + 1, cancellation);
        var known = isCut ? derived[^1].Number : upTo;
        var events = stored.Where(e => e.Number <= known).Concat(derived).OrderBy(e => e.Number).Take(limit + 1).ToList();
        return new EventPage([.. events.Take(limit)], isCut || events.Count > limit);
    }

    async Task<List<StoredEvent>> Stored(EventFilter filter, long after, long upTo, int limit, CancellationToken cancellation)
    {
        await using var connection = await Source.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<StoredEvent>(
            new CommandDefinition(
                filter.Pick(BetweenWriterSql, ShownWriterSql, ShownOfTypeWriterSql),
                new
                {
                    filter.Book,
                    filter.Type,
                    filter.Types,
                    after,
                    upTo,
                    limit,
                },
                cancellationToken: cancellation
            )
        );
        return rows.AsList();
    }

    // Held until the commit, so that numbers become visible in their order.
    const string TakeWriterSql = "select last from platform.event_numbers for update skip locked";

    const string LastWriterSql = "select last from platform.event_numbers";

    const string ShownWriterSql = """
        select number, id, type, book, key, occurred_at, data::text as data
        from platform.events where is_public and book = @book and number > @after and number <= @upTo order by number limit @limit
        """;

    const string ShownOfTypeWriterSql = """
        select number, id, type, book, key, occurred_at, data::text as data
        from platform.events where is_public and book = @book and type = @type and number > @after and number <= @upTo order by number limit @limit
        """;

    const string BetweenWriterSql = """
        select number, id, type, book, key, occurred_at, data::text as data
        from platform.events
        where number > @after and number <= @upTo and (@types::text[] is null or type = any (@types::text[]))
        order by number limit @limit
        """;

    const string FindWriterSql = """
        select number, id, type, book, key, occurred_at, data::text as data from platform.events where number = any (@numbers::bigint[])
        """;
}

/// <summary>Some events, in order.</summary>
/// <param name="Events">At most as many as were asked for. Fewer, though <paramref name="HasMore"/>, where they were much work.</param>
/// <param name="HasMore">Whether further ones may follow.</param>
sealed record EventPage(IReadOnlyList<StoredEvent> Events, bool HasMore);

/// <summary>Where an event is found again.</summary>
/// <param name="Origin">Null: it is stored.</param>
sealed record EventPlace(long Number, string Type, EventOrigin? Origin);
