using Dapper;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Transactions;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Ledger.Reading;

/// <summary>
/// The journal as events. Its rows are committed in their order, one batch after the other under the ledger's lock, so a position in it is
/// enough: no row comes late. A row that is not a leg is an event; a transaction's legs together are one, at the first of them.
/// </summary>
sealed class JournalEvents(Database database) : EventSource("ledger.journal")
{
    /// <summary>As many rows get their numbers at once; a batch that has more gets them alone.</summary>
    public const int MostNumbered = 65_536;

    /// <summary>Of so many rows are events made at once; a transaction that has more is alone.</summary>
    public const int MostRead = 10_000;

    static readonly (RowKind Kind, EventType Type)[] Types =
    [
        (RowKind.Leg, Events.TransactionPosted),
        (RowKind.Reserve, Events.ReservationMade),
        (RowKind.Release, Events.ReservationReleased),
        (RowKind.Expire, Events.ReservationExpired),
        (RowKind.Open, Events.AccountOpened),
        (RowKind.Change, Events.AccountChanged),
        (RowKind.Close, Events.AccountClosed),
    ];

    public override async Task<EventRun?> Next(long after, CancellationToken cancellation)
    {
        await using var connection = await Open(cancellation);
        var ends = await connection.QuerySingleAsync<Ends>(
            new CommandDefinition(EndsSql, new { after, most = after + MostNumbered }, cancellationToken: cancellation)
        );
        if (ends.Last <= after)
            return null;
        var upTo = ends.Within > after ? ends.Within : ends.Next!.Value;
        var parts = await connection.QueryAsync<Part>(
            new CommandDefinition(PartsSql, new { after, upTo }, cancellationToken: cancellation)
        );
        return new EventRun(
            upTo,
            [.. parts.Select(p => new EventPart(p.Book, TypeOf((RowKind)p.Kind), p.First, p.Last))],
            HasMore: upTo < ends.Last
        );
    }

    public override async Task<DerivedEvents> Read(EventSelection selection, CancellationToken cancellation)
    {
        await using var connection = await Open(cancellation);
        var found = (
            await connection.QueryAsync<Place>(
                new CommandDefinition(
                    selection.Book is null ? FindSql : FindOfBookSql,
                    new
                    {
                        firsts = selection.Ranges.Select(r => r.First).ToArray(),
                        lasts = selection.Ranges.Select(r => r.Last).ToArray(),
                        kinds = Types.Where(t => selection.Types.Contains(t.Type.Name)).Select(t => (short)t.Kind).ToArray(),
                        selection.Book,
                        selection.Limit,
                    },
                    cancellationToken: cancellation
                )
            )
        ).AsList();
        var places = Affordable(found);
        var rows = await connection.QueryAsync<TransactionRow>(
            new CommandDefinition(
                RowsSql,
                new { rows = places.SelectMany(p => p.Needed).Distinct().ToArray() },
                cancellationToken: cancellation
            )
        );
        var transactions = rows.GroupBy(r => r.TransactionId)
            .Select(t => new ToldTransaction([.. t.OrderBy(r => r.Leg)]))
            .ToDictionary(t => t.First.Seq);
        return new DerivedEvents(
            [.. places.Select(p => new DerivedEvent(p.Seq, transactions[p.Seq - p.Leg].Tell(p.Seq)))],
            IsCut: places.Count < found.Count
        );
    }

    /// <summary>The first ones, as far as they do not take too many rows together.</summary>
    static List<Place> Affordable(List<Place> found)
    {
        var rows = 0;
        return [.. found.TakeWhile((place, i) => (rows += place.Needed.Count()) <= MostRead || i == 0)];
    }

    /// <summary>A plan that was made while the journal was small would be kept for too long, and compiling one takes longer than these do.</summary>
    async Task<NpgsqlConnection> Open(CancellationToken cancellation)
    {
        var connection = await database.Requests("ledger").OpenConnectionAsync(cancellation);
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(PlanSql, cancellationToken: cancellation));
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    static EventType TypeOf(RowKind kind) => Types.First(t => t.Kind == kind).Type;

    /// <summary>Where the journal ends, and the batches that end about where a run should.</summary>
    /// <param name="Within">The last one that ends soon enough.</param>
    /// <param name="Next">The first one at all.</param>
    sealed record Ends(long Last, long Within, long? Next);

    sealed record Part(string Book, short Kind, long First, long Last);

    /// <summary>A row that is an event.</summary>
    sealed record Place(long Seq, short Kind, int Leg, int Legs)
    {
        /// <summary>The rows that it takes to tell it: the transaction's first row says what its rows do not.</summary>
        public IEnumerable<long> Needed =>
            Kind == (short)RowKind.Leg ? Enumerable.Range(0, Legs).Select(leg => Seq - Leg + leg)
            : Leg == 0 ? [Seq]
            : [Seq - Leg, Seq];
    }

    const string PlanSql = "select set_config('plan_cache_mode', 'force_custom_plan', false), set_config('jit', 'off', false)";

    const string EndsSql = """
        select (select max(last_row) from ledger.batches) as last,
               (select max(last_row) from ledger.batches where last_row <= @most) as within,
               (select min(last_row) from ledger.batches where last_row > @after) as next
        """;

    // A batch knows its books, its rows do not: where it is one book, nobody has to look at the accounts. What is lateral here
    // is so that the planner cannot read all batches, rows or accounts there are instead of those of the run.
    const string PartsSql = """
        with recursive books as (
            (select book from ledger.book_batches order by book limit 1)
            union all
            select (select n.book from ledger.book_batches as n where n.book > b.book order by n.book limit 1) from books as b where b.book is not null
        ), own as (
            select b.first_row, b.last_row,
                   (select array_agg(k.book) from books as k cross join lateral (
                        select from ledger.book_batches as o where o.book = k.book and o.batch = b.number limit 1) as o) as books
            from ledger.batches as b
            where b.last_row > @after and b.last_row <= @upTo and b.first_row <= b.last_row
        )
        select book, kind, min(first) as first, max(last) as last
        from (
            select o.books[1] as book, j.kind, j.first, j.last
            from own as o
            cross join lateral (
                select j.kind, min(j.seq) as first, max(j.seq) as last
                from ledger.journal as j
                where j.seq between o.first_row and o.last_row and j.seq > @after and j.seq <= @upTo
                group by j.kind
            ) as j
            where cardinality(o.books) = 1
            union all
            select j.book, j.kind, j.first, j.last
            from own as o
            cross join lateral (
                select a.book, j.kind, min(j.seq) as first, max(j.seq) as last
                from ledger.journal as j
                cross join lateral (select a.book from ledger.accounts as a where a.number = j.debit_account limit 1) as a
                where j.seq between o.first_row and o.last_row and j.seq > @after and j.seq <= @upTo
                group by a.book, j.kind
            ) as j
            where cardinality(o.books) > 1
        ) as parts
        group by book, kind
        """;

    // Of a transaction's legs the first one stands for all.
    const string FindSql = """
        select j.seq, j.kind, j.leg, j.legs
        from unnest(@firsts::bigint[], @lasts::bigint[]) as r(first, last)
        cross join lateral (
            select j.seq, j.kind, j.leg, j.legs
            from ledger.journal as j
            where j.seq between r.first and r.last and j.kind = any (@kinds::smallint[])
              and (j.kind <> 1 or j.leg = 0
                   or not exists (select from ledger.journal as e where e.seq >= j.seq - j.leg and e.seq < j.seq and e.kind = 1))
            order by j.seq limit @limit
        ) as j
        order by j.seq limit @limit
        """;

    const string FindOfBookSql = """
        select j.seq, j.kind, j.leg, j.legs
        from unnest(@firsts::bigint[], @lasts::bigint[]) as r(first, last)
        cross join lateral (
            select j.seq, j.kind, j.leg, j.legs
            from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
            where j.seq between r.first and r.last and j.kind = any (@kinds::smallint[]) and a.book = @book
              and (j.kind <> 1 or j.leg = 0
                   or not exists (select from ledger.journal as e where e.seq >= j.seq - j.leg and e.seq < j.seq and e.kind = 1))
            order by j.seq limit @limit
        ) as j
        order by j.seq limit @limit
        """;

    const string RowsSql = $"""
        select {TransactionRow.Columns}
        from unnest(@rows::bigint[]) as told(seq)
        join ledger.journal as j on j.seq = told.seq {TransactionRow.Joins}
        """;
}
