using System.Net;
using System.Text;
using Hazina.Testing;
using Npgsql;

namespace Hazina.Ledger.Tests.Api;

/// <summary>A server to which nothing but bad input is sent, so that whatever it records is one thing too many.</summary>
public sealed class BadInputServer : IAsyncLifetime
{
    TestDatabase database = null!;
    HazinaApp app = null!;

    public LedgerApi Api { get; private set; } = null!;

    public Guid Cash { get; private set; }

    public Guid Wallet { get; private set; }

    public Guid Dollars { get; private set; }

    public Guid Sandbox { get; private set; }

    public Guid Hold { get; private set; }

    public async ValueTask InitializeAsync()
    {
        database = await HazinaDatabase.CreateAsync();
        app = await HazinaApp.StartAsync(database);
        Api = new LedgerApi(app.Client);
        (Cash, Dollars) = (await Api.Cash(), await Api.Account("USD"));
        Wallet = await Api.Wallet("100.00", Cash);
        Sandbox = await new LedgerApi(await app.ClientAsync("sandbox")).Account();
        Hold = LedgerApi.Id();
        (
            await Api.Post(
                "/reservations",
                new System.Text.Json.Nodes.JsonObject
                {
                    ["id"] = Hold,
                    ["account"] = Wallet,
                    ["amount"] = LedgerApi.Amount("10.00"),
                }
            )
        ).Is(HttpStatusCode.Created);
    }

    /// <summary>Sends a request and sees that nothing at all was recorded.</summary>
    public async Task<Reply> Send(string method, string path, byte[] body, string type = "application/json")
    {
        var before = await Recorded();
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var reply = await Api.Send(new HttpRequestMessage(new HttpMethod(method), "/v1/ledger" + path) { Content = content });
        Assert.Equal(before, await Recorded());
        return reply;
    }

    public Task<Reply> Send(string method, string path, string body) => Send(method, path, Encoding.UTF8.GetBytes(body));

    /// <summary>How much the journal remembers: rows, refusals and bulks.</summary>
    public async Task<(long Rows, long Refusals, long Bulks)> Recorded()
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "select (select count(*) from ledger.journal), (select count(*) from ledger.refusals), (select count(*) from ledger.bulks)",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await database.DisposeAsync();
    }
}
