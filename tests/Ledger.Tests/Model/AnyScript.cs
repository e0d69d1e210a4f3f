using FsCheck;
using FsCheck.Fluent;
using Hazina.Money;

namespace Hazina.Ledger.Tests.Model;

/// <summary>Random runs: a few accounts of two books and two currencies, and everything that can be asked of them, sensible and not.</summary>
/// <param name="ids">The ids that the run uses.</param>
/// <param name="epoch">When it begins; expiries and periods are counted from it.</param>
/// <param name="unit">How much time counts: seconds where time is simulated, less where it really passes.</param>
sealed class AnyScript(Ids ids, DateTimeOffset epoch, TimeSpan unit)
{
    const int KnownAccounts = 9;
    const int Reservations = 14;

    static readonly (string Book, string Currency, AccountClass Class, decimal? Floor, decimal? Ceiling)[] Plan =
    [
        ("live", "KES", AccountClass.Asset, null, null),
        ("live", "KES", AccountClass.Liability, 0, null),
        ("live", "KES", AccountClass.Liability, 0, 500),
        ("live", "KES", AccountClass.Asset, 0, null),
        ("live", "KES", AccountClass.Income, null, null),
        ("live", "BTC", AccountClass.Equity, null, null),
        ("live", "BTC", AccountClass.Liability, -100, null),
        ("sandbox", "KES", AccountClass.Expense, null, 1_000),
        ("sandbox", "KES", AccountClass.Liability, 0, null),
    ];

    static readonly (string Book, int First, int Count)[] Groups = [("live", 0, 5), ("live", 0, 5), ("live", 5, 2), ("sandbox", 7, 2)];

    /// <summary>Whole runs. They shrink by leaving things out.</summary>
    public Arbitrary<Script> Scripts(int most) =>
        Arb.From(
            from length in Gen.Choose(1, most)
            from plans in Operation().ArrayOf(length)
            select new Script([.. Prologue(), .. Numbered(plans)]),
            Smaller.Than
        );

    /// <summary>Opens the accounts and puts money on some.</summary>
    IEnumerable<Operation> Prologue()
    {
        var kes = Currency.Of("KES");
        var btc = Currency.Of("BTC");
        var live = Plan.Index().Where(p => p.Item.Book == "live").Select(p => OpenPlanned(p.Index));
        var sandbox = Plan.Index().Where(p => p.Item.Book == "sandbox").Select(p => OpenPlanned(p.Index));
        Step[] money =
        [
            new Leg(ids.Account(0), ids.Account(1), new Amount(300, kes)),
            new Leg(ids.Account(0), ids.Account(2), new Amount(120, kes)),
            new Leg(ids.Account(3), ids.Account(0), new Amount(80.5m, kes)),
            new Leg(ids.Account(5), ids.Account(6), new Amount(3.00000001m, btc)),
        ];
        yield return new Send([
            new Posting
            {
                Id = ids.Transaction(100_000),
                Book = "live",
                Kind = "prologue",
                Steps = [.. live, .. money],
            },
            new Posting
            {
                Id = ids.Transaction(100_001),
                Book = "sandbox",
                Kind = "prologue",
                Steps = [.. sandbox],
            },
        ]);
    }

    Step OpenPlanned(int number) =>
        Plan[number] is var (_, currency, of, floor, ceiling)
            ? new Open(ids.Account(number), Currency.Of(currency), of, floor, ceiling, $"owner {number}")
            : throw new InvalidOperationException();

    /// <summary>Gives the postings their ids: fresh ones, but for a few that were used before. Reversals name earlier ones.</summary>
    IEnumerable<Operation> Numbered(IEnumerable<PlannedOperation> plans)
    {
        var next = 0;
        var bulks = 0;
        foreach (var plan in plans)
        {
            List<Posting> postings = [];
            foreach (var (roll, reverses, posting) in plan.Postings)
            {
                var id =
                    roll % 16 == 0 && next > 0 ? ids.Transaction(roll / 16 % next)
                    : roll % 97 == 1 ? ids.Bulk(0)
                    : ids.Transaction(next++);
                // Mostly one of the last few, which may well be reversible; sometimes itself, or one long before.
                int? original = reverses is { } back ? Math.Max(0, next - 1 - (back % 4 == 0 ? back / 4 % (next + 1) : back % 5)) : null;
                postings.Add(posting with { Id = id, Reverses = original is { } number ? ids.Transaction(number) : null });
            }

            if (plan.Kind is >= 20 and < 24)
            {
                // Undone, that undone, and undone again: the last two are refused if the first was posted.
                var last = postings[^1];
                foreach (var original in (Guid[])[last.Id, ids.Transaction(next), last.Id])
                    postings.Add(
                        new Posting
                        {
                            Id = ids.Transaction(next++),
                            Book = last.Book,
                            Kind = "undo",
                            Reverses = original,
                        }
                    );
            }

            var operation = plan.Kind switch
            {
                < 3 => new Wait(unit * plan.Roll),
                < 8 => new Again(plan.Roll),
                < 20 => new SendAll(
                    plan.Roll == 0 ? ids.Transaction(0)
                        : plan.Roll < 3 ? ids.Bulk(0)
                        : ids.Bulk(bulks++),
                    postings
                ),
                _ => new Send(postings) as Operation,
            };
            if (IsWellFormed(operation))
                yield return operation;
        }
    }

    static bool IsWellFormed(Operation operation) =>
        operation switch
        {
            Send send => send.Postings.All(p => PostingRules.FirstFlaw(p) is null),
            SendAll all => all.Postings.All(p => PostingRules.FirstFlaw(p) is null)
                && PostingRules.FirstBulkFlaw(all.Bulk, all.Postings) is null,
            _ => true,
        };

    Gen<PlannedOperation> Operation() =>
        from kind in Gen.Choose(0, 99)
        from roll in Gen.Choose(0, 30)
        from count in Gen.Frequency((6, Gen.Constant(1)), (3, Gen.Choose(2, 5)))
        from postings in Posting().ArrayOf(count)
        select new PlannedOperation(kind, roll, postings);

    Gen<PlannedPosting> Posting() =>
        from roll in Gen.Choose(0, 100_000)
        from reverses in Gen.Frequency((8, Gen.Constant<int?>(null)), (1, Gen.Choose(0, 10_000).Select(n => (int?)n)))
        from place in Gen.Elements(Groups)
        from book in Gen.Frequency((30, Gen.Constant(place.Book)), (1, Gen.Elements("live", "sandbox", "nowhere")))
        from count in Gen.Frequency((6, Gen.Constant(1)), (4, Gen.Choose(2, 4)))
        from steps in Step(place.First, place.Count).ArrayOf(count)
        from conditions in Gen.Frequency(
            (5, Gen.Constant<Condition[]>([])),
            (2, Condition(place.First, place.Count).ArrayOf(1)),
            (1, Condition(0, KnownAccounts).ArrayOf(2))
        )
        from forced in Gen.Choose(0, 11)
        from date in Gen.Frequency(
            (9, Gen.Constant<DateOnly?>(null)),
            (1, Gen.Choose(0, 20_000).Select(d => (DateOnly?)new DateOnly(1990, 1, 1).AddDays(d)))
        )
        from said in AnyText.Said
        select new PlannedPosting(
            roll,
            reverses,
            new Posting
            {
                Id = Guid.Empty,
                Book = book,
                Kind = forced == 0 ? "card_clearing" : "payment",
                Steps = reverses is null ? steps : [],
                Conditions = conditions,
                EffectiveDate = date,
                Forced = forced == 0,
                Reference = said.Reference,
                Description = said.Description,
                Metadata = said.Metadata,
            }
        );

    Gen<Guid> Account(int first, int count) =>
        Gen.Frequency((40, Gen.Choose(first, first + count - 1)), (1, Gen.Choose(0, KnownAccounts + 3))).Select(ids.Account);

    Gen<Guid> Reservation => Gen.Choose(0, Reservations).Select(ids.Reservation);

    Gen<Amount> Money(int first) =>
        from value in AnyText.Amount
        from code in Gen.Frequency(
            (30, Gen.Constant(Plan[Math.Min(first, KnownAccounts - 1)].Currency)),
            (1, Gen.Elements("KES", "USD", "BTC"))
        )
        select new Amount(value, Currency.Of(code));

    Gen<Step> Step(int first, int count) =>
        Gen.Frequency(
            (12, Leg(first, count)),
            (5, Drawing(first, count)),
            (5, Reserving(first, count)),
            (
                3,
                from id in Reservation
                from part in Gen.Frequency((1, Gen.Constant<Amount?>(null)), (1, Money(first).Select(m => (Amount?)m)))
                select new Release(id, part) as Step
            ),
            (1, Opening()),
            (2, Changing(first, count)),
            (1, Account(first, count + 1).Select(a => new Close(a) as Step))
        );

    Gen<Step> Leg(int first, int count) =>
        from debit in Account(first, count)
        from credit in Account(first, count)
        from amount in Money(first)
        select new Leg(debit, credit, amount) as Step;

    Gen<Step> Drawing(int first, int count) =>
        from leg in Leg(first, count)
        from reservation in Reservation
        select (Leg)leg with { Reservation = reservation } as Step;

    Gen<Step> Reserving(int first, int count) =>
        from id in Reservation
        from account in Account(first, count)
        from amount in Money(first)
        from expires in Gen.Frequency((1, Gen.Constant<int?>(null)), (2, Gen.Choose(-2, 120).Select(n => (int?)n)))
        select new Reserve(id, account, amount, epoch + (unit * expires)) as Step;

    Gen<Step> Opening() =>
        from number in Gen.Choose(0, KnownAccounts + 3)
        from floor in AnyText.Bound
        from ceiling in AnyText.Bound
        from code in Gen.Elements("KES", "BTC")
        from of in Gen.Elements(Enum.GetValues<AccountClass>())
        select new Open(ids.Account(number), Currency.Of(code), of, floor, ceiling, number % 2 == 0 ? $"owner {number}" : null) as Step;

    Gen<Step> Changing(int first, int count) =>
        from account in Account(first, count)
        from freeze in Gen.Elements<Freeze?>(null, Freeze.None, Freeze.None, Freeze.Debit, Freeze.Credit, Freeze.Both)
        from floor in Gen.Frequency((3, Gen.Constant<Limit?>(null)), (1, AnyText.Bound.Select(b => (Limit?)new Limit(b))))
        from ceiling in Gen.Frequency((3, Gen.Constant<Limit?>(null)), (1, AnyText.Bound.Select(b => (Limit?)new Limit(b))))
        select new Change(account, freeze, floor, ceiling) as Step;

    Gen<Condition> Condition(int first, int count) =>
        Gen.OneOf(
            from account in Account(first, count)
            from atLeast in Gen.Choose(-50, 350)
            select new AvailableAtLeast(account, atLeast) as Condition,
            from account in Account(first, count)
            from tag in Gen.Elements("daily", "monthly")
            from start in Gen.Choose(0, 2)
            from length in Gen.Frequency((8, Gen.Constant(40)), (1, Gen.Choose(1, 90)))
            from most in Gen.Frequency((1, Gen.Constant<decimal?>(null)), (4, Gen.Choose(0, 400).Select(n => (decimal?)n)))
            select new TurnoverAtMost(account, tag, epoch + (unit * 40 * start), epoch + (unit * ((40 * start) + length)), most)
                as Condition
        );

    sealed record PlannedOperation(int Kind, int Roll, IReadOnlyList<PlannedPosting> Postings);

    sealed record PlannedPosting(int Roll, int? Reverses, Posting Posting);
}
