using Hazina.Host;
using Hazina.Platform.Postgres;
using Hazina.Platform.Postgres.Embedded;

namespace Hazina.Cli;

/// <summary>
/// The database for the length of one command: the one that is named, or that of the data folder, whether it is being served at the moment or not.
/// </summary>
sealed class CommandDatabase : IAsyncDisposable
{
    readonly EmbeddedSession? own;

    CommandDatabase(Database database, EmbeddedSession? own) => (Database, this.own) = (database, own);

    /// <summary>With this program's tables.</summary>
    public Database Database { get; }

    /// <exception cref="CommandFailedException">None is named, and the data folder has none.</exception>
    /// <param name="data">The data folder, where no database is named.</param>
    /// <param name="named">As <c>--database</c> has it; null: as the settings have it.</param>
    public static async Task<CommandDatabase> OpenAsync(string data, string? named, CancellationToken ct)
    {
        var options = ServerOptions.From(ServerOptions.Settings(new Dictionary<string, string?> { ["database"] = named }));
        if (!options.HasDatabase)
            DataFolders.RequireDatabase(data);
        var session = options.HasDatabase ? null : await EmbeddedSession.OpenAsync(DataFolders.Database(data), ct);
        var opened = new CommandDatabase(
            (session is null ? options : options with { OwnerConnectionString = session.ConnectionString }).Connect(logs: null),
            session
        );
        try
        {
            await new Migrator(opened.Database).Migrate(Modules.Schemas, ct);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (own is not null)
            await own.DisposeAsync();
    }
}
