using Hazina.Platform.Postgres.Embedded;
using Hazina.Testing;
using Npgsql;

namespace Hazina.Platform.Tests.Postgres;

static class EmbeddedOptions
{
    /// <summary>A server that is thrown away, in a folder of its own.</summary>
    public static EmbeddedPostgresOptions In(string folder) =>
        new()
        {
            DataFolder = folder,
            BinariesFolder = TestPostgres.BinariesFolder,
            Settings = TestPostgres.Settings,
            Durable = false,
        };

    public static async Task<string?> AskAsync(this EmbeddedPostgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync());
    }

    public static Task RunAsync(this EmbeddedPostgres postgres, string sql) => postgres.AskAsync(sql);
}
