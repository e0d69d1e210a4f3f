using Dapper;
using Hazina.Host;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;
using Hazina.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hazina.Platform.Tests.Events;

/// <summary>
/// Events that are stored and events that are made of the journal, of both books, in one log: pages of it against what a naive reading of the tables says.
/// </summary>
public sealed class MixedLogTests : IAsyncLifetime
{
    static readonly string[] LedgerTypes = [.. Ledger.Events.All.Select(t => t.Name)];

    readonly int seed = int.TryParse(Environment.GetEnvironmentVariable("HAZINA_SEED"), out var given) ? given : Random.Shared.Next();
    TestDatabase database = null!;
    HazinaApp app = null!;
    EventLog log = null!;

    public async ValueTask InitializeAsync()
    {
        database = await HazinaDatabase.CreateAsync();
        await using (var owned = Database.Owned(database.ConnectionString))
            await new Migrator(owned).Migrate([.. Modules.Schemas, SampleModule.Schema]);
        app = await HazinaApp.StartAsync(database, add: s => s.AddOutbox("sample").AddEvents([SampleModule.Moved, SampleModule.Hidden]));
        log = app.Services.GetRequiredService<EventLog>();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Pages_of_a_mixed_log_are_what_the_tables_say()
    {
        try
        {
            await Happen(new Random(seed));
            var model = await Model();
            Assert.Equal(Enumerable.Range(0, 2), model.Select(e => e.Book == "live" ? 0 : 1).Distinct().Order());
            Assert.Superset(LedgerTypes.ToHashSet(), model.Select(e => e.Type).ToHashSet());
            await PagesAre(model, new Random(seed));
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"With HAZINA_SEED={seed}: {e.Message}", e);
        }
    }

    /// <summary>The ledger and another module at work, while three processes relay: the server, and two that come and go.</summary>
    async Task Happen(Random random)
    {
        var journal = app.Services.GetRequiredService<Journal>();
        LedgerScript[] books = [new("live", random), new("sandbox", random)];
        foreach (var book in books)
            Assert.True((await journal.Post(book.Begin())).IsPosted);
        var place = 0;
        for (var i = 0; i < 150; i++)
        {
            var posting = journal.PostMany([.. Enumerable.Range(0, random.Next(4)).Select(_ => books[random.Next(2)].Next())]);
            var told = random.Next(3) == 0 ? Tell(random, ref place) : Task.CompletedTask;
            using var dying = new CancellationTokenSource();
            var relaying = random.Next(4) == 0 ? Task.WhenAll(Step(dying.Token), Step(CancellationToken.None)) : Task.CompletedTask;
            if (random.Next(2) == 0)
                await dying.CancelAsync();
            await Task.WhenAll(posting, told, relaying);
        }

        await Eventually.TrueAsync(
            async () =>
                await Ask<bool>(
                    """
                    select not exists (select from ledger.reservations where status = 'ACTIVE' and expires_at is not null)
                       and not exists (select from sample.outbox)
                       and (select position from platform.event_sources) = (select max(seq) from ledger.journal)
                    """
                ),
            "all has expired and is told"
        );
    }

    Task Tell(Random random, ref int place)
    {
        var events = new List<NewEvent>();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var type = random.Next(4) == 0 ? SampleModule.Hidden : SampleModule.Moved;
            var book = random.Next(5) switch
            {
                0 => null,
                1 => "sandbox",
                _ => "live",
            };
            events.Add(type.Of(book, $"thing{random.Next(3)}", DateTimeOffset.UnixEpoch, new ThingMoved("thing", ++place)));
        }

        return Write();

        async Task Write()
        {
            await using var connection = await app.Database.Requests("sample").OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await Outbox.Write(transaction, events);
            await transaction.CommitAsync();
        }
    }

    async Task Step(CancellationToken stopping)
    {
        var relay = new EventRelay(
            app.Database,
            log,
            [new OutboxName("sample")],
            app.Services.GetServices<EventSource>(),
            TimeProvider.System,
            NullLogger<EventRelay>.Instance
        );
        try
        {
            await relay.Step(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { }
    }

    /// <summary>All events, from the tables alone, one row at a time.</summary>
    async Task<List<ModelEvent>> Model()
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        var stored = await connection.QueryAsync<ModelEvent>(
            "select number, type, book, key, id, is_public, null::bigint as seq, null::timestamptz as at, null::uuid as fact, 0 as leg from platform.events"
        );
        var derived = (await connection.QueryAsync<ModelEvent>(ModelOwnerSql, new { types = LedgerTypes }))
            .Select(e => e with { Id = EventSource.IdOf(e.At!.Value, e.Fact!.Value, e.Leg) })
            .ToList();
        Assert.Equal(await Ask<long>(RowsOwnerSql), derived.Count);
        Assert.Equal(derived.Count, derived.Select(e => e.Seq).Distinct().Count());
        List<ModelEvent> all = [.. stored.Concat(derived).OrderBy(e => e.Number)];
        Assert.Equal(all.Count, all.Select(e => e.Number).Distinct().Count());
        Assert.Equal(all.Count, all.Select(e => e.Id).Distinct().Count());
        Assert.Equal(derived.Select(e => e.Seq).Order(), all.Where(e => e.Seq is not null).Select(e => e.Seq));
        Assert.True(all[^1].Number <= await log.Last(default));
        return all;
    }

    async Task PagesAre(List<ModelEvent> model, Random random)
    {
        string?[] types = [null, .. LedgerTypes, SampleModule.Moved.Name];
        foreach (var book in (string[])["live", "sandbox", "other"])
        {
            foreach (var type in types)
            {
                var shown = model.Where(e => e.IsPublic && e.Book == book && (type is null || e.Type == type)).ToList();
                await AllPages(shown, random.Next(1, 5), (after, limit) => log.Shown(book, type, after, limit, default));
                await AllPages(shown, random.Next(5, 1_000), (after, limit) => log.Shown(book, type, after, limit, default));
                for (var i = 0; i < 5; i++)
                {
                    var (after, limit) = (random.NextInt64(model[^1].Number + 2), random.Next(1, 40));
                    Same(shown.Where(e => e.Number > after), limit, await log.Shown(book, type, after, limit, default));
                }
            }
        }

        var last = await log.Last(default);
        for (var i = 0; i < 20; i++)
        {
            string[]? some = i == 0 ? null : [.. types.OfType<string>().Append(SampleModule.Hidden.Name).Where(_ => random.Next(3) == 0)];
            var heard = model.Where(e => some is null || some.Contains(e.Type)).ToList();
            await AllPages(heard, random.Next(1, 100), (after, limit) => log.Between(some, after, last, limit, default));
        }
    }

    static async Task AllPages(List<ModelEvent> expected, int limit, Func<long, int, Task<EventPage>> read)
    {
        var (after, seen) = (0L, 0);
        for (var more = true; more; )
        {
            var page = await read(after, limit);
            Same(expected.Skip(seen), limit, page);
            (more, seen) = (page.HasMore, seen + page.Events.Count);
            after = page.Events.Count > 0 ? page.Events[^1].Number : after;
            // Once more, and it is the same.
            if (seen % 3 == 0 && page.Events.Count > 0)
                Assert.Equal(page.Events[^1], (await read(page.Events[^1].Number - 1, 1)).Events.Single());
        }

        Assert.Equal(expected.Count, seen);
    }

    static void Same(IEnumerable<ModelEvent> expected, int limit, EventPage page)
    {
        var next = expected.Take(limit + 1).ToList();
        Assert.Equal(
            next.Take(limit).Select(e => (e.Number, e.Id, e.Type, e.Book, e.Key ?? Key(e.Number))),
            page.Events.Select(e => (e.Number, e.Id, e.Type, e.Book, e.Key))
        );
        Assert.Equal(next.Count > limit, page.HasMore);

        string Key(long number) => page.Events.FirstOrDefault(e => e.Number == number)?.Key ?? "";
    }

    async Task<T> Ask<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    /// <param name="Key">Null: not known to the model.</param>
    sealed record ModelEvent(
        long Number,
        string Type,
        string? Book,
        string? Key,
        Guid Id,
        bool IsPublic,
        long? Seq,
        DateTimeOffset? At,
        Guid? Fact,
        int Leg
    );

    const string RowsOwnerSql = """
        select (select count(*) from ledger.journal where kind <> 1) + (select count(distinct transaction_id) from ledger.journal where kind = 1)
        """;

    const string ModelOwnerSql = """
        with told as (
            select distinct on (j.transaction_id, case when j.kind = 1 then 0 else j.seq end)
                   j.seq, j.leg, j.transaction_id, j.recorded_at, a.book, (@types::text[])[case j.kind
                       when 1 then 1 when 5 then 2 when 6 then 3 when 7 then 4 when 2 then 5 when 3 then 6 when 4 then 7 end] as type,
                   case when j.kind = 1 then null else a.id::text end as key
            from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
            order by j.transaction_id, case when j.kind = 1 then 0 else j.seq end, j.seq
        )
        select t.seq + r.shift as number, t.type, t.book, t.key, t.transaction_id as id, true as is_public, t.seq, t.recorded_at as at,
               t.transaction_id as fact, t.leg
        from told as t
        join platform.event_runs as r
          on r.source = 'ledger.journal' and r.book = t.book and r.type = t.type and t.seq + r.shift between r.first and r.last
        """;

    /// <summary>What happens in a book: every kind of row, alone and together.</summary>
    sealed class LedgerScript(string book, Random random)
    {
        static readonly Currency Kes = Currency.Of("KES");

        readonly List<Guid> accounts = [];
        readonly List<Guid> holds = [];
        readonly Guid cash = Guid.CreateVersion7();

        public Posting Begin() => Of([new Open(cash, Kes, AccountClass.Asset), .. Opened(), .. Opened()]);

        public Posting Next()
        {
            var account = accounts[random.Next(accounts.Count)];
            var hold = Guid.CreateVersion7();
            var closed = Guid.CreateVersion7();
            switch (random.Next(9))
            {
                case 0:
                    return Of([.. Opened()]);
                case 1:
                    return Of([Paid(account), .. Opened(), Paid(account), new Change(account, Ceiling: new Limit(1_000_000))]);
                case 2:
                    holds.Add(hold);
                    return Of([Paid(account), new Reserve(hold, account, new Amount(2, Kes), null)]);
                case 3:
                    return Of([new Reserve(hold, account, new Amount(1, Kes), Soon())]);
                case 4 when holds.Count > 0:
                    return Of([new Release(holds[random.Next(holds.Count)], new Amount(1, Kes))]);
                case 5:
                    return Of([new Open(closed, Kes, AccountClass.Liability, Floor: 0), new Close(closed)]);
                case 6:
                    return Of([new Change(account, Floor: new Limit(-random.Next(5)))]);
                default:
                    return Of([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Paid(account))]);
            }
        }

        IEnumerable<Step> Opened()
        {
            accounts.Add(Guid.CreateVersion7());
            return [new Open(accounts[^1], Kes, AccountClass.Liability, Floor: 0), Paid(accounts[^1])];
        }

        Leg Paid(Guid account) => new(cash, account, new Amount(10, Kes));

        static DateTimeOffset Soon()
        {
            var soon = DateTimeOffset.UtcNow.AddMilliseconds(300);
            return new DateTimeOffset(soon.Ticks - (soon.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        }

        Posting Of(IReadOnlyList<Step> steps) =>
            new()
            {
                Id = Guid.CreateVersion7(),
                Book = book,
                Kind = "test",
                Steps = steps,
            };
    }
}
