using System.Security.Cryptography;
using Hazina.Host;
using Hazina.Identity.Passwords;
using Hazina.Ledger;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hazina.Testing;

/// <summary>The real server on a free port, on a database of its own or on one that several servers share.</summary>
public sealed class HazinaApp : IAsyncDisposable
{
    /// <summary>One each for all servers of a test process, since several may share a database.</summary>
    static readonly string Pepper = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    const int QuickRounds = 4;

    static readonly string FieldKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>What people hand in; a later run sweeps it.</summary>
    static readonly Lazy<TemporaryFolder> Files = new(() => new TemporaryFolder());

    /// <summary>Where all of them keep what people hand in.</summary>
    public static string FilesFolder => Files.Value.Path;

    readonly WebApplication app;
    readonly TestDatabase? own;
    bool isStarted;

    HazinaApp(WebApplication app, TestDatabase? own) => (this.app, this.own) = (app, own);

    public IServiceProvider Services => app.Services;

    public Database Database => app.Services.GetRequiredService<Database>();

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri Address => new(app.Urls.Single());

    /// <summary>Without a key; see <see cref="ClientAsync"/>.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>With every permission, in the book <c>live</c>.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <param name="database">A database made by <see cref="HazinaDatabase"/>, not disposed by this; null: one of its own.</param>
    /// <param name="settings">As in appsettings.json; sections are separated by colons.</param>
    /// <param name="add">More services.</param>
    /// <param name="map">More routes.</param>
    public static async Task<HazinaApp> StartAsync(
        TestDatabase? database = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? add = null,
        Action<IEndpointRouteBuilder>? map = null
    )
    {
        var fresh = database is null ? await HazinaDatabase.CreateAsync() : null;
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["database_owner"] = (database ?? fresh)!.ConnectionString,
                    ["urls"] = "http://127.0.0.1:0",
                    ["log_level"] = nameof(LogLevel.Warning),
                    ["Identity:Pepper"] = Pepper,
                    ["FieldKeys:Keys"] = FieldKey,
                    ["Files:Folder"] = FilesFolder,
                    // Most tests are about what staff does, and not about how they sign in.
                    ["Identity:StaffNeedsSecondFactor"] = "false",
                }
            )
            .AddInMemoryCollection(settings)
            .Build();
        var started = new HazinaApp(Server.Build(ServerOptions.From(configuration), services => Add(services, add), map), fresh);
        try
        {
            await started.app.StartAsync();
            started.isStarted = true;
            await started.LedgerIsReadyAsync();
            started.Anonymous = new HttpClient { BaseAddress = started.Address };
            started.Client = await started.ClientAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    static void Add(IServiceCollection services, Action<IServiceCollection>? add)
    {
        // Passwords are hashed as always, with as few rounds as there are: how slow that is, no test here is about, and thousands of them wait for it.
        services.AddSingleton(s => new PasswordHasher(
            s.GetRequiredService<Pepper>(),
            QuickRounds,
            s.GetRequiredService<ILogger<PasswordHasher>>()
        ));
        add?.Invoke(services);
    }

    /// <summary>Until then it answers that it is not ready, as it should; a ledger that stops is what a test wants to see.</summary>
    async Task LedgerIsReadyAsync()
    {
        var journal = Services.GetRequiredService<Journal>();
        await Eventually.TrueAsync(() => Task.FromResult(journal.Head >= 0 || journal.Failure is not null), "the ledger is read");
    }

    /// <summary>A client with a key of its own.</summary>
    /// <param name="permissions">All that there are when none is named.</param>
    public async Task<HttpClient> ClientAsync(string book = "live", params IReadOnlyList<string> permissions) =>
        ClientWith((await KeyAsync(book, permissions)).Text);

    /// <summary>A key of its own.</summary>
    public Task<NewApiKey> KeyAsync(string book = "live", params IReadOnlyList<string> permissions)
    {
        var keys = app.Services.GetRequiredService<ApiKeys>();
        return keys.Create("test", book, permissions.Count > 0 ? permissions : [.. keys.Permissions.Select(p => p.Name)]);
    }

    public HttpClient ClientWith(string key)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        return client;
    }

    /// <summary>As a signal would: what was accepted is answered first.</summary>
    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Anonymous?.Dispose();
        Client?.Dispose();
        if (isStarted)
            await app.StopAsync();
        await app.DisposeAsync();
        if (own is not null)
            await own.DisposeAsync();
    }
}
