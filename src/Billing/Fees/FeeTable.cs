using System.Collections.Frozen;
using Dapper;
using Hazina.Money;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Options;

namespace Hazina.Billing.Fees;

/// <summary>
/// All fees, in memory: asked for at every payment, and seldom changed. Read anew every few seconds where there is a newer one; a fee begins later than that
/// after it was approved, so that every server knows it when it holds.
/// </summary>
sealed class FeeTable(Database database, IOptions<BillingOptions> options, TimeProvider time) : IDisposable
{
    readonly SemaphoreSlim reading = new(1, 1);
    volatile Known known = new(0, FrozenDictionary<Guid, Fee>.Empty, FrozenDictionary<Key, Fee[]>.Empty, long.MinValue);

    /// <summary>What holds at a time, the most special first: the merchant's own before everybody's, a rail's before all rails'. Null: nothing.</summary>
    public async ValueTask<Fee?> Find(
        string book,
        FeeType type,
        Currency currency,
        string? provider,
        Guid? merchant,
        DateTimeOffset at,
        CancellationToken stop
    )
    {
        var now = await Now(stop);
        return (merchant is { } who ? Holding(now, new Key(book, type, currency.Code, provider, who), at) : null)
            ?? (merchant is { } same && provider is not null ? Holding(now, new Key(book, type, currency.Code, null, same), at) : null)
            ?? Holding(now, new Key(book, type, currency.Code, provider, null), at)
            ?? (provider is not null ? Holding(now, new Key(book, type, currency.Code, null, null), at) : null);
    }

    /// <summary>A version, whether it holds or not.</summary>
    public async ValueTask<Fee?> Version(Guid id, CancellationToken stop) => (await Now(stop)).Versions.GetValueOrDefault(id);

    ValueTask<Known> Now(CancellationToken stop) =>
        known is { ReadAt: not long.MinValue } now && time.GetElapsedTime(now.ReadAt) <= options.Value.KnownFor
            ? new(now)
            : new(ReadAnew(stop));

    /// <summary>The one that began last, unless it has ended: then there is none, not the one before it.</summary>
    static Fee? Holding(Known now, Key key, DateTimeOffset at)
    {
        if (!now.Fees.TryGetValue(key, out var versions))
            return null;
        var last = versions.LastOrDefault(f => f.From <= at);
        return last is null || last.Until <= at ? null : last;
    }

    async Task<Known> ReadAnew(CancellationToken stop)
    {
        await reading.WaitAsync(stop);
        try
        {
            var now = known;
            if (now.ReadAt != long.MinValue && time.GetElapsedTime(now.ReadAt) <= options.Value.KnownFor)
                return now;
            var begun = time.GetTimestamp();
            await using var connection = await database.Writer("billing").OpenConnectionAsync(stop);
            var newest = await connection.QuerySingleAsync<long>(new CommandDefinition(NewestWriterSql, cancellationToken: stop));
            if (newest != now.Newest)
            {
                var rows = await connection.QueryAsync<FeeRow>(new CommandDefinition(AllWriterSql, cancellationToken: stop));
                var versions = rows.Select(r => r.Fee()).ToFrozenDictionary(f => f.Id);
                now = new Known(
                    newest,
                    versions,
                    versions
                        .Values.GroupBy(f => new Key(f.Book, f.Type, f.Currency.Code, f.Provider, f.Merchant))
                        .ToFrozenDictionary(g => g.Key, g => g.OrderBy(f => f.From).ToArray()),
                    begun
                );
            }

            return known = now with { ReadAt = begun };
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();

    readonly record struct Key(string Book, FeeType Type, string Currency, string? Provider, Guid? Merchant);

    sealed record Known(long Newest, FrozenDictionary<Guid, Fee> Versions, FrozenDictionary<Key, Fee[]> Fees, long ReadAt);

    const string NewestWriterSql = "select coalesce(max(f.no), 0) from billing.fees f";

    const string AllWriterSql = $"select {FeeRow.Columns} from billing.fees f";
}
