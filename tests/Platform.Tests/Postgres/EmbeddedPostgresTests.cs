using Hazina.Testing;
using Npgsql;

namespace Hazina.Platform.Tests.Postgres;

public sealed class EmbeddedPostgresTests
{
    [Fact]
    public async Task A_test_database_is_empty_and_takes_any_letter()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT lower('ÄŞ') || (SELECT count(*) FROM pg_tables WHERE schemaname = 'public')", connection);
        Assert.Equal("äş0", await command.ExecuteScalarAsync());
    }
}
