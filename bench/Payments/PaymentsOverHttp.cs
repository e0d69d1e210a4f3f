using System.Text.Json;
using System.Text.Unicode;
using Hazina.Accounts;
using Hazina.Accounts.Holdings;
using Hazina.Bench.Http;
using Hazina.Bench.Peers;
using Hazina.Host;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Bench.Payments;

/// <summary>
/// Whole payments as their users make them: Hazina's server in a process of its own, a key of whoever holds the accounts, and everything on: the key that
/// is kept, limits, the fee, what both sides read, the event.
/// </summary>
sealed class PaymentsOverHttp(string name, string what, int callers, bool hot = false) : Workload(name, "Hazina", what, callers)
{
    readonly ServerProcess server = new(Command);
    Books? books;
    Town? town;

    public override string Unit => PaymentRowLock.PaymentsUnit;

    public override async Task Prepare(string connectionString, CancellationToken stop)
    {
        books = await Books.MakeEmpty(connectionString, Name.Replace('-', '_'), stop);
        await using var source = NpgsqlDataSource.Create(books.ConnectionString);
        await using var command = source.CreateCommand(SettingsOwnerSql);
        await command.ExecuteNonQueryAsync(stop);
    }

    public override TimeSpan WarmUp(TimeSpan run) => ServerProcess.WarmUp(run);

    public override async Task Begin(CancellationToken stop)
    {
        await server.Begin(books!.ConnectionString, stop);
        if (town is not null)
            return;
        using var client = new HttpClient { BaseAddress = server.Listening, Timeout = TimeSpan.FromMinutes(5) };
        town = JsonSerializer.Deserialize<Town>(await client.GetStringAsync($"/bench/town?accounts={Traffic.Accounts}", stop));
    }

    public override Task End() => server.End();

    public override Task<ICaller> Connect(int number, CancellationToken stop)
    {
        var traffic = new Traffic(number, hot);
        return server.Connect(
            new HttpBody(
                "/v1/payments",
                1,
                to =>
                {
                    var next = traffic.Next();
                    var (payer, payee) = (town!.Accounts[next.From - 1], town.Accounts[next.To - 1]);
                    Utf8.TryWrite(
                        to.GetSpan(512),
                        $$"""{"payer":"{{payer}}","payee":{"account":"{{payee}}"},"amount":{"amount":"{{next.Amount}}","currency":"KES"} }""",
                        out var length
                    );
                    to.Advance(length);
                },
                "\"status\":\"completed\"",
                () => traffic.NextId().ToString()
            ),
            town!.Key,
            stop
        );
    }

    public override async Task Check(long acknowledged, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(books!.ConnectionString);
        await using var command = source.CreateCommand(CheckOwnerSql);
        command.CommandTimeout = 0;
        await using (var reader = await command.ExecuteReaderAsync(stop))
        {
            await reader.ReadAsync(stop);
            var (payments, keys, fees, activity) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
            if (payments != acknowledged || keys != acknowledged || fees != acknowledged || activity != 3 * acknowledged)
                throw new InvalidOperationException(
                    $"{Name} acknowledged {acknowledged} and holds {payments} payments, {keys} keys, {fees} fees, {activity} entries."
                );
        }

        await books.Check(acknowledged: null, stop);
    }

    public override async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        if (books is not null)
            await books.DisposeAsync();
    }

    /// <summary>The server's process.</summary>
    public static Task<int> Serve(CancellationToken stop) => ServerProcess.Serve(Build, stop);

    static WebApplication Build(string database)
    {
        var data = BenchServer.NewFolder();
        var app = Server.Build(
            new ServerOptions
            {
                OwnerConnectionString = database,
                Urls = ServerProcess.Address,
                LogLevel = LogLevel.Warning,
                Configuration = new ConfigurationBuilder().AddInMemoryCollection([new("data", data)]).Build(),
            },
            map: routes => routes.MapGet("/bench/town", MakeTown).AllowAnonymous()
        );
        app.Lifetime.ApplicationStopped.Register(() => Directory.Delete(data, recursive: true));
        return app;
    }

    /// <summary>What callers have to know.</summary>
    public sealed record Town(string Key, IReadOnlyList<Guid> Accounts);

    /// <summary>Accounts of one organisation, with money on them, and its key.</summary>
    public static async Task<IResult> MakeTown(int accounts, HttpContext context)
    {
        var services = context.RequestServices;
        var (journal, customers) = (services.GetRequiredService<Journal>(), services.GetRequiredService<CustomerAccounts>());
        var (kes, holder) = (Currency.Of("KES"), Guid.CreateVersion7());
        var ids = Enumerable.Range(0, accounts).Select(_ => Guid.CreateVersion7()).ToList();
        await Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (id, stop) => await Open(customers, id, kes, stop)
        );
        var bank = await customers.House(Books.Book, kes, SystemAccount.SafeguardedFunds);
        foreach (var some in ids.Chunk(Posting.MaxSteps))
        {
            var funding = new Posting
            {
                Id = Guid.CreateVersion7(),
                Book = Books.Book,
                Kind = "funding",
                Steps = [.. some.Select(id => new Leg(bank, id, new Amount(Traffic.Opening, kes)))],
            };
            var outcome = await journal.Post(funding, CancellationToken.None);
            if (!outcome.IsPosted)
                throw new InvalidOperationException($"{outcome.Status}: {outcome.Code} {outcome.Field}");
        }

        var key = await services.GetRequiredService<ApiKeys>().Create("bench", Books.Book, ["payments.own"]);
        await using var source = NpgsqlDataSource.Create(services.GetRequiredService<ServerOptions>().OwnerConnectionString!);
        foreach (var sql in new[] { KeyOwnerSql, AccountsOwnerSql })
        {
            await using var command = source.CreateCommand(sql);
            command.Parameters.AddWithValue(holder);
            await command.ExecuteNonQueryAsync();
        }

        return Results.Text(JsonSerializer.Serialize(new Town(key.Text, ids)));
    }

    /// <summary>By a holder of its own at first: accounts of one are opened one after another. The ledger may be busy.</summary>
    static async Task Open(CustomerAccounts customers, Guid id, Currency kes, CancellationToken stop)
    {
        for (var attempt = 0; ; attempt++)
            try
            {
                await customers.Open(id, Books.Book, HolderType.Organization, Guid.CreateVersion7(), AccountKind.Wallet, kes, stop);
                return;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), stop);
            }
    }

    const string AccountsOwnerSql = "update accounts.accounts set owner_id = $1";

    const string KeyOwnerSql = "update platform.api_keys set owner_type = 'organization', owner_id = $1";

    // Limits that are counted and not reached, and a fee.
    const string SettingsOwnerSql = """
        update accounts.tiers set transaction_limit = 1000000000000, daily_limit = 1000000000000, monthly_limit = 1000000000000;
        insert into billing.fees (id, book, type, currency, name, borne_by, is_returned, fixed, rate, from_time, approval, set_at)
        values (gen_random_uuid(), 'live', 'payment', 'KES', 'Payments', 'payee', false, 0, 0.015, now(), gen_random_uuid(), now());
        """;

    const string CheckOwnerSql = """
        select (select count(*) from payments.payments where status = 'completed'), (select count(*) from payments.payment_keys),
               (select count(*) from billing.fee_charges) + (select count(*) from payments.payments where fee = 0),
               (select count(*) from accounts.activity where source = 'payment')
                   + (select count(*) from payments.payments where fee = 0)
        """;

    /// <summary>What the program is called with to be the server.</summary>
    public const string Command = "payments-hazina";
}
