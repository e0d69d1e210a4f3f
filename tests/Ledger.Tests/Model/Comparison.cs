using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Tests.Model;

/// <summary>Holds the naive ledger beside the real one, and compares every answer and every balance.</summary>
sealed class Comparison
{
    public NaiveLedger Naive { get; private set; } = new();

    /// <summary>Compares the answers to one operation; the journal's own time decides what has expired.</summary>
    public void Answered(Operation operation, IReadOnlyList<Outcome> outcomes)
    {
        if (operation is Send send)
        {
            for (var i = 0; i < send.Postings.Count; i++)
            {
                var now = TimeOf(outcomes[i]);
                (Naive, var verdict) = Naive.At(now).Post(send.Postings[i], now);
                Expect(send.Postings[i], verdict, outcomes[i]);
                if (verdict.Status == OutcomeStatus.Refused)
                    Naive = Naive.Heard(send.Postings[i].Id, 0, outcomes[i].Code!);
            }
        }
        else if (operation is SendAll all)
        {
            var now = TimeOf(outcomes[0]);
            (Naive, var verdicts) = Naive.At(now).PostAll(all.Bulk, all.Postings, now);
            for (var i = 0; i < verdicts.Count; i++)
            {
                Expect(all.Postings[i], verdicts[i], outcomes[i]);
                if (verdicts[i].Status == OutcomeStatus.Refused)
                    Naive = Naive.Heard(all.Bulk, i, outcomes[i].Code!);
            }
        }
    }

    /// <summary>Compares where every account and reservation stands.</summary>
    public void Stands(LedgerState state)
    {
        Naive = Naive.At(state.Head.RecordedAt);
        Assert.Equal(Naive.Wallets.Select(w => w.Id).Order(), state.Accounts.Where(IsMine).Select(a => a.Id).Order());
        foreach (var wallet in Naive.Wallets)
        {
            var account = state.Find(wallet.Id)!;
            var now = account.Now;
            Assert.Equal(
                (wallet.Book, wallet.Currency, wallet.Class, wallet.Floor.Value, wallet.Ceiling.Value, wallet.Frozen, wallet.IsClosed),
                (
                    account.Book,
                    account.Currency,
                    account.Class,
                    now.Terms.Floor,
                    now.Terms.Ceiling,
                    now.Terms.Frozen,
                    now.Terms.ClosedAt is not null
                )
            );
            Assert.Equal(
                (wallet.Id, Naive.Balance(wallet), Naive.Reserved(wallet), Naive.Available(wallet)),
                (wallet.Id, account.BalanceOf(now), now.Held, account.AvailableOf(now))
            );
        }

        Assert.Equal(
            Naive.Holds.Where(h => h.Left > 0).Select(h => (h.Id, h.Account, h.Left)).Order(),
            state.Reservations.Values.Where(r => IsMine(r.Account)).Select(r => (r.Id, r.Account.Id, r.Remaining)).Order()
        );
        foreach (var book in state.Accounts.GroupBy(a => (a.Book, a.Currency)))
            Assert.Equal(0, book.Sum(a => a.Now.Net));
    }

    /// <summary>Whether the account belongs to this run, where several share a journal.</summary>
    bool IsMine(Account account) => Naive.Find(account.Id) is not null || Mine(account.Id);

    /// <summary>Says which ids are this run's.</summary>
    public Func<Guid, bool> Mine { get; init; } = _ => true;

    static DateTimeOffset TimeOf(Outcome outcome) => outcome.Replayed ? DateTimeOffset.MinValue : outcome.RecordedAt;

    static void Expect(Posting posting, Verdict verdict, Outcome outcome) =>
        Assert.True(verdict.Accepts(outcome) && outcome.Id == posting.Id, $"{Print.Of(posting)}\nexpected {verdict}\nbut was {outcome}");
}
