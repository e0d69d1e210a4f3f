using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Host;
using Hazina.Platform.Security;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Testing;

/// <summary>One server for the tests that share it; each of them has customers of its own.</summary>
public class AccountsServer : IAsyncDisposable
{
    /// <summary>What most tests are about is not how staff books: one person does it alone, recipients are looked up at will, fees hold soon.</summary>
    public static Dictionary<string, string?> Settings =>
        new(StringComparer.Ordinal)
        {
            ["Identity:PasswordCost"] = "10",
            ["Accounts:AdjustmentAlone:KES"] = "1000000000",
            ["Accounts:AdjustmentAlone:USD"] = "1000000000",
            ["Accounts:AdjustmentAlone:BTC"] = "1000",
            ["Accounts:RecipientsPerHour"] = "100000",
            ["Billing:KnownFor"] = "00:00:00.1",
            ["Billing:Notice"] = "00:00:00.3",
        };

    readonly Lazy<Task<Person>> clerk;
    readonly Dictionary<string, string?> settings = Settings;
    readonly TestDatabase? database;
    Lazy<Task<HazinaApp>> app;

    public AccountsServer()
        : this(null) { }

    /// <param name="database">One that has been used before; null: one of its own.</param>
    /// <param name="more">Settings beside those of all.</param>
    protected AccountsServer(TestDatabase? database, IReadOnlyDictionary<string, string?>? more = null)
    {
        this.database = database;
        foreach (var (name, value) in more ?? new Dictionary<string, string?>())
            settings[name] = value;
        app = new(() => Start(settings));
        clerk = new(() => SignIn(Role.User, Role.Operations));
    }

    /// <summary>A server of a test's own, on a database that has been used before.</summary>
    public static AccountsServer On(TestDatabase database) => new(database);

    /// <summary>A server of a test's own, with settings beside those of all.</summary>
    public static AccountsServer With(IReadOnlyDictionary<string, string?> more) => new(null, more);

    public Task<HazinaApp> App => app.Value;

    protected virtual Task<HazinaApp> Start(IReadOnlyDictionary<string, string?> settings) => HazinaApp.StartAsync(database, settings);

    /// <summary>Ends the server, and starts another with the same settings: on its database, where that is not the server's own.</summary>
    protected async Task Restart()
    {
        await (await app.Value).DisposeAsync();
        app = new(() => Start(settings));
        await app.Value;
    }

    /// <summary>Somebody of operations.</summary>
    public Task<Person> Clerk => clerk.Value;

    public async Task<Customer> Someone(params string[] roles) => new(this, await SignIn(roles.Length > 0 ? roles : [Role.User]));

    /// <summary>Somebody new with these roles.</summary>
    protected virtual async Task<Person> SignIn(params string[] roles) => await Person.SignedInAsync(await App, roles);

    /// <summary>What sees all rows, for tests that look behind.</summary>
    public virtual async Task<NpgsqlConnection> Owner()
    {
        var connection = new NpgsqlConnection((await App).Services.GetRequiredService<ServerOptions>().OwnerConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Books money on an account, as operations do.</summary>
    public async Task<Reply> Adjust(Guid account, string side, decimal amount, string currency = "KES", JsonObject? more = null)
    {
        var body = new JsonObject
        {
            ["side"] = side,
            ["amount"] = Customer.Amount(amount, currency),
            ["against"] = "safeguarded_funds",
            ["description"] = "Salary of March",
            ["note"] = "as agreed",
        };
        foreach (var (name, value) in more ?? [])
            body[name] = value?.DeepClone();
        return await Customer.Send((await Clerk).Client, HttpMethod.Post, $"/v1/accounts/{account}/adjustments", body);
    }

    public async Task Fund(Guid account, decimal amount, string currency = "KES") =>
        (await Adjust(account, "credit", amount, currency, new JsonObject { ["type"] = "deposit" })).Is(HttpStatusCode.Created);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (app.IsValueCreated)
            await (await app.Value).DisposeAsync();
    }
}
