using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Web.Tests;

/// <summary>What holds for every page.</summary>
public sealed partial class PageTests(Site site)
{
    /// <summary>What people on a phone wait for, compressed.</summary>
    const int MostBytes = 150_000;

    [Fact]
    public async Task The_first_page_is_small_and_what_it_loads_is_kept_for_ever()
    {
        using var client = await Client();
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");
        var page = await client.GetAsync("/");
        var html = await page.Content.ReadAsStringAsync();
        var (size, assets) = (html.Length, AssetLink().Matches(html).Select(m => m.Value).Distinct().ToList());
        Assert.True(assets.Count >= 4, html);
        foreach (var asset in assets)
        {
            using var answer = await client.GetAsync(asset);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("br", Assert.Single(answer.Content.Headers.ContentEncoding));
            Assert.Equal(
                "public, max-age=31536000, immutable",
                answer
                    .Headers.CacheControl!.ToString()
                    .Replace("max-age=31536000, public", "public, max-age=31536000", StringComparison.Ordinal)
            );
            size += (await answer.Content.ReadAsByteArrayAsync()).Length;
        }

        Assert.InRange(size, 1, MostBytes);
        using var plain = await Client();
        Assert.Contains("--hz-green", await plain.GetStringAsync(AssetFiles.Url("site.css")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await plain.GetAsync("/assets/site.000000000000.css")).StatusCode);
    }

    [Fact]
    public async Task A_page_may_load_and_run_only_what_is_ours()
    {
        using var client = await Client();
        using var page = await client.GetAsync("/sign-in");
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", page.Headers.CacheControl!.ToString());
        Assert.StartsWith("req_", page.Headers.GetValues("Request-Id").Single(), StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotMatch(new Regex(@"<script(?![^>]* src=)|\sstyle=|\son[a-z]+="), html);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("X-Nothing", "at all")]
    public async Task A_form_of_another_site_is_not_taken(string header, string value)
    {
        var asha = await site.Someone();
        using var client = await Client();
        using var form = new HttpRequestMessage(HttpMethod.Post, "/sign-out") { Content = new FormUrlEncodedContent([]) };
        var token = asha.Client.DefaultRequestHeaders.Authorization!.Parameter;
        form.Headers.Add("Cookie", $"hz_session={token}");
        form.Headers.Add(header, value);
        using var answer = await client.SendAsync(form);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("This did not come from our pages", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        (await asha.Get("/v1/me")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs()
    {
        var asha = await site.Someone();
        await using var window = await site.Open(asha);
        await window.Go($"/wallet/transfers/{Guid.CreateVersion7()}");
        await window.Heads("There is nothing here");
        await window.Look("not-there");
        using var client = await Client();
        using var page = await client.GetAsync("/wallet/nowhere/at/all");
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        using var problem = await client.GetAsync("/v1/nowhere");
        Assert.Equal("application/problem+json", problem.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Where_the_api_cannot_be_reached_a_page_says_so_and_what_it_means()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closed = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var alone = await HazinaApp.StartAsync(
            settings: new Dictionary<string, string?> { ["Web:Api"] = $"http://127.0.0.1:{closed}" }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(alone.Address, "/wallet"));
        request.Headers.Add("Cookie", "hz_session=anything");
        using var answer = await alone.Anonymous.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, text);
        Assert.Contains("We cannot reach the books right now", text, StringComparison.Ordinal);
        Assert.Contains(answer.Headers.GetValues("Request-Id").Single(), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_database_down_a_page_says_so_and_is_there_again_with_it()
    {
        await using var postgres = await MortalPostgres.StartAsync();
        await using var alone = await HazinaApp.StartAsync(
            settings: new Dictionary<string, string?> { ["database_owner"] = postgres.OwnerConnectionString }
        );
        using var asha = await Testing.Person.SignedInAsync(alone, "user");
        Assert.Contains("Karibu", (await Home(alone, asha)).Text, StringComparison.Ordinal);
        await postgres.KillAsync();
        var (status, text) = await Home(alone, asha);
        Assert.True(status == HttpStatusCode.ServiceUnavailable, text);
        Assert.Contains("We cannot reach the books right now", text, StringComparison.Ordinal);
        await postgres.ReviveAsync();
        await Eventually.TrueAsync(async () => (await Home(alone, asha)).Status == HttpStatusCode.OK, "the page is there again");
    }

    static async Task<(HttpStatusCode Status, string Text)> Home(HazinaApp app, Testing.Person person)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/wallet"));
        request.Headers.Add("Cookie", $"hz_session={person.Token}");
        using var answer = await app.Anonymous.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_pages_word_on_where_a_browser_is_is_taken_and_nobody_elses()
    {
        var connection = (await site.App()).Services.GetRequiredService<ApiConnection>();
        var forged = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Loopback } };
        forged.Request.Headers["Hazina-Web"] = "guessed";
        forged.Request.Headers["Hazina-Web-Address"] = "203.0.113.7";
        connection.Believe(forged);
        Assert.Equal(IPAddress.Loopback, forged.Connection.RemoteIpAddress);
        Assert.Empty(forged.Request.Headers);

        // What a browser says of itself is what the session shows, though the call came from our own server.
        await using var window = await site.Open();
        await window.SignIn(await site.Newcomer());
        await window.Go("/wallet/security");
        await window.Says("Chrome");
    }

    [Fact]
    public void Words_stand_in_resources_and_not_in_pages()
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root(), "src", "Web"), "*.razor", SearchOption.AllDirectories))
        {
            if (file.Contains("node_modules", StringComparison.Ordinal) || file.Contains("/obj/", StringComparison.Ordinal))
                continue;
            found.AddRange(WordsIn(File.ReadAllText(file)).Select(w => $"{Path.GetFileName(file)}: {w}"));
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
        Assert.Equal(["Hello there"], WordsIn("<p class=\"x\">Hello there</p>"));
        Assert.Empty(WordsIn("@inherits Page<int>\n<p>@Words.Hello · @(Model > 2 ? Words.A : Words.B)</p>\n@code {\n  int one;\n}\n"));
    }

    /// <summary>What stands between tags, is no expression and has a word in it.</summary>
    static List<string> WordsIn(string page)
    {
        var code = page.IndexOf("@code {", StringComparison.Ordinal);
        var markup = code < 0 ? page : page[..code];
        markup = Expression().Replace(Comment().Replace(markup, ""), "");
        return
        [
            .. Between()
                .Matches(markup)
                .Select(m => WebUtility.HtmlDecode(m.Groups[1].Value).Trim())
                .Where(t => Word().IsMatch(t) && !t.Contains('{', StringComparison.Ordinal) && !t.Contains('}', StringComparison.Ordinal)),
        ];
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Hazina.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }

    async Task<HttpClient> Client() => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = await site.Address() };

    [GeneratedRegex("/assets/[^\"]+")]
    private static partial Regex AssetLink();

    [GeneratedRegex(@"@\*.*?\*@|<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<=[""a-z/ ])>([^<>]+)<")]
    private static partial Regex Between();

    [GeneratedRegex(@"@\((?>[^()]+|\((?<d>)|\)(?<-d>))*(?(d)(?!))\)|@[\w.!?]+(\((?>[^()]+|\((?<e>)|\)(?<-e>))*(?(e)(?!))\))?")]
    private static partial Regex Expression();

    [GeneratedRegex(@"[A-Za-z]{2,}")]
    private static partial Regex Word();
}
