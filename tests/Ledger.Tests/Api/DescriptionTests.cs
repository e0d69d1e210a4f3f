using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hazina.Ledger.Tests.Api;

/// <summary>Whoever integrates has the description alone.</summary>
public sealed partial class DescriptionTests(ApiServer server)
{
    [Fact]
    public async Task Every_call_says_what_it_does_and_what_its_fields_mean()
    {
        var document = await Document();
        var calls = document["paths"]!
            .AsObject()
            .Where(p => p.Key.StartsWith("/v1/ledger", StringComparison.Ordinal))
            .SelectMany(p => p.Value!.AsObject().Select(o => (Name: $"{o.Key} {p.Key}", Call: o.Value!)))
            .ToList();
        Assert.Equal(24, calls.Count);
        Assert.All(
            calls,
            c =>
            {
                Assert.False(string.IsNullOrEmpty((string?)c.Call["summary"]), c.Name);
                Assert.Contains("Needs the permission `ledger.", (string?)c.Call["description"], StringComparison.Ordinal);
                Assert.Contains(
                    c.Call["responses"]!.AsObject(),
                    r => r.Key.StartsWith('2') && r.Value!["content"]?["application/json"]?["schema"] is not null
                );
                if (c.Call["requestBody"] is { } body)
                    Assert.True(body["content"]!["application/json"]!["example"] is not null, $"{c.Name} shows no request");
            }
        );

        var reads = calls.Where(c => c.Name.StartsWith("get", StringComparison.Ordinal)).ToList();
        Assert.Equal(13, reads.Count);
        Assert.All(reads, c => Assert.Contains(c.Call["parameters"]!.AsArray(), p => (string?)p!["name"] == "after_batch"));
        Assert.All(
            reads.SelectMany(c => c.Call["parameters"]!.AsArray()),
            p => Assert.True((string?)p!["in"] == "path" || p["description"] is not null, $"{p["name"]} says nothing")
        );
    }

    [Fact]
    public async Task Examples_are_requests_that_are_well_formed()
    {
        var api = await server.Live();
        var sent = 0;
        foreach (
            var (path, item) in (await Document())["paths"]!.AsObject().Where(p => p.Key.StartsWith("/v1/ledger", StringComparison.Ordinal))
        )
        {
            foreach (var (method, call) in item!.AsObject().Where(o => o.Value!["requestBody"] is not null))
            {
                var example = call!["requestBody"]!["content"]!["application/json"]!["example"]!;
                using var request = new HttpRequestMessage(
                    new HttpMethod(method.ToUpperInvariant()),
                    Parameter().Replace(path, _ => Guid.CreateVersion7().ToString())
                );
                request.Content = new StringContent(example.ToJsonString(), Encoding.UTF8, "application/json");
                var reply = await api.Send(request);
                // There is no such account, or it was reserved already; but what was asked was understood.
                Assert.Contains((int)reply.Status, (int[])[200, 201, 402, 404, 409, 422]);
                sent++;
            }
        }

        Assert.Equal(11, sent);
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Parameter();

    async Task<JsonNode> Document()
    {
        using var response = await (await server.App).Anonymous.GetAsync("/openapi/v1.json");
        return (await Reply.Of(response)).Is(HttpStatusCode.OK);
    }
}
