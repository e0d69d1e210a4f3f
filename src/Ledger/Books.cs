using Dapper;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Reading;
using Hazina.Money;

namespace Hazina.Ledger;

/// <summary>The books as modules above read them: from memory as they are now, from the journal as they were at a time. Thread-safe.</summary>
public sealed class Books
{
    readonly BookReader reader;

    internal Books(BookReader reader) => this.reader = reader;

    /// <summary>Where an account stands; null when the book has none with this id.</summary>
    public async Task<AccountStand?> Find(string book, Guid account, CancellationToken cancellation = default) =>
        await reader.Find(book, account, cancellation) is { } now ? Of(now) : null;

    /// <summary>Where several accounts stand, after one batch; those that are not there are left out.</summary>
    public IReadOnlyDictionary<Guid, AccountStand> Find(string book, IEnumerable<Guid> accounts)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        var state = reader.State;
        lock (state.Gate)
        {
            return accounts
                .Distinct()
                .Select(state.Find)
                .Where(account => account is not null && account.Book == book)
                .ToDictionary(account => account!.Id, account => Of(new Standing(account!, account!.Now, state.Head)));
        }
    }

    /// <summary>
    /// Where an account stood at a time in the past: what is told of it never changes. Null when the book has none with this id, or had not then.
    /// </summary>
    /// <exception cref="TimeoutException">The ledger is busy; it makes sense to come back.</exception>
    public async Task<AccountStand?> At(string book, Guid account, DateTimeOffset time, CancellationToken cancellation = default)
    {
        var moment = await reader.At(time, cancellation);
        if (await reader.Find(book, account, cancellation) is not { } now)
            return null;
        await using var connection = await reader.Open(cancellation);
        if ((await PastPosition.After(connection, now, [moment.Row], cancellation))[0] is not { } then)
            return null;
        return Of(now) with
        {
            Posted = now.Account.Normal(then.Debits - then.Credits),
            Reserved = then.Held,
            Debits = then.Debits,
            Credits = then.Credits,
            // What was allowed then is not known any more.
            Floor = null,
            Frozen = Freeze.None,
            ClosedAt = null,
            Batch = moment.Batch,
            RecordedAt = moment.RecordedAt,
        };
    }

    /// <summary>
    /// What all accounts of a book stood at, summed by currency and class, at a time in the past: some of them each for itself, all others together. It is read
    /// from what was saved and the journal's rows since; about a second for each million of these.
    /// </summary>
    /// <param name="named">Which are told each for itself.</param>
    /// <exception cref="TimeoutException">The ledger is busy; it makes sense to come back.</exception>
    public async Task<BookSums> Sums(
        string book,
        IReadOnlyCollection<Guid> named,
        DateTimeOffset time,
        CancellationToken cancellation = default
    )
    {
        var moment = await reader.At(time, cancellation);
        await using var connection = await reader.Open(cancellation);
        var sums = await connection.QueryAsync<BookSum>(
            new CommandDefinition(
                SumsSql,
                new
                {
                    book,
                    row = moment.Row,
                    named = named.ToArray(),
                },
                commandTimeout: 600,
                cancellationToken: cancellation
            )
        );
        return new BookSums(moment.Batch, moment.RecordedAt, sums.AsList());
    }

    /// <summary>What was counted so far against a limit (<see cref="TurnoverAtMost"/>); zero where nothing was.</summary>
    public decimal Turnover(Guid account, string tag, DateTimeOffset periodStart)
    {
        var state = reader.State;
        lock (state.Gate)
        {
            return
                state.Find(account) is { } known
                && state.FindCounter(new CounterKey(known.Number, tag, periodStart.ToUniversalTime())) is { } counter
                ? counter.Total
                : 0m;
        }
    }

    /// <summary>Waits until reads of this process see a batch, for a caller who was told its number.</summary>
    public Task<bool> Reach(long batch, CancellationToken cancellation = default) => reader.Reach(batch, cancellation);

    /// <summary>The journal's time of the last batch.</summary>
    public DateTimeOffset Now => reader.Now().RecordedAt;

    static AccountStand Of(Standing now) =>
        new(
            now.Account.Id,
            now.Account.Currency,
            now.Account.BalanceOf(now.Position),
            now.Position.Held,
            now.Position.Debits,
            now.Position.Credits,
            now.Position.Terms.Floor,
            now.Position.Terms.Frozen,
            now.Position.Terms.ClosedAt,
            now.Head.Number,
            now.Head.RecordedAt
        );

    // Up to an account's last saved row its sums are known: what came later is added, and what had not come yet is taken away. Rows before the checkpoint are
    // in what was saved.
    const string SumsSql = """
        with saved as materialized (
            select number, id, currency, class, debits - credits as net, last_row from ledger.positions where book = @book
        ), moved as (
            select a.number, sum(case when j.seq <= @row then j.amount else -j.amount end) as net
              from ledger.journal j join saved a on a.number = j.debit_account
             where j.kind = 1 and j.seq > least((select as_of_row from ledger.checkpoint), @row) and (j.seq <= @row) = (j.seq > a.last_row)
             group by a.number
            union all
            select a.number, sum(case when j.seq <= @row then -j.amount else j.amount end)
              from ledger.journal j join saved a on a.number = j.credit_account
             where j.kind = 1 and j.seq > least((select as_of_row from ledger.checkpoint), @row) and (j.seq <= @row) = (j.seq > a.last_row)
             group by a.number
        ), stands as (
            select a.id, a.currency, a.class, a.net + coalesce(m.net, 0) as net
              from saved a left join (select number, sum(net) as net from moved group by number) m on m.number = a.number
        )
        select case when s.id = any (@named) then s.id end as account, s.currency, s.class,
               coalesce(sum(s.net) filter (where s.net > 0), 0) as debits, coalesce(-sum(s.net) filter (where s.net < 0), 0) as credits
          from stands s where s.net <> 0
         group by 1, s.currency, s.class
        """;
}

/// <summary>What the accounts of a book stood at.</summary>
/// <param name="Batch">After which batch.</param>
/// <param name="RecordedAt">The journal's time of that batch.</param>
public sealed record BookSums(long Batch, DateTimeOffset RecordedAt, IReadOnlyList<BookSum> Sums);

/// <summary>What some accounts of one currency and class stood at.</summary>
/// <param name="Account">The one account that it is; null: all that were not named.</param>
/// <param name="Class">1 asset, 2 liability, 3 equity, 4 income, 5 expense.</param>
/// <param name="Debits">Of those whose debits are more.</param>
/// <param name="Credits">Of those whose credits are more.</param>
public sealed record BookSum(Guid? Account, string Currency, short Class, decimal Debits, decimal Credits);

/// <summary>Where an account stands, on its normal side.</summary>
/// <param name="Posted">The posted balance.</param>
/// <param name="Reserved">What active reservations hold.</param>
/// <param name="Debits">All debits ever.</param>
/// <param name="Credits">All credits ever.</param>
/// <param name="Floor">The lowest that its available may be taken to; null: none, or not known for a time in the past, like what is frozen.</param>
/// <param name="Batch">The batch after which this was so.</param>
/// <param name="RecordedAt">The journal's time of that batch.</param>
public sealed record AccountStand(
    Guid Account,
    Currency Currency,
    decimal Posted,
    decimal Reserved,
    decimal Debits,
    decimal Credits,
    decimal? Floor,
    Freeze Frozen,
    DateTimeOffset? ClosedAt,
    long Batch,
    DateTimeOffset RecordedAt
)
{
    /// <summary>Posted less reserved.</summary>
    public decimal Available => Posted - Reserved;
}
