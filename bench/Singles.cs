namespace Hazina.Bench;

/// <summary>One transfer a call, answered when it is durable, by 64 callers at once: the row-lock function's own load.</summary>
sealed class Singles() : Postings("singles", "64 callers with one posting a call", callers: 64)
{
    public override Task<ICaller> Connect(int number, CancellationToken stop) => Task.FromResult(CallerOf(Books, number));

    public static ICaller CallerOf(Books books, int number) => new Caller(books, new Traffic(number));

    sealed class Caller(Books books, Traffic traffic) : ICaller
    {
        public async Task<int> Call() => Posted([await books.Journal.Post(books.Plain(traffic.Next()))]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
