using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Ledger.Tests.Api;

public sealed class StreamTests(ApiServer server)
{
    const string Ndjson = "application/x-ndjson";

    [Fact]
    public async Task Each_line_is_answered_in_order_and_a_bad_one_does_not_end_the_stream()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var wallet = await api.Wallet("10.00", cash);
        var twice = LedgerApi.Transaction(wallet, cash, "4.00").ToJsonString();
        string[] lines =
        [
            twice,
            "{\"id\": broken",
            "",
            LedgerApi.Transaction(wallet, cash, "7.00").ToJsonString(),
            "null",
            "[]",
            "{\"id\":\"" + LedgerApi.Id() + "\",\"kind\":\"transfer\",\"surprise\":1}",
            LedgerApi.Transaction(wallet, cash, "0.00").ToJsonString(),
            twice,
            "   \r",
            new string('x', 600 * 1024),
            LedgerApi.Transaction(wallet, cash, "6.00").ToJsonString(),
        ];
        var reply = await api.Post("/transactions/bulk", string.Join('\n', lines), Ndjson);
        Assert.Equal((HttpStatusCode.OK, Ndjson), (reply.Status, reply.Headers["Content-Type"]));
        var answers = Lines(reply.Text);
        Assert.Equal([1L, 2, 4, 5, 6, 7, 8, 9, 11, 12], answers.Select(a => (long)a["line"]!));
        Assert.Equal(
            ["posted", "failed", "refused", "failed", "failed", "failed", "failed", "posted", "failed", "posted"],
            answers.Select(a => (string?)a["status"])
        );
        Assert.Equal(
            [
                "platform.malformed_body",
                "ledger.insufficient_funds",
                "ledger.invalid",
                "platform.malformed_body",
                "platform.malformed_body",
                "platform.invalid_request",
                "ledger.invalid",
            ],
            answers.Where(a => a["problem"] is not null).Select(a => (string?)a["problem"]!["code"])
        );
        Assert.Contains("not valid JSON at line 2, byte", (string?)answers[1]["problem"]!["detail"], StringComparison.Ordinal);
        Assert.Equal("surprise", (string?)answers[5]["problem"]!["param"]);
        Assert.Equal("legs.0.amount.amount", (string?)answers[6]["problem"]!["param"]);
        Assert.True((bool)answers[7]["replayed"]!);
        Assert.Equal("0.00", (await api.Balance(wallet)).Posted);
    }

    [Fact]
    public async Task Lines_are_answered_while_the_stream_is_still_open()
    {
        var api = await server.Live();
        var (cash, wallet) = (await api.Cash(), await api.Account());
        await using var stream = await OpenStream.ToAsync(await server.App, "/v1/ledger/transactions/bulk", Ndjson);
        for (var i = 1; i <= 3; i++)
        {
            await stream.WriteLineAsync(LedgerApi.Transaction(cash, wallet, "1.00").ToJsonString());
            var answer = JsonNode.Parse((await stream.ReadLineAsync())!)!;
            Assert.Equal(("posted", i), ((string?)answer["status"], (int)answer["line"]!));
            Assert.Equal($"{i}.00", (await api.Balance(wallet)).Posted);
        }

        await stream.EndAsync();
        Assert.Null(await stream.ReadLineAsync());
    }

    [Fact]
    public async Task A_long_stream_is_answered_line_by_line()
    {
        const int Count = 30_000;
        var api = await server.Live();
        var (cash, wallet) = (await api.Cash(), await api.Account());
        await using var stream = await OpenStream.ToAsync(await server.App, "/v1/ledger/transactions/bulk", Ndjson);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i += 100)
                await stream.WriteLineAsync(
                    string.Join('\n', Enumerable.Range(0, 100).Select(_ => LedgerApi.Transaction(cash, wallet, "0.01").ToJsonString()))
                );
            await stream.EndAsync();
        });
        var line = 0;
        while (await stream.ReadLineAsync() is { } text)
        {
            line++;
            Assert.StartsWith($"{{\"line\":{line},", text, StringComparison.Ordinal);
            Assert.Contains("\"status\":\"posted\"", text, StringComparison.Ordinal);
        }

        await writing;
        Assert.Equal(Count, line);
        Assert.Equal("300.00", (await api.Balance(wallet)).Posted);
    }

    [Fact]
    public async Task Another_kind_of_body_is_not_taken()
    {
        var api = await server.Live();
        (await api.Post("/transactions/bulk", "id,amount", "text/csv")).IsProblem(415, "platform.unsupported_media_type");
    }

    static List<JsonNode> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)];
}
