using System.Diagnostics;
using Hazina.Ledger.Reading;

namespace Hazina.Bench.Growth;

/// <summary>First pages of histories, read as the API reads them: where the account stands, a connection from the pool, a walk down its links.</summary>
sealed class HistoryPages(Books books)
{
    const int Pages = 500;
    const int EntriesAPage = 50;
    readonly BookReader reader = books.Reader();
    readonly Traffic traffic = new(0, accounts: books.Accounts);

    /// <summary>Makes one account busy: many entries that are new and close together.</summary>
    public Task MakeHot() => Bulk.CallerOf(books, 0, hot: true).Call();

    /// <summary>The busy one, again and again.</summary>
    public Task<Run> OfHot(CancellationToken stop) => Read(() => Traffic.HotAccount, stop);

    /// <summary>Accounts drawn at random: their entries are as far apart as the journal is long, and nobody has looked at them lately.</summary>
    public Task<Run> OfCold(CancellationToken stop) => Read(() => traffic.Next().From, stop);

    async Task<Run> Read(Func<int> next, CancellationToken stop)
    {
        var latencies = new List<long>(Pages);
        for (var i = 0; i < Pages; i++)
        {
            var account = books.IdOf(next());
            var start = Stopwatch.GetTimestamp();
            var standing =
                await reader.Find(Books.Book, account, stop) ?? throw new InvalidOperationException($"There is no account {account}.");
            await using (var connection = await reader.Open(stop))
                await Walk.Down(connection, standing.Account.Number, standing.Position.LastRow, lowest: 1, EntriesAPage, stop);
            latencies.Add(Stopwatch.GetTimestamp() - start);
        }

        var run = Run.Of(1, 0, latencies);
        return run with { Value = run.P50 };
    }
}
