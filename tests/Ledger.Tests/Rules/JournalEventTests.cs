using Hazina.Ledger.Reading;
using Hazina.Platform.Events;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>The journal as a source of events, and a module's own events alongside.</summary>
public sealed class JournalEventTests
{
    static readonly EventType<Paid> PaymentMade = new("trial.payment.made.v1", "A payment was made.");

    [Fact]
    public async Task Runs_end_with_a_batch_and_together_are_the_journal()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var posted = await PostLarge(journal, JournalEvents.MostNumbered / Posting.MaxSteps + 3);
        var source = new JournalEvents(ledger.Open());
        var last = await ledger.Ask<long>("select max(seq) from ledger.journal");

        List<PositionRange> runs = [];
        for (long position = 0; position < last; position = runs[^1].Last)
        {
            var run = (await source.Next(position, default))!;
            Assert.Equal(run.UpTo < last, run.HasMore);
            Assert.True(await ledger.Ask<bool>($"select exists (select from ledger.batches where last_row = {run.UpTo})"));
            Assert.All(run.Parts, p => Assert.True(p.Book == "live" && position < p.First && p.First <= p.Last && p.Last <= run.UpTo));
            runs.Add(new PositionRange(position + 1, run.UpTo));
        }

        Assert.True(runs.Count > 1, "It is all one run.");
        Assert.Null(await source.Next(last, default));
        var told = await All(source, Events.All, runs, limit: 1_000);
        Assert.Equal(
            posted.Select(p => p.ToString()),
            told.Where(IsPosted).Select(e => e.Event.Key).Where(k => posted.Contains(Guid.Parse(k)))
        );
        Assert.Equal(await ledger.Ask<long>("select count(*) from ledger.journal where kind <> 1"), told.Count(e => !IsPosted(e)));
    }

    [Fact]
    public async Task What_is_read_at_once_is_bounded_and_a_large_transaction_is_never_cut()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var posted = await PostLarge(await ledger.StartAsync(), 12);
        var source = new JournalEvents(ledger.Open());
        PositionRange everything = new(1, long.MaxValue);
        var page = await source.Read(Selection([Events.TransactionPosted], [everything], 1_000), default);
        Assert.True(page.IsCut);
        Assert.InRange(page.Events.Sum(e => Legs(e).Count), Posting.MaxSteps, JournalEvents.MostRead);

        var all = await All(source, [Events.TransactionPosted], [everything], limit: 1_000);
        Assert.Equal(posted.Select(p => p.ToString()), all.Select(e => e.Event.Key).Where(k => posted.Contains(Guid.Parse(k))));
        Assert.All(all.Where(e => posted.Contains(Guid.Parse(e.Event.Key))), e => Assert.Equal(Posting.MaxSteps, Legs(e).Count));

        // From the middle of one: its event is at the first leg, so it is not told again.
        var middle = new PositionRange(all[3].Position + 1, all[4].Position);
        Assert.Equal(all[4], Assert.Single((await source.Read(Selection(Events.All, [middle], 10), default)).Events));
    }

    [Fact]
    public async Task An_event_is_the_same_each_time_it_is_read_and_its_id_tells_when()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        for (var i = 1; i <= 20; i++)
            Assert.True((await journal.Post(Given.Transfer(i, 1))).IsPosted);
        PositionRange everything = new(1, long.MaxValue);
        var first = await All(new JournalEvents(ledger.Open()), Events.All, [everything], limit: 7);
        var again = await All(new JournalEvents(ledger.Open()), Events.All, [everything], limit: 1_000);
        Assert.Equal(first, again);
        Assert.Equal(first.Count, first.Select(e => e.Event.Id).Distinct().Count());
        Assert.All(
            first,
            e =>
            {
                Assert.Equal((7, 0x80), (e.Event.Id.Version, e.Event.Id.ToByteArray()[8] & 0xC0));
                var time = Convert.ToInt64(e.Event.Id.ToString("N")[..12], 16);
                Assert.Equal(e.Event.OccurredAt.ToUnixTimeMilliseconds(), time);
            }
        );
    }

    static async Task<List<Guid>> PostLarge(Journal journal, int count)
    {
        var legs = Enumerable.Range(0, Posting.MaxSteps).Select(_ => new Leg(Given.Cash, Given.Wallet(), Given.Amount(1))).ToList();
        var outcomes = await journal.PostMany([.. Enumerable.Range(1, count).Select(i => Given.Posting(i, legs))]);
        Assert.All(outcomes, o => Assert.True(o.IsPosted, o.Code));
        return [.. Enumerable.Range(1, count).Select(Given.Tx)];
    }

    /// <summary>Page by page.</summary>
    static async Task<List<DerivedEvent>> All(
        JournalEvents source,
        IReadOnlyList<EventType> types,
        IReadOnlyList<PositionRange> ranges,
        int limit
    )
    {
        List<DerivedEvent> all = [];
        while (true)
        {
            var after = all.Count > 0 ? all[^1].Position : 0;
            var rest = ranges.Where(r => r.Last > after).Select(r => r with { First = Math.Max(r.First, after + 1) }).ToList();
            var page = await source.Read(Selection(types, rest, limit), default);
            all.AddRange(page.Events);
            if (!page.IsCut && page.Events.Count < limit)
                return all;
        }
    }

    static EventSelection Selection(IReadOnlyList<EventType> types, IReadOnlyList<PositionRange> ranges, int limit) =>
        new(Book: null, [.. types.Select(t => t.Name)], ranges, limit);

    static bool IsPosted(DerivedEvent told) => told.Event.Type == Events.TransactionPosted.Name;

    static IReadOnlyList<PostedLeg> Legs(DerivedEvent told) =>
        new StoredEvent(1, default, told.Event.Type, null, "", default, told.Event.Data).Read(Events.TransactionPosted).Legs;

    [Fact]
    public async Task A_modules_event_is_told_if_and_when_the_money_has_moved_in_the_order_of_the_postings()
    {
        await using var ledger = await RealLedger.CreateAsync();
        await ledger.Execute(OutboxOwnerSql);
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([
            .. Enumerable
                .Range(1, 20)
                .Select(i =>
                    Given.Transfer(i, i % 5 == 0 ? 1_000_000 : 1) with
                    {
                        WhenPosted = [AlongsideRow.Event(PaymentMade, "live", $"payment{i}", new Paid(i))],
                    }
                ),
        ]);
        Assert.Equal(16, outcomes.Count(o => o.IsPosted));

        Assert.Equal(
            string.Join(' ', Enumerable.Range(1, 20).Where(i => i % 5 != 0).Select(i => $"payment{i}")),
            await ledger.Ask<string>("select string_agg(key, ' ' order by seq) from trial.outbox")
        );
        Assert.True(
            await ledger.Ask<bool>("select bool_and(o.occurred_at in (select recorded_at from ledger.batches)) from trial.outbox as o")
        );
    }

    sealed record Paid(int Number);

    const string OutboxOwnerSql = """
        create table trial.outbox (
            seq         bigint      generated always as identity primary key,
            id          uuid        not null,
            type        text        not null,
            book        text,
            key         text        not null,
            is_public   boolean     not null,
            occurred_at timestamptz not null,
            data        jsonb       not null
        );
        grant select, insert, delete on trial.outbox to trial_writer;
        """;
}
