using System.Text.Json;
using Dapper;
using Hazina.Accounts;
using Hazina.Payments.Providers;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Payments.Reconciliation;

/// <summary>Proves that trust money is what customers are owed: of each day once it has ended, and whenever somebody asks.</summary>
sealed partial class TrustProver(
    Database database,
    CustomerAccounts accounts,
    Matcher matcher,
    IOptions<RailOptions> rails,
    IOptions<ReconciliationOptions> options,
    TimeProvider time,
    ILogger<TrustProver> logger
)
{
    const int MostDays = 31;
    static readonly TimeSpan Instant = TimeSpan.FromMicroseconds(1);

    IEnumerable<string> Books => rails.Value.Books.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The job: days that have no proof yet, in order; those that were slept through too.</summary>
    public async Task Run(CancellationToken stop)
    {
        foreach (var book in Books)
        {
            var last = await LastDay(book, stop);
            var yesterday = accounts.DayOf(book, time.GetUtcNow()).AddDays(-1);
            var first = last?.AddDays(1) ?? yesterday;
            for (
                var day = first < yesterday.AddDays(-MostDays) ? yesterday.AddDays(-MostDays) : first;
                day <= yesterday;
                day = day.AddDays(1)
            )
                await Prove(book, accounts.EndOf(book, day) - Instant, day, context: null, stop);
        }
    }

    /// <summary>A proof in each currency of a book.</summary>
    /// <param name="day">Whose end it is; null: of a moment.</param>
    /// <returns>Empty where the book has no money, or the day has its proofs.</returns>
    public async Task<IReadOnlyList<TrustProof>> Prove(
        string book,
        DateTimeOffset at,
        DateOnly? day,
        HttpContext? context,
        CancellationToken stop
    )
    {
        await Match(stop);
        var totals = await accounts.Totals(book, at, stop);
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, stop);
        var made = new List<TrustProof>();
        foreach (var each in totals)
        {
            var scope = new Scope(book, each.Currency.Code, at, options.Value.Grace);
            var booked = await connection.QuerySingleAsync<decimal>(
                new CommandDefinition(BookedWriterSql, scope, transaction, commandTimeout: 300, cancellationToken: stop)
            );
            var content = TrustArithmetic.Of(each, booked, await Rails(transaction, scope, stop), at - options.Value.WaitsAtMost);
            var proof = TrustProof.Of(
                book,
                each.Currency,
                day,
                at,
                content,
                context is null ? null : Caller.Of(context).Id,
                time.GetUtcNow()
            );
            if (await Keep(transaction, proof, context, stop))
                made.Add(proof);
        }

        await transaction.CommitAsync(stop);
        foreach (var proof in made.Where(p => p.Status == TrustProof.Differs))
            Differs(logger, proof.Id, book, proof.Currency, proof.At, string.Join(", ", proof.Read().Differs));
        return made;
    }

    /// <summary>A proof is made whatever becomes of this: what could not be paired is in it as waiting, or as a break.</summary>
    async Task Match(CancellationToken stop)
    {
        try
        {
            await matcher.Run(stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            NotMatched(logger, e);
        }
    }

    static async Task<bool> Keep(NpgsqlTransaction transaction, TrustProof proof, HttpContext? context, CancellationToken stop)
    {
        var isNew =
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(InsertWriterSql, proof, transaction, cancellationToken: stop))
            == 1;
        if (!isNew)
            return false;
        var content = proof.Read();
        if (proof.Status == TrustProof.Differs)
            await Outbox.Write(
                transaction,
                ReconciliationEvents.TrustDiffers.Of(
                    proof.Book,
                    proof.Id.ToString(),
                    proof.MadeAt,
                    new TrustDiffers(proof.Id, proof.At, content.OwedSum, content.TrustSum, content.Differs)
                )
            );
        if (context is not null)
            await Audit.Write(
                transaction,
                context,
                new AuditEntry("payments.trust_proof.made", new AuditTarget("trust_proof", proof.Id), proof.MadeAt)
            );
        return true;
    }

    static async Task<IReadOnlyList<RailSums>> Rails(NpgsqlTransaction transaction, Scope scope, CancellationToken stop)
    {
        var connection = transaction.Connection!;
        var known = (
            await connection.QueryAsync<Known>(new CommandDefinition(KnownWriterSql, scope, transaction, cancellationToken: stop))
        ).AsList();
        var sums = new List<RailSums>();
        foreach (var rail in known)
        {
            var parts = (
                await connection.QueryAsync<Part>(
                    new CommandDefinition(
                        PartsWriterSql,
                        new
                        {
                            scope.Book,
                            scope.Currency,
                            rail.Provider,
                            at = rail.AsOf,
                            first = rail.FirstAt + scope.Grace,
                        },
                        transaction,
                        commandTimeout: 300,
                        cancellationToken: stop
                    )
                )
            ).AsList();
            sums.Add(
                new RailSums(
                    rail.Provider,
                    rail.AsOf,
                    rail.Opening,
                    rail.Closing,
                    parts.Sum(p => p.Lines),
                    parts.Sum(p => p.Booked),
                    parts.Where(p => p.Name == "open_breaks").Sum(p => p.Count),
                    parts.Where(p => p.Name != "matched").ToDictionary(p => p.Name, p => p.Lines - p.Booked),
                    parts.SingleOrDefault(p => p.Name == "waiting")?.Since
                )
            );
        }

        return sums;
    }

    async Task<DateOnly?> LastDay(string book, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        return (
            await connection.QuerySingleAsync<Last>(new CommandDefinition(LastDayWriterSql, new { book }, cancellationToken: stop))
        ).Day;
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The trust proof {Proof} of {Book} in {Currency} at {At} does not agree: {What}; see the runbook of payments"
    )]
    static partial void Differs(ILogger logger, Guid proof, string book, string currency, DateTimeOffset at, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "Statements could not be matched before a trust proof; it is made without")]
    static partial void NotMatched(ILogger logger, Exception exception);

    sealed record Scope(string Book, string Currency, DateTimeOffset At, TimeSpan Grace);

    sealed record Known(string Provider, DateTimeOffset FirstAt, decimal? Opening, DateTimeOffset AsOf, decimal? Closing);

    sealed record Last(DateOnly? Day);

    sealed record Part(string Name, decimal Lines, decimal Booked, int Count, DateTimeOffset Since);

    const string LastDayWriterSql = "select max(day) as day from payments.trust_proofs where book = @book";

    const string InsertWriterSql = """
        insert into payments.trust_proofs (id, book, currency, day, at, status, owed, trust, difference, content, made_by, made_at)
        values (@id, @book, @currency, @day, @at, @status, @owed, @trust, @difference, @content::jsonb, @madeBy, @madeAt)
            on conflict on constraint trust_proofs_daily do nothing
        """;

    const string BookedWriterSql = """
        select coalesce(sum(change), 0) from payments.rail_movements where book = @book and currency = @currency and recorded_at <= @at
        """;

    // What the latest statement ends with, less what it has from after the time that is asked for.
    const string KnownWriterSql = """
        select f.provider, f.from_at as first_at, f.opening, least(@at, l.to_at) as as_of,
               l.closing - coalesce((select sum(n.change) from payments.statement_lines n
                                      where n.book = @book and n.provider = f.provider and n.is_completed and n.at > @at and n.at <= l.to_at), 0) as closing
          from (select distinct on (provider) provider, from_at, opening from payments.rail_statements
                 where book = @book and currency = @currency and from_at <= @at order by provider, from_at, to_at desc, id) f
          join (select distinct on (provider) provider, to_at, closing from payments.rail_statements
                 where book = @book and currency = @currency and from_at <= @at order by provider, to_at desc, id desc) l on l.provider = f.provider
         order by f.provider
        """;

    // Each line and each booking until then is in one of the parts, so that these come to the difference.
    const string PartsWriterSql = """
        with broken as (
            select distinct on (coalesce(b.movement_id, b.line_id)) b.line_id, b.movement_id,
                   case when b.status = 'open' then 'open_breaks' when b.resolution = 'explained' then 'explained' else 'settled' end as name
              from payments.breaks b
             where b.book = @book and b.provider = @provider and b.status <> 'closed'
             order by coalesce(b.movement_id, b.line_id), b.status, b.id desc
        ), parts as (
            select case when m.recorded_at > @at then 'in_flight'
                        when l.movement_id is not null then case when m.change = l.change then 'matched' else coalesce(o.name, b.name, 'settled') end
                        when l.settled_by is not null then 'settled'
                        else coalesce(b.name, 'waiting') end as name,
                   l.change as line, 0 as booked, (l.movement_id is null and b.name = 'open_breaks')::int as count, l.at as since
              from payments.statement_lines l
              left join payments.rail_movements m on m.id = l.movement_id
              left join broken b on b.line_id = l.id and l.movement_id is null
              left join broken o on o.movement_id = l.movement_id
             where l.book = @book and l.provider = @provider and l.is_completed and l.at <= @at
            union all
            select case when l.at > @at then 'in_flight'
                        when m.line_id is not null then case when m.change = l.change then 'matched' else coalesce(b.name, 'settled') end
                        when m.settled_by is not null then 'settled'
                        else coalesce(b.name, case when m.recorded_at < @first then 'before_statements' else 'waiting' end) end,
                   0, m.change, (b.name = 'open_breaks')::int, m.recorded_at
              from payments.rail_movements m
              left join payments.statement_lines l on l.id = m.line_id
              left join broken b on b.movement_id = m.id
             where m.book = @book and m.provider = @provider and m.currency = @currency and m.recorded_at <= @at
        )
        select name, sum(line) as lines, sum(booked) as booked, coalesce(sum(count), 0)::int as count, min(since) as since
          from parts group by name
        """;
}

/// <summary>A row of <c>payments.trust_proofs</c>.</summary>
sealed record TrustProof(
    Guid Id,
    string Book,
    string Currency,
    DateOnly? Day,
    DateTimeOffset At,
    string Status,
    decimal Owed,
    decimal Trust,
    decimal Difference,
    string Content,
    Guid? MadeBy,
    DateTimeOffset MadeAt
)
{
    public const string Agrees = "agrees",
        Differs = "differs";

    /// <summary>Of proofs <c>p</c>, in the order of the record.</summary>
    public const string Columns =
        "p.id, p.book, p.currency, p.day, p.at, p.status, p.owed, p.trust, p.difference, p.content::text as content, p.made_by, p.made_at";

    public static TrustProof Of(
        string book,
        Hazina.Money.Currency currency,
        DateOnly? day,
        DateTimeOffset at,
        TrustContent content,
        Guid? by,
        DateTimeOffset now
    )
    {
        static decimal Value(WireAmount amount) => decimal.Parse(amount.Amount!, System.Globalization.CultureInfo.InvariantCulture);
        return new TrustProof(
            Guid.CreateVersion7(now),
            book,
            currency.Code,
            day,
            at,
            content.Differs.Count == 0 ? Agrees : Differs,
            Value(content.OwedSum),
            Value(content.TrustSum),
            Value(content.Difference),
            JsonSerializer.Serialize(content, JsonSettings.Options),
            by,
            now
        );
    }

    public TrustContent Read() => JsonSerializer.Deserialize<TrustContent>(Content, JsonSettings.Options)!;
}
