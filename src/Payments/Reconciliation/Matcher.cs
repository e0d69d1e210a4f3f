using Dapper;
using Hazina.Payments.Providers;
using Hazina.Platform.Approvals;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Payments.Reconciliation;

/// <summary>How statements are held against what is booked. Bound from the section <c>Payments:Reconciliation</c>.</summary>
sealed class ReconciliationOptions
{
    /// <summary>How long either side may be behind the other before that is a break, also at both ends of a statement.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The largest file.</summary>
    public long MostBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>How long something may lie on one side alone, between statements, before a proof differs for it.</summary>
    public TimeSpan WaitsAtMost { get; set; } = TimeSpan.FromDays(3);

    public bool IsGood => WaitsAtMost >= Grace && Grace >= TimeSpan.Zero && Grace <= TimeSpan.FromDays(3) && MostBytes > 0;
}

/// <summary>
/// Pairs the lines of a rail's statements with what is booked of the rail, each once, and opens and closes breaks: by the rail's receipt, or by what we called
/// it. Whole tables at a time, and the same however often it runs.
/// </summary>
sealed class Matcher(
    Database database,
    ApprovalDesk approvals,
    IOptions<ReconciliationOptions> options,
    CrashPoints points,
    TimeProvider time
)
{
    const int MostRounds = 5,
        Patience = 300;

    /// <summary>Looks at every rail that has statements once more: what was booked since may close breaks.</summary>
    public async Task Run(CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        var rails = (await connection.QueryAsync<Side>(new CommandDefinition(RailsWriterSql, cancellationToken: stop))).AsList();
        foreach (var (book, provider) in rails)
        {
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await Hold(transaction, book, provider, stop);
            await Match(transaction, book, provider, isFresh: false, stop);
            await transaction.CommitAsync(stop);
        }
    }

    /// <summary>One at a time deals with a rail's statements.</summary>
    public static Task Hold(NpgsqlTransaction transaction, string book, string provider, CancellationToken stop) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                HoldWriterSql,
                new { name = $"payments/reconciliation/{book}/{provider}" },
                transaction,
                commandTimeout: Patience,
                cancellationToken: stop
            )
        );

    /// <summary>Approvals that have claimed a break of the rail, and will not book it any more.</summary>
    public async Task<Guid[]> GivenUp(NpgsqlTransaction transaction, string book, string provider, CancellationToken stop)
    {
        var claims = await transaction.Connection!.QueryAsync<Guid>(
            new CommandDefinition(ClaimsWriterSql, new { book, provider }, transaction, cancellationToken: stop)
        );
        return await approvals.GivenUp([.. claims], stop);
    }

    /// <summary>Within a transaction that holds the rail.</summary>
    /// <param name="isFresh">Whether lines were inserted a moment ago.</param>
    public async Task Match(NpgsqlTransaction transaction, string book, string provider, bool isFresh, CancellationToken stop)
    {
        points.Pass("statements.matching", Guid.Empty);
        var now = time.GetUtcNow();
        var scope = new
        {
            book,
            provider,
            now,
            grace = options.Value.Grace,
            before = now - options.Value.Grace,
        };
        var ended = await GivenUp(transaction, book, provider, stop);
        if (ended.Length > 0)
            await transaction.Connection!.ExecuteAsync(
                new CommandDefinition(ReleaseWriterSql, new { ended }, transaction, cancellationToken: stop)
            );
        // Nobody has counted the rows that were inserted a moment ago: as if they were few, each would be looked for in all others.
        if (isFresh || await IsMuch(transaction, scope, stop))
            await Do(transaction, WholeWriterSql, scope, stop);
        // A pair may be wanted by two lines: the other one finds the next.
        for (var round = 0; round < MostRounds && await Do(transaction, PairWriterSql, scope, stop) > 0; round++) { }

        await Do(transaction, DifferWriterSql, scope, stop);
        await Do(transaction, StatusWriterSql, scope, stop);
        // From the open breaks by keys: pairs there are as many as payments.
        await Do(transaction, KeyedWriterSql, scope, stop);
        await Do(transaction, CloseWriterSql, scope, stop);
        await Do(transaction, MissingHereWriterSql, scope, stop);
        await Do(transaction, MissingThereWriterSql, scope, stop);
    }

    /// <summary>Whether so many lines are open that a plan for few would take minutes.</summary>
    static Task<bool> IsMuch(NpgsqlTransaction transaction, object scope, CancellationToken stop) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(new CommandDefinition(MuchWriterSql, scope, transaction, cancellationToken: stop));

    static Task<int> Do(NpgsqlTransaction transaction, string sql, object scope, CancellationToken stop) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(sql, scope, transaction, commandTimeout: Patience, cancellationToken: stop)
        );

    sealed record Side(string Book, string Provider);

    const string RailsWriterSql = "select distinct book, provider from payments.rail_statements order by book, provider";

    const string HoldWriterSql = "select pg_advisory_xact_lock(hashtextextended(@name, 0))";

    const string MuchWriterSql = """
        select count(*) > 1000
          from (select l.id from payments.statement_lines l
                 where l.book = @book and l.provider = @provider and l.movement_id is null and l.settled_by is null limit 1001) as open
        """;

    const string ClaimsWriterSql = """
        select distinct b.claimed_by from payments.breaks b
         where b.book = @book and b.provider = @provider and b.status = 'open' and b.claimed_by is not null
        """;

    // Where a correction is booked, its line would count beside it.
    const string ReleaseWriterSql = """
        update payments.breaks b set claimed_by = null
         where b.status = 'open' and b.claimed_by = any (@ended)
           and not exists (select from payments.rail_movements m where m.settled_by = b.id)
        """;

    // What cannot go without a nested loop counts as very dear then, and what is dear is compiled first: seconds, for a handful of rows.
    const string WholeWriterSql = "select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)";

    const string KeyedWriterSql = "set local enable_nestloop = on";

    // As Guid.CreateVersion7: lists go by them.
    const string NewId = """
        encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
            placing substring(int8send(floor(extract(epoch from @now::timestamptz) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
        """;

    // What is open on both sides and speaks of one thing. An incoming call's vendor's id is its receipt, also before it is taken down as one.
    const string Near = """
        open_lines as (
            select l.id, l.at, l.receipt, l.our_reference, l.reverses, l.change, l.is_charge
              from payments.statement_lines l
             where l.book = @book and l.provider = @provider and l.movement_id is null and l.settled_by is null and l.is_completed
               and not exists (select from payments.breaks b where b.line_id = l.id and b.status = 'open' and b.claimed_by is not null)
        ), open_movements as (
            select m.id, m.kind, m.change, m.recorded_at, m.call_id, coalesce(c.receipt, t.receipt) as receipt, c.reference, c.vendor_id, c.purpose,
                   r.reverses
              from payments.rail_movements m
              left join payments.provider_calls c on c.id = m.call_id
              left join payments.reversals r on m.kind in ('reversal', 'loss') and r.call_id = m.call_id
              left join payments.rail_settlements t on m.kind = 'settlement' and t.id = m.id
             where m.book = @book and m.provider = @provider and m.line_id is null and m.settled_by is null
               and not exists (select from payments.breaks b where b.movement_id = m.id and b.status = 'open' and b.claimed_by is not null)
        ), near as (
            select l.id as line, m.id as movement, 1 as rank from open_lines l join open_movements m on m.receipt = l.receipt
            union all
            select l.id, m.id, 1 from open_lines l join open_movements m on m.receipt = l.reverses and m.kind = 'return'
            union all
            select l.id, m.id, 2 from open_lines l join open_movements m on m.reverses = l.reverses
            union all
            select l.id, m.id, 2 from open_lines l join open_movements m on m.reference = l.our_reference and m.purpose <> 'incoming'
                   and (@provider <> 'mpesa' or m.receipt is null or m.receipt = l.receipt)
            union all
            select l.id, m.id, 2 from open_lines l join open_movements m on m.call_id::text = l.our_reference
            union all
            select l.id, m.id, 3 from open_lines l join open_movements m on m.vendor_id = l.receipt and m.receipt is null
        )
        """;

    const string PairWriterSql = $"""
        with {Near}, ranked as (
            select n.line, n.movement,
                   row_number() over (partition by n.line order by n.rank, m.recorded_at, m.id) as of_line,
                   row_number() over (partition by n.movement order by n.rank, l.is_charge, l.at, l.id) as of_movement
              from (select line, movement, min(rank) as rank from near group by line, movement) n
              join open_lines l on l.id = n.line join open_movements m on m.id = n.movement
             where m.change = l.change
        ), lines as (
            update payments.statement_lines t set movement_id = r.movement
              from ranked r where t.id = r.line and r.of_line = 1 and r.of_movement = 1
            returning t.id, t.movement_id
        )
        update payments.rail_movements t set line_id = l.id from lines l where t.id = l.movement_id
        """;

    // One payment with two amounts, or two directions: a pair, and a break.
    const string DifferWriterSql = $"""
        with {Near}, ranked as (
            select n.line, n.movement, m.call_id, l.change - m.change as by,
                   case when sign(m.change) = sign(l.change) then 'amount_differs' else 'direction_differs' end as kind,
                   row_number() over (partition by n.line order by n.rank, abs(l.change - m.change), m.id) as of_line,
                   row_number() over (partition by n.movement order by n.rank, abs(l.change - m.change), l.id) as of_movement
              from (select line, movement, min(rank) as rank from near group by line, movement) n
              join open_lines l on l.id = n.line join open_movements m on m.id = n.movement
             where m.change <> l.change and not l.is_charge and l.at <= @before
               and (sign(m.change) = sign(l.change) or l.reverses is null and m.kind <> 'return')
        ), pairs as (
            select r.line, r.movement, r.call_id, r.by, r.kind from ranked r where of_line = 1 and of_movement = 1
        ), ended as (
            update payments.breaks b set status = 'closed', resolution = 'matched', ended_at = @now
              from pairs p where b.status = 'open' and (b.line_id = p.line or b.movement_id = p.movement)
            returning b.id
        ), lines as (
            update payments.statement_lines t set movement_id = p.movement from pairs p where t.id = p.line returning t.id, t.movement_id
        ), movements as (
            update payments.rail_movements t set line_id = l.id from lines l where t.id = l.movement_id returning t.id
        )
        insert into payments.breaks (id, book, provider, currency, kind, change, line_id, movement_id, call_id, status, opened_at)
        select {NewId}, @book, @provider, m.currency, p.kind, p.by, p.line, p.movement, p.call_id, 'open', @now
          from pairs p join payments.rail_movements m on m.id = p.movement
         where (select count(*) from ended) >= 0
        """;

    // The rail names it and says that nothing has moved; a later line may say that it has.
    const string StatusWriterSql = $"""
        insert into payments.breaks (id, book, provider, currency, kind, change, line_id, movement_id, call_id, status, opened_at)
        select distinct on (m.id) {NewId}, @book, @provider, m.currency, 'status_differs', -m.change, l.id, m.id, c.id, 'open', @now
          from payments.statement_lines l
          join payments.provider_calls c on c.provider = @provider
                and (c.receipt = l.receipt or c.reference = l.our_reference and c.purpose <> 'incoming'
                     or c.id = case when length(l.our_reference) = 36 then l.our_reference::uuid end)
          join payments.rail_movements m on m.call_id = c.id
         where l.book = @book and l.provider = @provider and l.movement_id is null and l.settled_by is null and not l.is_completed and l.at <= @before
           and m.line_id is null and m.settled_by is null and sign(m.change) = sign(l.change)
           and not exists (select from payments.breaks b
                            where (b.line_id = l.id or b.movement_id = m.id) and b.status <> 'closed')
         order by m.id, l.at desc
        """;

    const string CloseWriterSql = """
        with ended as (
            select b.id, l.statement_id
              from payments.breaks b join payments.statement_lines l on l.id = b.line_id
             where b.book = @book and b.provider = @provider and b.status = 'open' and l.movement_id is not null
               and b.kind in ('missing_here', 'missing_there', 'duplicate', 'settlement')
            union
            select b.id, l.statement_id
              from payments.breaks b
              join payments.rail_movements m on m.id = b.movement_id
              join payments.statement_lines l on l.id = m.line_id
             where b.book = @book and b.provider = @provider and b.status = 'open'
               and b.kind in ('missing_here', 'missing_there', 'status_differs', 'duplicate', 'settlement')
        )
        update payments.breaks b
           set status = 'closed', resolution = 'matched', ended_at = @now, statement_id = e.statement_id
          from ended e where e.id = b.id
        """;

    const string MissingHereWriterSql = $"""
        insert into payments.breaks (id, book, provider, currency, kind, change, line_id, call_id, status, opened_at)
        select {NewId}, @book, @provider, s.currency,
               case when l.is_settlement and not exists (select from payments.provider_calls c where c.provider = @provider and c.receipt = l.receipt)
                    then 'settlement'
                    when not l.is_charge and exists (
                   select from payments.statement_lines o
                    where o.book = @book and o.provider = @provider and o.receipt = l.receipt and o.change = l.change and o.is_completed and o.id <> l.id
                      and (o.movement_id is not null or o.settled_by is not null or (o.at, o.id) < (l.at, l.id)))
                    then 'duplicate' else 'missing_here' end,
               l.change, l.id, coalesce(
                   (select c.id from payments.provider_calls c where c.provider = @provider and c.receipt = l.receipt),
                   (select c.id from payments.provider_calls c where c.provider = @provider and c.vendor_id = l.receipt and c.purpose = 'incoming'),
                   (select c.id from payments.provider_calls c where c.reference = l.our_reference and c.provider = @provider and c.purpose <> 'incoming'),
                   (select r.call_id from payments.provider_calls c join payments.reversals r on r.original_id = c.id
                     where c.provider = @provider and c.receipt = l.reverses and sign(l.change) < 0
                       and not exists (select from payments.rail_movements m where m.call_id = r.call_id)
                     order by r.id desc limit 1),
                   (select c.id from payments.provider_calls c
                     where c.id = case when length(l.our_reference) = 36 then l.our_reference::uuid end and c.provider = @provider)),
               'open', @now
          from payments.statement_lines l join payments.rail_statements s on s.id = l.statement_id
         where l.book = @book and l.provider = @provider and l.movement_id is null and l.settled_by is null and l.is_completed and l.at <= @before
           and not exists (select from payments.breaks b where b.line_id = l.id and b.status <> 'closed')
        """;

    // The statement's time is over, and it is not in it; at its edges that of the one before or after it is, too.
    const string MissingThereWriterSql = $"""
        insert into payments.breaks (id, book, provider, currency, kind, change, movement_id, call_id, status, opened_at)
        select {NewId}, @book, @provider, m.currency, 'missing_there', -m.change, m.id, m.call_id, 'open', @now
          from payments.rail_movements m
         where m.book = @book and m.provider = @provider and m.line_id is null and m.settled_by is null
           and exists (select from payments.rail_statements s
                        where s.book = @book and s.provider = @provider and s.currency = m.currency
                          and m.recorded_at >= s.from_at and m.recorded_at <= least(s.to_at, s.uploaded_at)
                          and (m.recorded_at <= least(s.to_at, s.uploaded_at) - @grace::interval or exists (
                                  select from payments.rail_statements n
                                   where n.book = @book and n.provider = @provider and n.currency = m.currency
                                     and n.from_at <= s.to_at + interval '1 minute'
                                     and least(n.to_at, n.uploaded_at) >= m.recorded_at + @grace::interval))
                          and (m.recorded_at >= s.from_at + @grace::interval or exists (
                                  select from payments.rail_statements p
                                   where p.book = @book and p.provider = @provider and p.currency = m.currency
                                     and p.to_at >= s.from_at - interval '1 minute' and p.from_at <= m.recorded_at - @grace::interval)))
           and not exists (select from payments.breaks b where b.movement_id = m.id and b.status <> 'closed')
        """;
}
