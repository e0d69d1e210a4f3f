using Hazina.Ledger.Tests.Model;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>Rows alongside are there once for every outcome that they belong to, and for no other; no guarded row lost an update.</summary>
static class AlongsideProof
{
    public static void Holds(SimulatedJournal journal, IEnumerable<Operation> operations)
    {
        var tables = journal.Tables;
        var postings = operations.SelectMany(o =>
            o is Send send ? send.Postings
            : o is SendAll all ? all.Postings
            : []
        );
        var may = postings.Where(p => p.WhenPosted.Any(r => r.Statement == SimulatedModule.Insert)).Select(p => p.Id).ToHashSet();
        var inserted = tables.Alongside.Where(r => r.Statement == SimulatedModule.Insert).Select(r => r.Values).ToList();
        Assert.Equal(inserted.Count, inserted.DistinctBy(v => v[0]).Count());
        foreach (var values in inserted)
        {
            var id = (Guid)values[0]!;
            if ((string)values[1]! == "posted")
            {
                Assert.Equal(tables.Transactions[id].Rows[0].Seq, values[2]);
                Assert.Null(values[3]);
                Assert.Contains(id, may);
            }
            else
            {
                Assert.Equal(tables.Refusals[id].Code, values[3]);
            }
        }

        var updates = tables.Alongside.Where(r => r.Statement == SimulatedModule.Update).GroupBy(r => (string)r.Values[0]!);
        foreach (var row in updates)
            Assert.Equal(Enumerable.Range(0, row.Count()), row.Select(r => (int)r.Values[1]!));
    }
}
