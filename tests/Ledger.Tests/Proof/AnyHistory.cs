using Hazina.Money;

namespace Hazina.Ledger.Tests.Proof;

/// <summary>Random postings of every kind, many of them refused: what a verification has to get along with.</summary>
sealed class AnyHistory
{
    static readonly string[] Currencies = ["KES", "USD", "BTC"];

    readonly Journal journal;
    readonly Random random;
    readonly List<(Guid Id, string Book, Currency Currency)> accounts = [];
    readonly List<(Guid Id, Guid Account, string Book)> reservations = [];
    readonly List<(Guid Id, string Book)> posted = [];
    readonly DateTimeOffset start = new(DateTimeOffset.UtcNow.Date, TimeSpan.Zero);

    AnyHistory(Journal journal, ulong seed) => (this.journal, random) = (journal, new Random(unchecked((int)seed)));

    /// <summary>Posts so many, in batches of all sizes; then one that certainly is refused, and one that moves money in the book live.</summary>
    public static async Task PostAsync(Journal journal, ulong seed, int postings)
    {
        var history = new AnyHistory(journal, seed);
        foreach (var book in (string[])["live", "sandbox"])
        {
            foreach (var code in Currencies)
                await history.OpenAsync(book, Currency.Of(code), 6);
        }

        for (var done = 0; done < postings; )
        {
            if (history.random.Next(8) == 0)
                await journal.PostAll(
                    Guid.CreateVersion7(),
                    [history.Fleeting("live", Currency.Of("KES")), history.Fleeting("sandbox", Currency.Of("USD"))]
                );
            var some = Enumerable.Range(0, history.random.Next(1, 30)).Select(_ => history.Any()).ToList();
            done += some.Count;
            await history.TakeAsync(some);
        }
    }

    async Task OpenAsync(string book, Currency currency, int count)
    {
        var bank = Guid.CreateVersion7();
        var wallets = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToList();
        await TakeAsync([
            New(
                book,
                "opening",
                [
                    new Open(bank, currency, AccountClass.Asset, Owner: "bank"),
                    .. wallets.Select(w => new Open(w, currency, AccountClass.Liability, Floor: 0, Ceiling: 1_000_000)),
                    .. wallets.Select(w => new Leg(bank, w, new Amount(500, currency))),
                ]
            ),
        ]);
        accounts.AddRange(wallets.Append(bank).Select(a => (a, book, currency)));
    }

    async Task TakeAsync(List<Posting> some)
    {
        var bulk = Guid.CreateVersion7();
        // Two of them may reverse the same one, which no bulk may.
        var isBulk = some.Count > 3 && random.Next(6) == 0 && PostingRules.FirstBulkFlaw(bulk, some) is null;
        var outcomes = isBulk ? await journal.PostAll(bulk, some) : await journal.PostMany(some);
        posted.AddRange(some.Zip(outcomes).Where(o => o.Second.IsPosted).Select(o => (o.First.Id, o.First.Book)));
    }

    Posting Any()
    {
        var (id, book, currency) = accounts[random.Next(accounts.Count)];
        return random.Next(20) switch
        {
            0 => New(book, "hold", [Reserve(id, book, currency, expires: false)]),
            1 => New(book, "hold", [Reserve(id, book, currency, expires: true)]),
            2 when reservations.Count > 0 => Release(),
            3 or 4 when reservations.Count > 0 => Capture(),
            5 when posted.Count > 0 => Reverse(),
            6 => New(book, "terms", [new Change(id, (Freeze)random.Next(4), Floor: random.Next(2) == 0 ? null : new Limit(-100))]),
            7 => New(book, "closing", [new Close(id)]),
            12 => Fleeting(book, currency),
            8 => New(book, "clearing", [Leg(id, book, currency)]) with { Forced = true },
            9 => New(book, "payment", [Leg(id, book, currency), Leg(id, book, currency)]) with
            {
                Reference = $"ref {random.Next(100)} – ”quoted”",
                Description = "a description",
                Metadata = """{"order": 12, "tags": ["a", "b"], "rate": 1.10}""",
            },
            10 => New(book, "payment", [Leg(id, book, currency)]) with
            {
                Conditions = [new TurnoverAtMost(id, "daily", start, start.AddDays(1), 900), new AvailableAtLeast(id, -1_000)],
            },
            11 => New(book, "payment", [Leg(id, book, currency)]) with
            {
                EffectiveDate = DateOnly.FromDateTime(start.UtcDateTime).AddDays(-random.Next(3)),
            },
            _ => New(book, "transfer", [Leg(id, book, currency)]),
        };
    }

    /// <summary>Opened and closed at once.</summary>
    Posting Fleeting(string book, Currency currency)
    {
        var id = Guid.CreateVersion7();
        return New(book, "fleeting", [new Open(id, currency, (AccountClass)random.Next(1, 6)), new Close(id)]);
    }

    static Posting New(string book, string kind, IReadOnlyList<Step> steps) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Book = book,
            Kind = kind,
            Steps = steps,
        };

    Leg Leg(Guid from, string book, Currency currency, Guid? reservation = null)
    {
        var others = accounts.Where(a => a.Book == book && a.Currency == currency && a.Id != from).ToList();
        return new Leg(from, others[random.Next(others.Count)].Id, Amount(currency), reservation);
    }

    Reserve Reserve(Guid account, string book, Currency currency, bool expires)
    {
        var id = Guid.CreateVersion7();
        reservations.Add((id, account, book));
        var soon = DateTimeOffset.UtcNow.AddMilliseconds(random.Next(20, 400));
        amounts[id] = Amount(currency);
        return new Reserve(id, account, amounts[id], expires ? new DateTimeOffset(soon.Ticks / 10 * 10, TimeSpan.Zero) : null);
    }

    Posting Release() =>
        reservations[random.Next(reservations.Count)] is var (id, _, book)
            ? New(book, "release", [new Release(id)])
            : throw new InvalidOperationException();

    readonly Dictionary<Guid, Amount> amounts = [];

    Posting Capture()
    {
        var (id, account, book) = reservations[random.Next(reservations.Count)];
        var currency = accounts.First(a => a.Id == account).Currency;
        var leg = Leg(account, book, currency, id);
        // Every second time all that was reserved, so that some end as captured.
        return New(book, "capture", [random.Next(2) == 0 ? leg with { Amount = amounts[id] } : leg]);
    }

    Posting Reverse()
    {
        var (id, book) = posted[random.Next(posted.Count)];
        return new Posting
        {
            Id = Guid.CreateVersion7(),
            Book = book,
            Kind = "reversal",
            Reverses = id,
        };
    }

    Amount Amount(Currency currency) => new(random.Next(1, 20_000) / 100m, currency);
}
