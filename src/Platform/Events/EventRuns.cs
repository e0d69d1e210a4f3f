using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Events;

/// <summary>The part of the log that is not stored but made of the sources' rows when it is read.</summary>
sealed class EventRuns(Database database, IEnumerable<EventSource> sources)
{
    /// <summary>After so many rows of runs a page is long enough, even where few of them are the events that are asked for.</summary>
    public const long MostRows = 500_000;

    const int RunsAtOnce = 200,
        RowsAtOnce = 4_096;

    readonly Dictionary<string, EventSource> sources = sources.ToDictionary(s => s.Name, StringComparer.Ordinal);

    /// <summary>Events after a number up to another, in order.</summary>
    /// <returns>If <c>IsCut</c>, not even <paramref name="limit"/> of them, though there are more: it was enough work.</returns>
    public async Task<(IReadOnlyList<StoredEvent> Events, bool IsCut)> Read(
        EventFilter filter,
        long after,
        long upTo,
        int limit,
        CancellationToken cancellation
    )
    {
        var found = new List<StoredEvent>();
        var read = 0L;
        while (await Next(filter, after, upTo, cancellation) is { Count: > 0 } runs)
        {
            for (var done = 0; done < runs.Count; )
            {
                if (read >= MostRows && found.Count > 0)
                    return (found, true);
                var some = Some(runs, done, after);
                var selection = new EventSelection(
                    filter.Book,
                    [.. some.SelectMany(s => s.Run.Types).Distinct()],
                    [.. some.Select(s => s.Range)],
                    limit - found.Count
                );
                var page = await sources[some[0].Run.Source].Read(selection, cancellation);
                found.AddRange(Numbered(page.Events, some));
                if (page.IsCut || found.Count >= limit)
                    return (found, page.IsCut);
                done += some.Count;
                read += some.Sum(s => s.Range.Length);
            }

            if (runs.Count < RunsAtOnce)
                break;
            after = runs[^1].UpTo;
        }

        return (found, false);
    }

    /// <summary>The events of some places, each of which has an origin.</summary>
    public async Task<IReadOnlyList<StoredEvent>> Find(IReadOnlyList<EventPlace> places, CancellationToken cancellation)
    {
        var found = new List<StoredEvent>();
        foreach (var ofSource in places.GroupBy(p => p.Origin!.Source))
        {
            var wanted = ofSource.Select(p => (p.Number, p.Type, p.Origin!.Position)).OrderBy(p => p.Position).ToList();
            while (wanted.Count > 0)
            {
                var selection = new EventSelection(
                    Book: null,
                    [.. wanted.Select(p => p.Type).Distinct()],
                    [.. wanted.Select(p => new PositionRange(p.Position, p.Position))],
                    wanted.Count
                );
                var page = (await sources[ofSource.Key].Read(selection, cancellation)).Events;
                found.AddRange(page.Select((e, i) => Stored(wanted[i].Number, ofSource.Key, e)));
                if (page.Count == 0 || page.Where((e, i) => e.Position != wanted[i].Position).Any())
                    throw new InvalidOperationException($"{ofSource.Key} does not tell what it told at {wanted[0].Position}.");
                wanted.RemoveRange(0, page.Count);
            }
        }

        return found;
    }

    async Task<List<Run>> Next(EventFilter filter, long after, long upTo, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        var runs = await connection.QueryAsync<Run>(
            new CommandDefinition(
                filter.Pick(BetweenWriterSql, ShownWriterSql, ShownOfTypeWriterSql),
                new
                {
                    filter.Book,
                    filter.Type,
                    filter.Types,
                    after,
                    upTo,
                    limit = RunsAtOnce,
                },
                cancellationToken: cancellation
            )
        );
        return runs.AsList();
    }

    /// <summary>Short runs are read together, a long one by itself.</summary>
    static List<(Run Run, PositionRange Range)> Some(List<Run> runs, int from, long after)
    {
        List<(Run Run, PositionRange Range)> some = [];
        var rows = 0L;
        foreach (var run in runs.Skip(from))
        {
            var range = new PositionRange(Math.Max(run.First, after + 1) - run.Shift, run.Last - run.Shift);
            if (some.Count > 0 && (run.Source != some[0].Run.Source || rows + range.Length > RowsAtOnce))
                break;
            some.Add((run, range));
            rows += range.Length;
        }

        return some;
    }

    static IEnumerable<StoredEvent> Numbered(IReadOnlyList<DerivedEvent> events, List<(Run Run, PositionRange Range)> runs)
    {
        var at = 0;
        foreach (var derived in events)
        {
            while (derived.Position > runs[at].Range.Last)
                at++;
            yield return Stored(derived.Position + runs[at].Run.Shift, runs[at].Run.Source, derived);
        }
    }

    static StoredEvent Stored(long number, string source, DerivedEvent derived) =>
        new(
            number,
            derived.Event.Id,
            derived.Event.Type,
            derived.Event.Book,
            derived.Event.Key,
            derived.Event.OccurredAt,
            derived.Event.Data
        )
        {
            Origin = new EventOrigin(source, derived.Position),
        };

    /// <summary>A run as far as it is asked for.</summary>
    /// <param name="Shift">What a row's number is more than its position.</param>
    sealed record Run(long UpTo, string Source, long Shift, long First, long Last, string[] Types);

    // Runs do not overlap, so only one can begin before a number and end after it; its books and types that end before it are left out.
    const string ShownWriterSql = """
        select up_to, min(source) as source, min(shift) as shift, min(first) as first, max(last) as last, array_agg(type) as types
        from platform.event_runs
        where is_public and book = @book and up_to > @after and up_to <= @upTo and last > @after
        group by up_to order by up_to limit @limit
        """;

    const string ShownOfTypeWriterSql = """
        select up_to, source, shift, first, last, array[type] as types
        from platform.event_runs
        where is_public and book = @book and type = @type and up_to > @after and up_to <= @upTo and last > @after
        order by up_to limit @limit
        """;

    const string BetweenWriterSql = """
        select up_to, min(source) as source, min(shift) as shift, min(first) as first, max(last) as last, array_agg(type) as types
        from platform.event_runs
        where up_to > @after and up_to <= @upTo and last > @after and (@types::text[] is null or type = any (@types::text[]))
        group by up_to order by up_to limit @limit
        """;
}

/// <summary>Which events are asked for.</summary>
/// <param name="Book">What callers of this book see; null: all there is, as listeners hear it.</param>
/// <param name="Type">Only this type, where a book is named.</param>
/// <param name="Types">Only these types, where no book is named.</param>
sealed record EventFilter(string? Book, string? Type, string[]? Types)
{
    /// <summary>The statement that answers it.</summary>
    public string Pick(string between, string shown, string shownOfType) =>
        Book is null ? between
        : Type is null ? shown
        : shownOfType;
}
