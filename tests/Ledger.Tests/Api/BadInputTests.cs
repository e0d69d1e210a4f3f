using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Hazina.Ledger.Tests.Api;

/// <summary>Every field wrong in every way: always a problem that names it, never a 500, and nothing recorded.</summary>
public sealed class BadInputTests(BadInputServer server) : IClassFixture<BadInputServer>
{
    [Theory]
    [MemberData(nameof(BadInput.Fields), MemberType = typeof(BadInput))]
    public async Task A_field_that_is_wrong_is_named(string request, string param, string value)
    {
        var (method, path, body) = Good(request);
        const string Mark = "here-it-goes";
        Set(body, param, Mark);
        var reply = await server.Send(method, path, body.ToJsonString().Replace($"\"{Mark}\"", value, StringComparison.Ordinal));
        Assert.True(reply.Status == HttpStatusCode.BadRequest, $"{(int)reply.Status}: {reply.Text}");
        Assert.Equal("application/problem+json", reply.Headers["Content-Type"]);
        Assert.Contains(reply.Code, (string[])["platform.malformed_body", "platform.invalid_request"]);
        var named = reply.Json["errors"]!.AsArray().Select(e => ((string)e!["pointer"]!).TrimStart('/').Replace('/', '.'));
        Assert.True(
            named.Any(n => n == param || n.StartsWith(param + ".", StringComparison.Ordinal)),
            $"{param} was wrong, but {string.Join(", ", named)} is named: {reply.Text}"
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{} x")]
    [InlineData("{\"id\":1,}")]
    [InlineData("{\"kind\":NaN}")]
    [InlineData("{/*why*/}")]
    [InlineData("{\"kind\":\"a\",\"kind\":\"a\"}")]
    [InlineData("{\"Kind\":\"a\"}")]
    [InlineData("{\"kind\":\"a\",\"colour\":\"red\"}")]
    [InlineData("{'kind':'a'}")]
    [InlineData("<xml/>")]
    [InlineData("{\"kind\":\"\\ud800\"}")]
    [InlineData("{\"kind\":\"\\x\"}")]
    public async Task A_body_that_is_no_request_is_refused(string body)
    {
        foreach (var path in Paths)
        {
            var reply = await server.Send("POST", path, body);
            Assert.True(reply.Status == HttpStatusCode.BadRequest, $"{path}: {(int)reply.Status}: {reply.Text}");
            Assert.Contains(reply.Code, (string[])["platform.malformed_body", "platform.invalid_request"]);
        }
    }

    [Fact]
    public async Task A_body_that_is_no_text_is_refused()
    {
        foreach (var path in Paths)
        {
            (await server.Send("POST", path, [0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D])).IsProblem(400, "platform.malformed_body");
            (await server.Send("POST", path, Encoding.UTF8.GetBytes("{}"), "text/plain")).IsProblem(415, "platform.unsupported_media_type");
        }
    }

    [Fact]
    public async Task Nesting_without_end_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"metadata\":", 100_000)) + "1" + new string('}', 100_000);
        foreach (var path in Paths)
            (await server.Send("POST", path, deep)).IsProblem(400, "platform.malformed_body");
        (await server.Send("POST", "/transactions", new string('[', 100_000))).IsProblem(400, "platform.malformed_body");
    }

    [Fact]
    public async Task Ten_megabytes_are_too_many()
    {
        var body = Encoding.UTF8.GetBytes("{\"reference\":\"" + new string('x', 10 * 1024 * 1024) + "\"}");
        foreach (var path in Paths)
        {
            try
            {
                (await server.Send("POST", path, body)).IsProblem(413, "platform.too_large");
            }
            catch (HttpRequestException)
            {
                // The server said no before it had read all, and closed the connection while this was still being sent.
            }
        }
    }

    [Theory]
    [InlineData("wrong currency", 422, "ledger.currency_mismatch", "legs.0.credit")]
    [InlineData("unknown account", 422, "ledger.account_not_found", "legs.0.credit")]
    [InlineData("mixed books", 422, "ledger.account_not_found", "legs.0.credit")]
    [InlineData("unknown reservation", 409, "ledger.reservation_not_active", "legs.0.reservation")]
    [InlineData("not enough", 402, "ledger.insufficient_funds", "legs.0.debit")]
    [InlineData("largest amount", 402, "ledger.insufficient_funds", "legs.0.debit")]
    public async Task What_a_rule_refuses_moves_nothing(string what, int status, string code, string param)
    {
        var body = LedgerApi.Transaction(server.Wallet, server.Cash, "1.00");
        var leg = body["legs"]![0]!;
        switch (what)
        {
            case "wrong currency":
                leg["credit"] = server.Dollars;
                break;
            case "unknown account":
                leg["credit"] = LedgerApi.Id();
                break;
            case "mixed books":
                leg["credit"] = server.Sandbox;
                break;
            case "unknown reservation":
                leg["reservation"] = LedgerApi.Id();
                break;
            default:
                leg["amount"]!["amount"] = what == "not enough" ? "90.01" : "99999999999999999999.9999";
                break;
        }

        var before = await server.Recorded();
        (await server.Api.Post("/transactions", body)).IsProblem(status, code, param);
        Assert.Equal(before with { Refusals = before.Refusals + 1 }, await server.Recorded());
        Assert.Equal(("100.00", "10.00", "90.00"), await server.Api.Balance(server.Wallet));
    }

    static readonly string[] Paths = ["/transactions", "/transactions/bulk", "/accounts", "/reservations"];

    /// <summary>A request that would succeed, but for what is done to it.</summary>
    (string Method, string Path, JsonObject Body) Good(string request) =>
        request switch
        {
            "POST /transactions" => ("POST", "/transactions", LedgerApi.Transaction(server.Cash, server.Wallet, "1.00")),
            "POST steps" => ("POST", "/transactions", WithSteps()),
            "POST conditions" => ("POST", "/transactions", WithConditions(LedgerApi.Transaction(server.Cash, server.Wallet, "1.00"))),
            "POST /accounts" => (
                "POST",
                "/accounts",
                new JsonObject
                {
                    ["id"] = LedgerApi.Id(),
                    ["currency"] = "KES",
                    ["class"] = "liability",
                    ["floor"] = "0.00",
                }
            ),
            "PATCH account" => ("PATCH", $"/accounts/{server.Wallet}", new JsonObject { ["id"] = LedgerApi.Id(), ["floor"] = "0.00" }),
            "POST freeze" => ("POST", $"/accounts/{server.Wallet}/freeze", new JsonObject { ["id"] = LedgerApi.Id(), ["side"] = "debit" }),
            "POST close" => ("POST", $"/accounts/{server.Dollars}/close", new JsonObject { ["id"] = LedgerApi.Id() }),
            "POST /reservations" => (
                "POST",
                "/reservations",
                new JsonObject
                {
                    ["id"] = LedgerApi.Id(),
                    ["account"] = server.Wallet,
                    ["amount"] = LedgerApi.Amount("1.00"),
                }
            ),
            "POST capture" => (
                "POST",
                $"/reservations/{server.Hold}/capture",
                new JsonObject
                {
                    ["id"] = LedgerApi.Id(),
                    ["to"] = server.Cash,
                    ["amount"] = LedgerApi.Amount("1.00"),
                }
            ),
            "POST release" => (
                "POST",
                $"/reservations/{server.Hold}/release",
                new JsonObject { ["id"] = LedgerApi.Id(), ["amount"] = LedgerApi.Amount("1.00") }
            ),
            "POST reversal" => ("POST", $"/transactions/{LedgerApi.Id()}/reversal", new JsonObject { ["id"] = LedgerApi.Id() }),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, "No such request."),
        };

    JsonObject WithSteps() =>
        new JsonObject
        {
            ["id"] = LedgerApi.Id(),
            ["kind"] = "hold",
            ["steps"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "reserve",
                    ["id"] = LedgerApi.Id(),
                    ["account"] = server.Wallet,
                    ["amount"] = LedgerApi.Amount("1.00"),
                },
                new JsonObject
                {
                    ["type"] = "release",
                    ["reservation"] = server.Hold,
                    ["amount"] = LedgerApi.Amount("1.00"),
                }
            ),
        };

    JsonObject WithConditions(JsonObject body)
    {
        body["conditions"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "available_at_least",
                ["account"] = server.Wallet,
                ["amount"] = "1.00",
            },
            new JsonObject
            {
                ["type"] = "turnover_at_most",
                ["account"] = server.Wallet,
                ["tag"] = "daily",
                ["at_most"] = "1000.00",
                ["period_start"] = "2026-01-01T00:00:00Z",
                ["period_end"] = "2197-01-01T00:00:00Z",
            }
        );
        return body;
    }

    static void Set(JsonNode body, string pointer, string mark)
    {
        var names = pointer.Split('.');
        var node = body;
        foreach (var name in names[..^1])
            node = node is JsonArray array ? array[int.Parse(name)]! : node[name]!;
        if (node is JsonArray items)
            items[int.Parse(names[^1])] = mark;
        else
            node[names[^1]] = mark;
    }
}
