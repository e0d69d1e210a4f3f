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
}

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
