using Hazina.Ledger;

namespace Hazina.Bench;

/// <summary>Hazina's ledger in this process, with books of its own.</summary>
abstract class Postings(string name, string what, int callers) : Workload(name, "Hazina", what, callers)
{
    Books? books;

    protected Books Books => books ?? throw new InvalidOperationException("Prepare comes first.");

    public override async Task Prepare(string connectionString, CancellationToken stop) =>
        books = await Books.Make(connectionString, Name.Replace('-', '_'), Traffic.Accounts, stop);

    public override Task Begin(CancellationToken stop) => Books.Open(stop);

    public override Task End() => Books.Close();

    public override Task Check(long acknowledged, CancellationToken stop) => Books.Check(acknowledged, stop);

    public override async ValueTask DisposeAsync()
    {
        if (books is not null)
            await books.DisposeAsync();
    }

    /// <summary>Counts what was posted; in these workloads nothing has a reason to be refused.</summary>
    protected static int Posted(IReadOnlyList<Outcome> outcomes)
    {
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (!outcomes[i].IsPosted)
                throw new InvalidOperationException($"Not posted: {outcomes[i].Status}, {outcomes[i].Code} {outcomes[i].Field}.");
        }

        return outcomes.Count;
    }
}
