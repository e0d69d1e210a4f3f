using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazina.Platform.Security;

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
        Assert.Equal(25, calls.Count);
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
        Assert.Equal(14, reads.Count);
        Assert.All(reads, c => Assert.Contains(c.Call["parameters"]!.AsArray(), p => (string?)p!["name"] == "after_batch"));
        Assert.All(
            reads.SelectMany(c => c.Call["parameters"]!.AsArray()),
            p => Assert.True((string?)p!["in"] == "path" || p["description"] is not null, $"{p["name"]} says nothing")
        );
    }

    [Fact]
    public async Task Every_parameter_that_is_described_is_taken_and_no_other()
    {
        var api = await server.Live();
        using var person = await Person.SignedInAsync(await server.App, [.. Role.All]);
        var asked = 0;
        foreach (var (path, item) in (await Document())["paths"]!.AsObject())
        {
            foreach (var (_, call) in item!.AsObject().Where(o => o.Key == "get"))
            {
                var url = Parameter().Replace(path, _ => Guid.CreateVersion7().ToString());
                var names = (call!["parameters"]?.AsArray() ?? [])
                    .Where(p => (string?)p!["in"] == "query")
                    .Select(p => (string)p!["name"]!);
                var query = string.Join('&', names.Append("a_misspelt_one").Select(name => name + "=1"));
                using var response = await api.Http.GetAsync(new Uri($"{url}?{query}", UriKind.Relative));
                var problem = await Reply.Of(response);
                if (problem.Code == "platform.people_only")
                    problem = await person.SendAsync(HttpMethod.Get, $"{url}?{query}");
                problem.IsProblem(400, "platform.invalid_request", "a_misspelt_one");
                asked++;
            }
        }

        Assert.True(asked >= 14);
    }

    [Fact]
    public async Task Currencies_are_listed_with_the_digits_that_they_keep()
    {
        var api = await server.Sandbox();
        var list = (await api.Get("/currencies")).Is(HttpStatusCode.OK);
        var shilling = list["data"]!.AsArray().Single(c => (string?)c!["code"] == "KES")!;
        Assert.Equal(
            ("Kenyan shilling", 4, 2, false),
            ((string?)shilling["name"], (int)shilling["digits"]!, (int)shilling["shown_digits"]!, (bool)shilling["crypto"]!)
        );
        Assert.Equal(Money.Currency.All.Count, list["data"]!.AsArray().Count);
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
