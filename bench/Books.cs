using System.Buffers;
using System.Text.Unicode;
using Hazina.Host;
using Hazina.Ledger;
using Hazina.Ledger.Reading;
using Hazina.Money;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Bench;

/// <summary>Hazina's ledger in a database of its own on the bench's server, with the accounts that the transfers go between.</summary>
sealed class Books : IAsyncDisposable
{
    /// <summary>That all of it is in.</summary>
    public const string Book = "live";
    const string Kind = "transfer";
    static readonly Currency Currency = Currency.Of("KES");

    // Errors belong beside the figures, never among them.
    readonly ILoggerFactory logs = LoggerFactory.Create(log =>
        log.AddSimpleConsole(line => line.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
    );

    readonly Database database;
    Journal? journal;
    Guid[] accounts = [];

    Books(string ownerConnectionString)
    {
        ConnectionString = ownerConnectionString;
        database = Database.Owned(ownerConnectionString, logs);
    }

    /// <summary>The owner's; another process joins by it.</summary>
    public string ConnectionString { get; }

    /// <summary>How many accounts the transfers go between.</summary>
    public int Accounts => accounts.Length;

    public Journal Journal => journal ?? throw new InvalidOperationException("The books are closed.");

    /// <summary>From the numbers that traffic has.</summary>
    public Guid IdOf(int account) => accounts[account - 1];

    /// <summary>Reads the open journal as the API does.</summary>
    public BookReader Reader() => new(Journal, database);

    /// <summary>Makes the database and opens its accounts.</summary>
    public static async Task<Books> Make(string server, string name, int accounts, CancellationToken stop)
    {
        var books = await MakeEmpty(server, name, stop);
        await books.Open(stop);
        await books.Furnish(accounts, stop);
        await books.Close();
        return books;
    }

    /// <summary>Makes the database and a server's tables in it.</summary>
    public static async Task<Books> MakeEmpty(string server, string name, CancellationToken stop)
    {
        await using (var source = NpgsqlDataSource.Create(server))
        {
            await using var command = source.CreateCommand($"create database {name}");
            await command.ExecuteNonQueryAsync(stop);
        }

        var books = new Books(new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true }.ConnectionString);
        await new Migrator(books.database).Migrate(Modules.Schemas, stop);
        return books;
    }

    /// <summary>Joins books that another process has made.</summary>
    public static async Task<Books> Join(string ownerConnectionString, CancellationToken stop)
    {
        var books = new Books(ownerConnectionString);
        await books.Open(stop);
        books.accounts = [.. books.Journal.State!.Accounts.Select(account => account.Id)];
        return books;
    }

    /// <summary>Starts the journal and waits until it has read itself.</summary>
    public async Task Open(CancellationToken stop)
    {
        journal = new Journal(database, Options.Create(new LedgerOptions()), TimeProvider.System, logs.CreateLogger<Journal>());
        await journal.StartAsync(stop);
        await journal.Reached(0, stop);
    }

    /// <summary>Stops it, so that nothing of it runs while others are measured.</summary>
    public async Task Close()
    {
        if (journal is null)
            return;
        await journal.StopAsync(CancellationToken.None);
        journal.Dispose();
        journal = null;
    }

    /// <summary>A key to post with over HTTP.</summary>
    public async Task<string> MakeKey(CancellationToken stop)
    {
        var keys = new ApiKeys(database, TimeProvider.System, [new PermissionList(Modules.Permissions)]);
        return (await keys.Create("bench", Book, ["ledger.post"], cancellation: stop)).Text;
    }

    /// <summary>The plain posting as a request's JSON.</summary>
    public void WriteJson(in Transfer transfer, IBufferWriter<byte> to)
    {
        var (id, debit, credit, amount) = (transfer.Id, IdOf(transfer.From), IdOf(transfer.To), transfer.Amount);
        Utf8.TryWrite(
            to.GetSpan(512),
            $$"""{"id":"{{id}}","kind":"{{Kind}}","legs":[{"debit":"{{debit}}","credit":"{{credit}}","amount":{"amount":"{{amount}}","currency":"KES"} }]}""",
            out var length
        );
        to.Advance(length);
    }

    public Posting Plain(in Transfer transfer) => Of(transfer.Id, LegOf(transfer));

    /// <summary>Holds a transfer's money back, under the reservation's own id.</summary>
    public Posting Hold(in Transfer transfer, Guid reservation) =>
        Of(transfer.Id, new Reserve(reservation, IdOf(transfer.From), new Amount(transfer.Amount, Currency), ExpiresAt: null));

    /// <summary>Moves what was held.</summary>
    public Posting Capture(in Transfer transfer, Guid id, Guid reservation) => Of(id, LegOf(transfer, reservation));

    /// <summary>
    /// Throws unless the journal holds exactly the postings acknowledged, and the balances that a fresh start reads are the sums of all its legs.
    /// </summary>
    /// <param name="acknowledged">Null where a process was killed before it could tell.</param>
    public async Task Check(long? acknowledged, CancellationToken stop)
    {
        await Open(stop);
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using (var count = source.CreateCommand(CountSql))
        {
            count.CommandTimeout = 0;
            var held = (long)(await count.ExecuteScalarAsync(stop))!;
            if (acknowledged is not null && held != acknowledged)
                throw new InvalidOperationException($"Acknowledged {acknowledged} postings, and the journal holds {held}.");
        }

        var total = 0m;
        await using var command = source.CreateCommand(SumsSql);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var (account, sum) = (Journal.State!.At(reader.GetInt64(0)), reader.GetDecimal(1));
            total += sum;
            if (account.Now.Net != sum)
                throw new InvalidOperationException($"Account {account.Number} stands at {account.Now.Net}, and its legs sum up to {sum}.");
        }

        if (total != 0)
            throw new InvalidOperationException($"The books are off by {total}.");
        await Close();
    }

    public async ValueTask DisposeAsync()
    {
        await Close();
        await database.DisposeAsync();
        logs.Dispose();
    }

    /// <summary>They may go as far below zero as the peers' accounts have money: the same floor is tested, and no row is needed to fund them.</summary>
    async Task Furnish(int count, CancellationToken stop)
    {
        var traffic = new Traffic(0);
        accounts = [.. Enumerable.Range(0, count).Select(_ => traffic.NextId())];
        foreach (var some in accounts.Chunk(10 * Posting.MaxSteps))
        {
            var opened = some.Select(id => (Step)new Open(id, Currency, AccountClass.Liability, Floor: -Traffic.Opening));
            await Post([.. opened.Chunk(Posting.MaxSteps).Select(steps => Opening(traffic.NextId(), steps))], stop);
        }
    }

    async Task Post(IReadOnlyList<Posting> postings, CancellationToken stop)
    {
        var outcomes = await Journal.PostMany(postings, stop);
        if (outcomes.FirstOrDefault(outcome => !outcome.IsPosted) is { } refused)
            throw new InvalidOperationException($"{refused.Status}: {refused.Code} {refused.Field}");
    }

    Leg LegOf(in Transfer transfer, Guid? reservation = null) =>
        new(IdOf(transfer.From), IdOf(transfer.To), new Amount(transfer.Amount, Currency), reservation);

    static Posting Of(Guid id, Step step) =>
        new()
        {
            Id = id,
            Book = Book,
            Kind = Kind,
            Steps = [step],
        };

    static Posting Opening(Guid id, Step[] steps) =>
        new()
        {
            Id = id,
            Book = Book,
            Kind = "opening",
            Steps = steps,
        };

    const string CountSql = "select count(*) from ledger.journal where leg = 0 and business_kind = 'transfer'";

    const string SumsSql = """
        select account, sum(amount)
        from (
            select debit_account as account, sum(amount) as amount from ledger.journal where kind = 1 group by debit_account
            union all
            select credit_account, -sum(amount) from ledger.journal where kind = 1 group by credit_account
        ) sides
        group by account
        """;
}
