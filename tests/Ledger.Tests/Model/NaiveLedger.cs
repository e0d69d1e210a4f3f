using System.Collections.Immutable;
using Hazina.Money;

namespace Hazina.Ledger.Tests.Model;

/// <summary>
/// The ledger as its description tells it, in lists and sums: no rows, no batches, no speed. Where several rules say no at once, every one of
/// their codes is a right answer.
/// </summary>
sealed record NaiveLedger
{
    public ImmutableList<Wallet> Wallets { get; init; } = [];

    public ImmutableList<Held> Holds { get; init; } = [];

    ImmutableList<Moved> Moves { get; init; } = [];

    ImmutableList<Counted> Counts { get; init; } = [];

    ImmutableDictionary<Guid, Said> Answers { get; init; } = ImmutableDictionary<Guid, Said>.Empty;

    /// <summary>What the posting at hand has taken out of accounts so far.</summary>
    ImmutableList<(Guid Account, decimal Amount)> Taken { get; init; } = [];

    public sealed record Wallet(
        Guid Id,
        string Book,
        Currency Currency,
        AccountClass Class,
        Limit Floor,
        Limit Ceiling,
        Freeze Frozen,
        bool IsClosed
    )
    {
        public bool GrowsByDebit => Class is AccountClass.Asset or AccountClass.Expense;
    }

    public sealed record Held(Guid Id, Guid Account, decimal Left, DateTimeOffset? Until);

    sealed record Moved(Guid Transaction, Guid Debit, Guid Credit, decimal Amount, Guid? Reverses);

    sealed record Counted(Guid Account, string Tag, DateTimeOffset Start, DateTimeOffset End, decimal Total);

    sealed record Said(string Content, ImmutableList<Verdict> Verdicts, string? Book);

    public decimal Balance(Wallet wallet)
    {
        var net = Moves.Where(m => m.Debit == wallet.Id).Sum(m => m.Amount) - Moves.Where(m => m.Credit == wallet.Id).Sum(m => m.Amount);
        return wallet.GrowsByDebit ? net : -net;
    }

    public decimal Reserved(Wallet wallet) => Holds.Where(h => h.Account == wallet.Id).Sum(h => h.Left);

    public decimal Available(Wallet wallet) => Balance(wallet) - Reserved(wallet);

    /// <summary>Reservations expire and periods end by themselves.</summary>
    public NaiveLedger At(DateTimeOffset now) =>
        this with
        {
            Holds = Holds.ConvertAll(h => h.Until <= now ? h with { Left = 0 } : h),
            Counts = Counts.RemoveAll(c => c.End <= now),
        };

    /// <summary>One posting: what it leads to, and the answer.</summary>
    public (NaiveLedger After, Verdict Verdict) Post(Posting posting, DateTimeOffset now)
    {
        if (Answers.TryGetValue(posting.Id, out var said))
            return (this, said.Content == Print.Of(posting) ? said.Verdicts[0] : Verdict.Mismatch);
        var (after, no) = Try(posting, now);
        var verdict = no.Count == 0 ? Verdict.Posted : new Verdict(OutcomeStatus.Refused, no);
        return (after.Remember(posting.Id, Print.Of(posting), [verdict], no.Count == 0 ? posting.Book : null), verdict);
    }

    /// <summary>All or none; only the bulk's id is remembered when one is refused.</summary>
    public (NaiveLedger After, ImmutableList<Verdict> Verdicts) PostAll(Guid bulk, IReadOnlyList<Posting> postings, DateTimeOffset now)
    {
        var content = "bulk " + Print.Of(postings);
        if (Answers.TryGetValue(bulk, out var said))
            return (this, said.Content == content ? said.Verdicts : [.. postings.Select(_ => Verdict.Mismatch)]);
        var after = this;
        for (var i = 0; i < postings.Count; i++)
        {
            ImmutableList<No> no;
            if (Answers.ContainsKey(postings[i].Id))
                no = [new No("ledger.id_reused", "id")];
            else
                (after, no) = after.Try(postings[i], now);
            if (no.Count > 0)
            {
                var where = no.ConvertAll(n => n with { Where = $"transactions/{i}/{n.Where}" });
                var others = where.ConvertAll(n => n with { Code = "ledger.bulk_refused" });
                var all = postings.Select((_, j) => new Verdict(OutcomeStatus.Refused, i == j ? where : others)).ToImmutableList();
                return (Remember(bulk, content, all, null), all);
            }
        }

        foreach (var posting in postings)
            after = after.Remember(posting.Id, Print.Of(posting), [Verdict.Posted], posting.Book);
        ImmutableList<Verdict> posted = [.. postings.Select(_ => Verdict.Posted)];
        return (after.Remember(bulk, content, posted, null), posted);
    }

    /// <summary>A refusal keeps its code, whichever of the right ones it was.</summary>
    public NaiveLedger Heard(Guid id, int index, string code) =>
        Answers.TryGetValue(id, out var said) && said.Verdicts[index].Status == OutcomeStatus.Refused
            ? this with
            {
                Answers = Answers.SetItem(id, said with { Verdicts = said.Verdicts.SetItem(index, said.Verdicts[index].Narrowed(code)) }),
            }
            : this;

    NaiveLedger Remember(Guid id, string content, ImmutableList<Verdict> verdicts, string? book) =>
        this with
        {
            Answers = Answers.Add(id, new Said(content, verdicts, book)),
        };

    (NaiveLedger After, ImmutableList<No> No) Try(Posting posting, DateTimeOffset now)
    {
        var rules = new NaiveRules(posting, now);
        var after = this with { Taken = [] };
        IReadOnlyList<Step> steps = posting.Steps;
        if (posting.Reverses is { } original)
        {
            ImmutableList<No> no = [.. Irreversible(original, posting.Book).Select(code => new No(code, "reverses"))];
            if (no.Count > 0)
                return (this, no);
            steps =
            [
                .. Moves
                    .Where(m => m.Transaction == original)
                    .Select(m => new Leg(m.Credit, m.Debit, new Amount(m.Amount, Find(m.Debit)!.Currency))),
            ];
        }

        for (var i = 0; i < steps.Count; i++)
        {
            var where = posting.Reverses is null ? $"steps/{i}" : "reverses";
            ImmutableList<No> no = [.. rules.AgainstStep(after, steps[i]).Select(code => new No(code, where))];
            if (no.Count > 0)
                return (this, no);
            after = after.With(posting, steps[i]);
        }

        ImmutableList<No> last = [.. rules.AgainstOutcome(this, after)];
        return last.Count > 0 ? (this, last) : (after.Counting(posting), last);
    }

    IEnumerable<string> Irreversible(Guid original, string book)
    {
        if (!Answers.TryGetValue(original, out var said) || said.Book is null)
        {
            yield return "ledger.transaction_not_found";
            yield break;
        }

        if (said.Book != book)
            yield return "ledger.transaction_not_found";
        if (Moves.All(m => m.Transaction != original))
            yield return "ledger.nothing_to_reverse";
        if (Moves.Any(m => m.Transaction == original && m.Reverses is not null))
            yield return "ledger.reversal_of_reversal";
        if (Moves.Any(m => m.Reverses == original))
            yield return "ledger.already_reversed";
    }

    NaiveLedger With(Posting posting, Step step)
    {
        switch (step)
        {
            case Open open:
                return this with
                {
                    Wallets = Wallets.Add(
                        new Wallet(
                            open.Id,
                            posting.Book,
                            open.Currency,
                            open.Class,
                            new Limit(open.Floor),
                            new Limit(open.Ceiling),
                            Freeze.None,
                            false
                        )
                    ),
                };
            case Change change:
                var wallet = Find(change.Account)!;
                return Put(
                    wallet with
                    {
                        Frozen = change.Freeze ?? wallet.Frozen,
                        Floor = change.Floor ?? wallet.Floor,
                        Ceiling = change.Ceiling ?? wallet.Ceiling,
                    }
                );
            case Close close:
                return Put(Find(close.Account)! with { IsClosed = true });
            case Reserve reserve:
                return Take(reserve.Account, reserve.Amount.Value) with
                {
                    Holds = Holds.Add(new Held(reserve.Id, reserve.Account, reserve.Amount.Value, reserve.ExpiresAt)),
                };
            case Release release:
                var held = Holds.Find(h => h.Id == release.Reservation)!;
                var part = release.Amount?.Value ?? held.Left;
                return Take(held.Account, -part).Lower(held, part);
            case Leg leg:
                var drawn = Holds.Find(h => h.Id == leg.Reservation);
                var after = this with
                {
                    Moves = Moves.Add(new Moved(posting.Id, leg.Debit, leg.Credit, leg.Amount.Value, posting.Reverses)),
                };
                foreach (var payer in Payers(leg).Where(p => p != drawn?.Account))
                    after = after.Take(payer, leg.Amount.Value);
                return drawn is null ? after : after.Lower(drawn, leg.Amount.Value);
            default:
                throw new InvalidOperationException($"{step}");
        }
    }

    public Wallet? Find(Guid id) => Wallets.Find(w => w.Id == id);

    /// <summary>The accounts that a leg takes money from, each seen from its own side.</summary>
    public IEnumerable<Guid> Payers(Leg leg)
    {
        if (Find(leg.Debit) is { GrowsByDebit: false })
            yield return leg.Debit;
        if (Find(leg.Credit) is { GrowsByDebit: true })
            yield return leg.Credit;
    }

    public decimal Debits(Guid account) => Moves.Where(m => m.Debit == account).Sum(m => m.Amount);

    public decimal Credits(Guid account) => Moves.Where(m => m.Credit == account).Sum(m => m.Amount);

    public decimal TakenFrom(Guid account) => Taken.Where(t => t.Account == account).Sum(t => t.Amount);

    public decimal CountOf(TurnoverAtMost key) => Counts.Find(c => IsFor(c, key))?.Total ?? 0;

    NaiveLedger Counting(Posting posting)
    {
        var after = this;
        foreach (var key in posting.Conditions.OfType<TurnoverAtMost>())
        {
            var end = Counts.Find(c => IsFor(c, key)) is { } before && before.End > key.PeriodEnd ? before.End : key.PeriodEnd;
            var total = Math.Max(0, CountOf(key) + TakenFrom(key.Account));
            after = after with
            {
                Counts = after.Counts.RemoveAll(c => IsFor(c, key)).Add(new Counted(key.Account, key.Tag, key.PeriodStart, end, total)),
            };
        }

        return after;
    }

    static bool IsFor(Counted counted, TurnoverAtMost key) =>
        (counted.Account, counted.Tag, counted.Start) == (key.Account, key.Tag, key.PeriodStart);

    NaiveLedger Take(Guid account, decimal amount) => this with { Taken = Taken.Add((account, amount)) };

    NaiveLedger Lower(Held held, decimal by) => this with { Holds = Holds.Replace(held, held with { Left = held.Left - by }) };

    NaiveLedger Put(Wallet wallet) => this with { Wallets = Wallets.Replace(Find(wallet.Id)!, wallet) };
}
