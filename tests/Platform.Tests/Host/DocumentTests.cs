using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Hazina.Platform.Tests.Http;
using Hazina.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Tests.Host;

/// <summary>What is written about the API is what the API says of itself. <c>HAZINA_WRITE_DOCS=1</c> writes the files anew.</summary>
public sealed partial class DocumentTests(DocumentTests.Server server) : IClassFixture<DocumentTests.Server>
{
    static readonly bool Writes = Environment.GetEnvironmentVariable("HAZINA_WRITE_DOCS") == "1";

    [Fact]
    public async Task The_api_document_in_the_repository_is_the_one_that_is_served()
    {
        var served = await (await server.App.Anonymous.GetAsync("/openapi/v1.json")).Body();
        await Compare("docs/api/openapi.json", JsonSerializer.Serialize(served, Indented).ReplaceLineEndings("\n") + "\n");
    }

    [Fact]
    public async Task Every_call_of_the_document_can_fail_as_a_problem_and_says_what_it_needs()
    {
        var served = await (await server.App.Anonymous.GetAsync("/openapi/v1.json")).Body();
        Assert.Equal(
            ["api_key", "bearer"],
            served.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(p => p.Name)
        );
        if (!served.TryGetProperty("paths", out var paths))
            return;
        foreach (
            var call in paths
                .EnumerateObject()
                .SelectMany(p => p.Value.EnumerateObject().Select(o => (Path: $"{o.Name} {p.Name}", Call: o.Value)))
        )
        {
            Assert.True(call.Call.TryGetProperty("summary", out _), $"{call.Path} has no summary");
            Assert.True(call.Call.GetProperty("responses").TryGetProperty("default", out _), $"{call.Path} has no problem");
        }
    }

    [Fact]
    public async Task Every_call_has_a_name_of_its_own_and_what_is_read_in_pages_is_called_a_list()
    {
        var served = await (await server.App.Anonymous.GetAsync("/openapi/v1.json")).Body();
        var calls = served
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(o => (Path: $"{o.Name} {p.Name}", Call: o.Value)))
            .Select(c => (c.Path, c.Call, Name: c.Call.TryGetProperty("operationId", out var name) ? name.GetString()! : ""))
            .ToList();
        Assert.All(calls, c => Assert.True(CallName().IsMatch(c.Name), $"{c.Path} is called '{c.Name}'"));
        Assert.Empty(calls.GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key));
        // The client makes of listPayments also listAllPayments.
        Assert.All(
            calls.Where(c =>
                c.Call.TryGetProperty("parameters", out var p) && p.ToString().Contains("starting_after", StringComparison.Ordinal)
            ),
            c => Assert.StartsWith("list", c.Name, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_page_of_the_api_is_found_from_the_bare_address()
    {
        var pages = await server.App.Anonymous.GetStringAsync("/");
        Assert.Contains("href=\"/docs/\"", pages, StringComparison.Ordinal);
        var page = await server.App.Anonymous.GetAsync("/docs/");
        Assert.Equal("/docs/index.html", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("Hazina API", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_module_has_a_text_of_its_refusals()
    {
        var catalogue = server.App.Services.GetRequiredService<RefusalCatalogue>();
        foreach (var module in catalogue.All.Select(t => t.Code.Split('.')[0]).Distinct())
            await Compare($"docs/refusals/{module}.md", catalogue.Markdown(module));
    }

    [Fact]
    public async Task Every_event_has_a_schema_and_every_schema_an_event()
    {
        var types = server.App.Services.GetRequiredService<EventCatalogue>().All;
        Assert.Contains(types, t => t.Name == "ledger.transaction.posted.v1");
        foreach (var type in types)
        {
            Assert.EndsWith(".", type.Description, StringComparison.Ordinal);
            await Compare($"docs/events/{type.Name}.json", EventSchemas.Of(type));
        }

        Assert.Equal(
            types.Select(t => t.Name + ".json"),
            Directory.GetFiles(Path.Combine(Root(), "docs/events"), "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Refusals_are_named_by_module_and_tell_what_to_do()
    {
        var catalogue = server.App.Services.GetRequiredService<RefusalCatalogue>();
        Assert.True(catalogue.All.Count >= PlatformRefusals.All.Count);
        Assert.All(
            catalogue.All,
            t =>
            {
                Assert.Matches("^[a-z]+\\.[a-z_]+$", t.Code);
                Assert.InRange(t.Status, 400, 503);
                Assert.EndsWith(".", t.Explanation, StringComparison.Ordinal);
                Assert.False(t.Title.EndsWith('.'), t.Title);
            }
        );
    }

    [Fact]
    public async Task Every_refusal_has_a_page_that_fetches_nothing_from_elsewhere()
    {
        foreach (var type in server.App.Services.GetRequiredService<RefusalCatalogue>().All)
        {
            var page = await server.App.Anonymous.GetAsync(type.Page);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            var html = await page.Content.ReadAsStringAsync();
            Assert.Contains(type.Code, html, StringComparison.Ordinal);
            Assert.DoesNotContain("://", html, StringComparison.Ordinal);
        }

        Assert.Contains("platform.internal", await server.App.Anonymous.GetStringAsync("/docs/refusals/"), StringComparison.Ordinal);
        await (await server.App.Anonymous.GetAsync("/docs/refusals/no.such")).Problem(HttpStatusCode.NotFound, "platform.not_found");
    }

    [Fact]
    public async Task The_page_of_the_api_loads_everything_from_here_and_within_its_policy()
    {
        var answer = await server.App.Anonymous.GetAsync("/docs/index.html");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("script-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotMatch("<script>", html);
        foreach (Match link in Links().Matches(html))
        {
            var path = link.Groups["to"].Value;
            Assert.DoesNotContain("://", path, StringComparison.Ordinal);
            var loaded = await server.App.Anonymous.GetAsync("/docs/" + path);
            Assert.True(loaded.IsSuccessStatusCode, $"{path}: {loaded.StatusCode}");
        }

        Assert.Equal(HttpStatusCode.OK, (await server.App.Anonymous.GetAsync("/docs")).StatusCode);
    }

    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static async Task Compare(string path, string text)
    {
        var file = Path.Combine(Root(), path);
        if (Writes)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
        }

        var kept = File.Exists(file) ? await File.ReadAllTextAsync(file) : "";
        Assert.True(
            kept == text,
            $"{path} is not what the program says. Look at the difference after HAZINA_WRITE_DOCS=1 ./hazina test Document"
        );
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hazina.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        return folder.FullName;
    }

    [GeneratedRegex("^[a-z]+([A-Z][a-z]+)*$")]
    private static partial Regex CallName();

    [GeneratedRegex("(src|href)=\"(?<to>[^\"]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Links();

    public sealed class Server : IAsyncLifetime
    {
        public HazinaApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            App = await HazinaApp.StartAsync(add: s => s.AddPermissions(new Permission("test.any", "anything")));

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
