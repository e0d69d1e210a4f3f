using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Bench.Http;
using Hazina.Host;
using Hazina.Identity;
using Hazina.Ledger;
using Hazina.Money;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Bench.Accounts;

/// <summary>
/// Hazina's whole server in this process, with somebody who is signed in and holds many accounts: one of them busy, with real postings, the others made of rows
/// of activity alone, which lie as far apart as the table is long.
/// </summary>
sealed class AccountsTown : IAsyncDisposable
{
    const string Book = "live",
        Never = "1000000000000";

    const int AtOnce = 500;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    static readonly Currency Kes = Currency.Of("KES");

    readonly Books books;
    readonly WebApplication app;
    readonly string data;
    readonly HttpClient client;
    readonly Random random = new(5);
    Guid person,
        statement;

    AccountsTown(Books books, WebApplication app, string data)
    {
        (this.books, this.app, this.data) = (books, app, data);
        client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    /// <summary>The account with many entries.</summary>
    public Guid Busy { get; private set; }

    /// <summary>One of the others.</summary>
    public Guid Any() => ActivityRows.AccountId(random.Next(ActivityRows.Accounts));

    public static async Task<AccountsTown> Build(BenchServer server, CancellationToken stop)
    {
        var fresh = await Books.MakeEmpty(server.ConnectionString, "accounts", stop);
        var folder = BenchServer.NewFolder();
        var built = Server.Build(
            new ServerOptions
            {
                OwnerConnectionString = fresh.ConnectionString,
                Urls = ServerProcess.Address,
                LogLevel = LogLevel.Warning,
                Configuration = new ConfigurationBuilder()
                    .AddInMemoryCollection([new("data", folder), new("RateLimits:PersonPer15Minutes", Never)])
                    .Build(),
            }
        );
        await built.StartAsync(stop);
        var town = new AccountsTown(fresh, built, folder);
        await town.SignIn(stop);
        return town;
    }

    async Task SignIn(CancellationToken stop)
    {
        while (!(await client.GetAsync(ServerProcess.HealthPath, stop)).IsSuccessStatusCode)
            await Task.Delay(20, stop);
        var (email, password) = ($"{Guid.CreateVersion7():N}@example.com", People.NewPassword());
        person = await app.Services.GetRequiredService<People>().CreateAdmin(email, "Asha Mwangi", password, stop);
        using var answer = await client.PostAsJsonAsync(
            "/v1/auth/sign-in",
            new JsonObject { ["login"] = email, ["password"] = password },
            stop
        );
        var token = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(stop))!["token"]!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Busy = (
            await app
                .Services.GetRequiredService<CustomerAccounts>()
                .Open(Guid.CreateVersion7(), Book, HolderType.User, person, AccountKind.Wallet, Kes, stop)
        ).Id;
    }

    /// <summary>Books so many deposits, each with its entry.</summary>
    public async Task MakeBusy(int entries, CancellationToken stop)
    {
        var accounts = app.Services.GetRequiredService<CustomerAccounts>();
        var journal = app.Services.GetRequiredService<Journal>();
        var account = (await accounts.Find(Book, Busy, stop))!;
        var from = await accounts.House(Book, Kes, SystemAccount.SafeguardedFunds, stop);
        foreach (var some in Enumerable.Range(0, entries).Chunk(AtOnce))
        {
            // The same ones again where the ledger was too busy: what was posted is not posted twice.
            Posting[] postings = [.. some.Select(Deposit)];
            while (true)
            {
                var outcomes = await journal.PostMany(postings, stop);
                if (outcomes.All(o => o.IsPosted))
                    break;
                if (outcomes.FirstOrDefault(o => !o.IsPosted && o.Status != OutcomeStatus.Retry) is { } refused)
                    throw new InvalidOperationException($"{refused.Status}: {refused.Code} {refused.Field}");
                await Task.Delay(Pause, stop);
            }
        }

        Posting Deposit(int number)
        {
            var (id, amount) = (Guid.CreateVersion7(), new Amount(1 + (number % 1000), Kes));
            return new Posting
            {
                Id = id,
                Book = Book,
                Kind = "deposit",
                Steps = [new Leg(from, Busy, amount)],
                WhenPosted =
                [
                    CustomerAccounts.Activity(
                        id,
                        new ActivityEntry(account, ActivityType.Deposit, ActivitySide.Credit, amount, $"Sale {number}", "bench", id)
                        {
                            Reference = $"S{number}",
                        }
                    ),
                ],
            };
        }
    }

    /// <summary>Until all that was booked has been told and heard: nobody works behind what is measured.</summary>
    public async Task Settle(int entries, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(books.ConnectionString);
        await using var command = source.CreateCommand(IsHeardSql);
        command.Parameters.Add(new NpgsqlParameter { Value = (long)entries });
        while (!(bool)(await command.ExecuteScalarAsync(stop))!)
            await Task.Delay(Pause, stop);
    }

    /// <summary>Makes the other accounts and as many rows of theirs.</summary>
    public Task Fill(long rows, CancellationToken stop) => ActivityRows.Make(books.ConnectionString, person, rows, stop);

    /// <summary>What the table and its indexes take, in bytes.</summary>
    public async Task<long> Size(CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(books.ConnectionString);
        await using var command = source.CreateCommand("select pg_total_relation_size('accounts.activity')");
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>An entry in the middle of the busy account's list.</summary>
    public async Task<Guid> Middle(int offset, CancellationToken stop)
    {
        await using var reader = new OffsetReader(books.ConnectionString, Busy, offset);
        return await reader.First();
    }

    /// <summary>The peer of a page by its cursor: rows are counted off.</summary>
    public OffsetReader ByOffset(int offset) => new(books.ConnectionString, Busy, offset);

    public async Task<string> Get(string path, CancellationToken stop)
    {
        using var response = await client.GetAsync(path, stop);
        var text = await response.Content.ReadAsStringAsync(stop);
        return response.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{path}: {text}");
    }

    /// <summary>Of all that there is, as of now.</summary>
    public async Task MakeStatement(CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/accounts/{Busy}/statements")
        {
            Content = JsonContent.Create(
                new JsonObject
                {
                    ["from"] = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                }
            ),
        };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var response = await client.SendAsync(request, stop);
        var told = await response.Content.ReadFromJsonAsync<JsonObject>(stop);
        statement = response.IsSuccessStatusCode ? (Guid)told!["id"]! : throw new InvalidOperationException($"No statement: {told}");
    }

    /// <summary>Reads its file to the end, and keeps none of it.</summary>
    public async Task ReadStatement(string format, int entries, CancellationToken stop)
    {
        using var response = await client.GetAsync(
            $"/v1/statements/{statement}/file?format={format}",
            HttpCompletionOption.ResponseHeadersRead,
            stop
        );
        response.EnsureSuccessStatusCode();
        await using var file = await response.Content.ReadAsStreamAsync(stop);
        var (buffer, lines) = (new byte[65_536], 0);
        for (int read; (read = await file.ReadAsync(buffer, stop)) > 0; )
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        if (lines < entries)
            throw new InvalidOperationException("The statement's file is not whole.");
    }

    /// <summary>They ask the ledger as modules do.</summary>
    public IReadOnlyList<ICaller> InProcess(int callers) =>
        [.. Enumerable.Range(0, callers).Select(_ => new BalanceReader(app.Services.GetRequiredService<Hazina.Ledger.Books>(), Busy))];

    /// <summary>The peer: a balance that is a column, read by a prepared statement; each caller has a connection.</summary>
    public IReadOnlyList<ICaller> BySql(int callers) =>
        [.. Enumerable.Range(0, callers).Select(_ => new SqlBalanceReader(books.ConnectionString, Busy))];

    /// <summary>They ask as somebody who is signed in does.</summary>
    public IReadOnlyList<ICaller> OverHttp(int callers) =>
        [
            .. Enumerable
                .Range(0, callers)
                .Select(_ => new GetCaller(
                    new Uri(client.BaseAddress!, $"/v1/accounts/{Busy}/balance"),
                    client.DefaultRequestHeaders.Authorization
                )),
        ];

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        await books.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    sealed class BalanceReader(Hazina.Ledger.Books ledger, Guid account) : ICaller
    {
        const int AtATime = 100;

        public async Task<int> Call()
        {
            for (var i = 0; i < AtATime; i++)
                _ = await ledger.Find(Book, account) ?? throw new InvalidOperationException("The account has gone.");
            return AtATime;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    const string IsHeardSql = """
        select n.last >= $1 and not exists (select from platform.listeners l where l.position < n.last) from platform.event_numbers n
        """;
}
