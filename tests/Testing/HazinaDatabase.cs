using Hazina.Host;
using Hazina.Platform.Postgres;

namespace Hazina.Testing;

/// <summary>A database with every module's tables, copied from one that is migrated once per test process.</summary>
public static class HazinaDatabase
{
    static readonly Lazy<Task<string>> Template = new(async () =>
    {
        // Not disposed: it is the template for as long as the process lives, and goes with its server.
        var template = await TestDatabase.CreateAsync();
        await using var database = Database.Owned(template.ConnectionString);
        await new Migrator(database).Migrate(Modules.Schemas);
        return template.Name;
    });

    static readonly SemaphoreSlim OneCopyAtATime = new(1);

    public static async Task<TestDatabase> CreateAsync()
    {
        var template = await Template.Value;
        await OneCopyAtATime.WaitAsync();
        try
        {
            return await TestDatabase.CreateAsync(template);
        }
        finally
        {
            OneCopyAtATime.Release();
        }
    }
}
