namespace Hazina.Bench;

/// <summary>Many transfers a call, each decided on its own; a few callers, so that the writer always finds a full batch waiting.</summary>
sealed class Bulk(bool hot = false)
    : Postings(hot ? "hot" : "bulk", $"{Several} callers with {Size:N0} postings a call" + (hot ? "; into one account" : ""), Several)
{
    public const int Size = 8_000;
    public const int Several = 4;

    public override Task<ICaller> Connect(int number, CancellationToken stop) => Task.FromResult(CallerOf(Books, number, hot));

    /// <summary>Also what the second process runs.</summary>
    public static ICaller CallerOf(Books books, int number, bool hot = false) =>
        new Caller(books, new Traffic(number, hot, books.Accounts));

    sealed class Caller(Books books, Traffic traffic) : ICaller
    {
        public async Task<int> Call()
        {
            var postings = new Ledger.Posting[Size];
            for (var i = 0; i < postings.Length; i++)
                postings[i] = books.Plain(traffic.Next());
            return Posted(await books.Journal.PostMany(postings));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
