using Dapper;
using Hazina.Insight.Trail;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Insight.Tests.Trail;

/// <summary>A trail on a database of its own, without a server: entries are appended by hand, and tampered with by whoever owns the database.</summary>
sealed class ScratchTrail : IAsyncDisposable
{
    readonly TestDatabase test;
    long number;

    ScratchTrail(TestDatabase test, Database database) => (this.test, Database) = (test, database);

    public Database Database { get; }

    public ManualTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public static async Task<ScratchTrail> CreateAsync(int entries = 0)
    {
        var fresh = await HazinaDatabase.CreateAsync();
        var trail = new ScratchTrail(fresh, Database.Owned(fresh.ConnectionString));
        for (var i = 0; i < entries; i++)
            await trail.Append(trail.Event());
        return trail;
    }

    public Task Append(params StoredEvent[] told) => new AuditAppender(Database, Time).Append(told, CancellationToken.None);

    public StoredEvent Event(string? address = "192.0.2.7", object? after = null)
    {
        var told = Audit
            .TypeOf("sample")
            .Of(
                null,
                "thing:1",
                Time.GetUtcNow(),
                new AuditRecord(
                    "sample.thing.moved",
                    AuditActorType.User,
                    "asha",
                    "thing",
                    "1",
                    System.Text.Json.JsonSerializer.SerializeToElement(new { place = 1.50m }),
                    System.Text.Json.JsonSerializer.SerializeToElement(
                        after
                            ?? new
                            {
                                place = "Kisumu – \"east\"",
                                b = new[] { 1, 2 },
                                a = true,
                            }
                    ),
                    "live",
                    Guid.CreateVersion7(),
                    "req_12345678",
                    address,
                    address is null ? null : "curl/8 <x> é"
                )
            );
        return new StoredEvent(++number, told.Id, told.Type, told.Book, told.Key, told.OccurredAt, told.Data);
    }

    public Task<AuditReport> Verify(AuditMark? known = null) => AuditTrail.Verify(Database, known);

    /// <summary>As a superuser whom no trigger stops.</summary>
    public async Task Tamper(string sql)
    {
        await using var connection = new NpgsqlConnection(test.ConnectionString);
        await connection.ExecuteAsync("set session_replication_role = replica; " + sql);
    }

    /// <summary>As the owner of the tables, whom the triggers stop.</summary>
    public NpgsqlDataSource Owner() => NpgsqlDataSource.Create(test.ConnectionString);

    public async Task<T> Ask<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(test.ConnectionString);
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await test.DisposeAsync();
    }
}
