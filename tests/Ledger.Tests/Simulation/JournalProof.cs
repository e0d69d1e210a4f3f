using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>What must be true of every journal, whatever happened: the chain of hashes, the links, nothing twice, and books that sum to zero.</summary>
static class JournalProof
{
    public static void Holds(SimulatedJournal journal)
    {
        Assert.Empty(journal.Tables.Doubled);
        for (var i = 0; i < journal.Batches.Count; i++)
        {
            var batch = journal.Batches[i];
            Assert.Equal(i + 1, batch.Header.Number);
            if (i > 0)
            {
                var before = journal.Batches[i - 1];
                Assert.Equal(before.Hash, batch.PreviousHash);
                Assert.Equal(before.Header.LastRow + 1, batch.Header.FirstRow);
                Assert.True(batch.Header.RecordedAt >= before.Header.RecordedAt, $"batch {i + 1} is recorded before the one before it");
            }

            Assert.Equal(batch.Root, RootOf(batch));
            Assert.Equal(batch.Hash, Merkle.HeaderHash(batch.Header, batch.PreviousHash, batch.Root));
        }

        // Applying a row checks its balances after, its links and what it draws on.
        var state = journal.Replayed();
        foreach (var book in state.Accounts.GroupBy(a => (a.Book, a.Currency)))
            Assert.Equal(0, book.Sum(a => a.Now.Net));
        foreach (var account in state.Accounts)
            Assert.Equal(account.Now.Held, state.Reservations.Values.Where(r => r.Account == account).Sum(r => r.Remaining));
        Assert.Equal(StateDump.Of(state), StateDump.Of(journal.Tables.Load(journal.Head).State));
    }

    static byte[] RootOf(SimulatedBatch batch)
    {
        var merkle = new Merkle();
        var transactions = 0;
        foreach (var transaction in batch.Rows.GroupBy(r => r.TransactionId))
        {
            JournalRow[] rows = [.. transaction];
            merkle.AddTransaction(rows, batch.Details.GetValueOrDefault(rows[0].Seq));
            transactions++;
        }

        Assert.Equal(batch.Header.Transactions, transactions);
        foreach (var refusal in batch.Refusals)
            merkle.AddRefusal(refusal.Id, refusal.Content, refusal.Code, refusal.Field);
        foreach (var bulk in batch.Bulks)
            merkle.AddBulk(bulk.Id, bulk.Content, bulk.FirstRow);
        return merkle.Root();
    }
}
