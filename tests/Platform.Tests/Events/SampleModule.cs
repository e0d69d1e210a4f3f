using System.ComponentModel;
using Dapper;
using Hazina.Host;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;
using Hazina.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hazina.Platform.Tests.Events;

/// <summary>A module of these tests, with a fact, an outbox, and several processes that relay it and listen to it.</summary>
sealed class SampleModule : IAsyncDisposable
{
    public static readonly EventType<ThingMoved> Moved = new("sample.thing.moved.v1", "A thing has moved.");
    public static readonly EventType<ThingMoved> Hidden = new("sample.thing.hidden.v1", "A thing was hidden.", isPublic: false);

    public static readonly ModuleSchema Schema = new("Sample", [("V1.0.0__sample.sql", TablesOwnerSql)]);

    readonly TestDatabase test;
    readonly EventSource[] sources;
    readonly ServiceProvider services = new ServiceCollection().BuildServiceProvider();
    readonly NpgsqlDataSource superuser;

    SampleModule(TestDatabase test, Database database, EventSource[] sources)
    {
        (this.test, Database, this.sources) = (test, database, sources);
        Log = new EventLog(database, sources);
        superuser = NpgsqlDataSource.Create(test.ConnectionString);
    }

    public Database Database { get; }

    public EventLog Log { get; }

    public ManualTime Time { get; } = new();

    public static async Task<SampleModule> CreateAsync(params EventSource[] sources)
    {
        var fresh = await HazinaDatabase.CreateAsync();
        var database = Database.Owned(fresh.ConnectionString);
        await new Migrator(database).Migrate([.. Modules.Schemas, Schema]);
        return new SampleModule(fresh, database, sources);
    }

    /// <summary>Another process.</summary>
    public EventRelay Relay() => new(Database, Log, [new OutboxName("sample")], sources, Time, NullLogger<EventRelay>.Instance);

    /// <summary>Another process.</summary>
    public ListenerRunner Runner(params Listener[] listeners) =>
        new(
            listeners,
            new ListenerTable(Database),
            Log,
            services.GetRequiredService<IServiceScopeFactory>(),
            Time,
            NullLogger<ListenerRunner>.Instance
        );

    public ParkedEvents Parked => new(Database, Time);

    public NewEvent Event(string key, int place, string? book = "live", EventType<ThingMoved>? type = null) =>
        (type ?? Moved).Of(book, key, Time.GetUtcNow(), new ThingMoved(key, place));

    /// <summary>The fact and its event, as one verb writes them: the fact first, under its row's lock.</summary>
    public async Task<NpgsqlTransaction> BeginMove(string key, int place)
    {
        var connection = await Database.Requests("sample").OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync(MoveOwnerSql, new { key, place }, transaction);
        await Outbox.Write(transaction, Event(key, place));
        return transaction;
    }

    public static async Task Commit(NpgsqlTransaction transaction)
    {
        var connection = transaction.Connection!;
        await transaction.CommitAsync();
        await connection.DisposeAsync();
    }

    public async Task Move(string key, int place) => await Commit(await BeginMove(key, place));

    public async Task Tell(params NewEvent[] events)
    {
        await using var connection = await Database.Requests("sample").OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Outbox.Write(transaction, events);
        await transaction.CommitAsync();
    }

    /// <summary>The log as <c>number key/place</c>.</summary>
    public async Task<IReadOnlyList<string>> Told() =>
        [.. (await Log.Between(types: null, 0, await Log.Last(default), 10_000, default)).Events.Select(e => $"{e.Number} {Text(e)}")];

    public static string Text(StoredEvent stored) =>
        stored.Read(stored.Type == Moved.Name ? Moved : Hidden) is var moved ? $"{moved.Key}/{moved.Place}" : "";

    public async Task<T> Ask<T>(string sql)
    {
        await using var connection = await superuser.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    public Task<long> Waiting() => Ask<long>("select count(*) from sample.outbox");

    public async Task Execute(string sql)
    {
        await using var connection = await superuser.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }

    /// <summary>Has a statement on a table fail, as if the process had died there, until the answer is disposed of.</summary>
    public async Task<IAsyncDisposable> Break(string table, string statement)
    {
        await Execute(
            $"""
            create function sample.fail() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$;
            create trigger fail after {statement} on {table} for each statement execute function sample.fail();
            """
        );
        return new Repair(() => Execute("drop function sample.fail() cascade"));
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await superuser.DisposeAsync();
        await Database.DisposeAsync();
        await test.DisposeAsync();
    }

    sealed class Repair(Func<Task> repair) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await repair();
    }

    const string MoveOwnerSql = """
        insert into sample.things (key, place) values (@key, @place) on conflict (key) do update set place = excluded.place
        """;

    const string TablesOwnerSql = """
        create table sample.things (key text not null primary key, place int not null);
        grant select, insert, update on sample.things to sample;
        create table sample.outbox (
            seq         bigint      generated always as identity primary key,
            id          uuid        not null,
            type        text        not null,
            book        text,
            key         text        not null,
            is_public   boolean     not null,
            occurred_at timestamptz not null,
            data        jsonb       not null
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        grant insert on sample.outbox to sample;
        grant select, insert, delete on sample.outbox to sample_writer;
        """;
}

[Description("A thing and where it is.")]
sealed record ThingMoved([property: Description("Which thing.")] string Key, int Place, string? Remark = null);
