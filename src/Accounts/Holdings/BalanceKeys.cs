using System.Collections.Concurrent;
using System.Globalization;
using Hazina.Ledger;
using Hazina.Platform.Caching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Holdings;

/// <summary>
/// Tells balances to whoever reads Redis instead of the API: <c>balance:{id}</c> and <c>wallet:{id}:balance</c>, there for five minutes from when the API was
/// asked for the balance last, and written anew after a batch of the ledger that has changed it. Nothing in Hazina reads them.
/// </summary>
/// <remarks>
/// No request and no posting waits for it. Five times a second it looks where the accounts stand that were asked for, if there was a batch since, and writes
/// those that stand elsewhere: once for each, however many postings that were. What Redis has not taken is written the next time.
/// </remarks>
sealed class BalanceKeys(Cache cache, Books books, Journal journal, IOptions<AccountsOptions> options, TimeProvider time)
    : BackgroundService
{
    static readonly TimeSpan Length = TimeSpan.FromMinutes(5),
        Rhythm = TimeSpan.FromMilliseconds(200);

    /// <summary>As old the time of a key is let become before it is set anew for who goes on asking.</summary>
    static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    const int Most = 10_000,
        AtOnce = 200;

    readonly ConcurrentDictionary<Guid, Watched> watched = new();
    readonly bool isOn = cache.IsShared && options.Value.BalancesInRedis != SharedBalances.Off;
    long looked = -1;

    /// <summary>Somebody was told the balance of an account. What is asked for beyond <see cref="Most"/> at a time gets no key.</summary>
    public void WasRead(string book, Guid account)
    {
        if (!isOn)
            return;
        var until = time.GetUtcNow() + Length;
        if (watched.TryGetValue(account, out var known))
            known.Until = until;
        else if (watched.Count < Most)
            watched.TryAdd(account, new Watched(book, account) { Until = until });
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!isOn)
            return;
        using var timer = new PeriodicTimer(Rhythm, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Refresh();
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    async Task Refresh()
    {
        var (now, head) = (time.GetUtcNow(), journal.Head);
        foreach (var (id, one) in watched)
        {
            if (one.Until <= now)
                watched.TryRemove(id, out _);
        }

        var due = watched.Values.Where(w => head != looked || w.Told is null || w.Until - w.ToldUntil > Slack).ToList();
        var isWhole = true;
        foreach (var part in due.GroupBy(w => w.Book).SelectMany(g => g.Chunk(AtOnce)))
            isWhole &= await Tell(part, now);
        // Where some could not be told, all are looked at again.
        looked = isWhole ? head : -1;
    }

    async Task<bool> Tell(Watched[] part, DateTimeOffset now)
    {
        IReadOnlyDictionary<Guid, AccountStand> stands;
        try
        {
            stands = books.Find(part[0].Book, part.Select(w => w.Account));
        }
        catch (TimeoutException)
        {
            return false; // the journal is being read
        }

        var changed = (
            from one in part
            where stands.ContainsKey(one.Account)
            let value = Value(stands[one.Account])
            let until = one.Until
            where one.Told is null || one.Told.IsOther(value) || until - one.ToldUntil > Slack
            select (One: one, Value: value, Until: until)
        ).ToList();
        if (changed.Count == 0)
            return true;
        var told = changed.SelectMany<(Watched One, Balance Value, DateTimeOffset Until), Told<Balance>>(c =>
            [new($"balance:{c.One.Account}", c.Value, c.Until - now), new($"wallet:{c.One.Account}:balance", c.Value, c.Until - now)]
        );
        if (!await cache.Tell([.. told], options.Value.BalancesInRedis == SharedBalances.Readable))
            return false;
        foreach (var (one, value, until) in changed)
            (one.Told, one.ToldUntil) = (value, until);
        return true;
    }

    static Balance Value(AccountStand stand)
    {
        var answer = BalanceAnswer.Of(stand);
        return new(
            stand.Account,
            stand.Currency.Code,
            answer.Posted.Amount!,
            answer.Reserved.Amount!,
            answer.Available.Amount!,
            stand.Batch.ToString(CultureInfo.InvariantCulture),
            stand.RecordedAt
        );
    }

    /// <summary>What stands under the keys.</summary>
    /// <param name="Amount">What has been posted, in decimal digits.</param>
    /// <param name="Batch">The ledger's batch after which it was so: of two values that with the higher one is newer.</param>
    internal sealed record Balance(
        Guid Account,
        string Currency,
        string Amount,
        string Reserved,
        string Available,
        string Batch,
        DateTimeOffset AsOf
    )
    {
        public bool IsOther(Balance than) => (Amount, Reserved, Available) != (than.Amount, than.Reserved, than.Available);
    }

    sealed class Watched(string book, Guid account)
    {
        public string Book => book;

        public Guid Account => account;

        /// <summary>Ticks, since a request writes it while it is read.</summary>
        long until;

        public DateTimeOffset Until
        {
            get => new(Volatile.Read(ref until), TimeSpan.Zero);
            set => Volatile.Write(ref until, value.UtcTicks);
        }

        public Balance? Told { get; set; }

        public DateTimeOffset ToldUntil { get; set; }
    }
}
