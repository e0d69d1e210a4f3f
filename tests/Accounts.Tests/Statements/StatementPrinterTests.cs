using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazina.Accounts.Statements;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hazina.Accounts.Tests.Statements;

public sealed partial class StatementPrinterTests(AccountsServer server) : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_statement_is_printed_as_it_is_shown()
    {
        Assert.SkipUnless((await server.App).Services.GetRequiredService<StatementPrinter>().IsThere, "chromium is not installed");
        var amina = await server.Someone();
        var account = await amina.Account(1000);
        var made = (
            await amina.Post(
                $"/v1/accounts/{account}/statements",
                new JsonObject { ["from"] = DateTimeOffset.UtcNow.AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) }
            )
        ).Is(HttpStatusCode.Created);
        using var response = await amina.Client.GetAsync(
            $"/v1/statements/{made["id"]}/file?format=pdf",
            TestContext.Current.CancellationToken
        );
        Assert.Equal((HttpStatusCode.OK, "application/pdf"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.EndsWith(".pdf", response.Content.Headers.ContentDisposition?.FileName, StringComparison.Ordinal);
        var pdf = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(pdf.AsSpan().StartsWith("%PDF-"u8));
        var text = Encoding.Latin1.GetString(pdf);
        Assert.Equal("1", Pages().Match(text).Groups[1].Value);
        // Its letters are numbers of a font that is in it.
        Assert.Contains("/ToUnicode", text, StringComparison.Ordinal);
        Assert.InRange(pdf.Length, 5_000, 500_000);
    }

    [Fact]
    public async Task Where_nothing_prints_that_is_said()
    {
        using (var none = Printer("none", TimeProvider.System))
            Assert.Equal("accounts.no_printer", (await none.Print(Page, CancellationToken.None)).Refusal!.Type.Code);
        foreach (var useless in (string[])["/nowhere/chromium", "/bin/true", "/bin/false"])
        {
            using var printer = Printer(useless, TimeProvider.System);
            Assert.Equal("accounts.not_printed", (await printer.Print(Page, CancellationToken.None)).Refusal!.Type.Code);
        }
    }

    [Fact]
    public async Task What_hangs_is_ended_and_leaves_nothing_behind()
    {
        var script = folder.Inside("chromium");
        await File.WriteAllTextAsync(
            script,
            $"#!/bin/sh\npwd > {folder.Inside("began")}.new\nmv {folder.Inside("began")}.new {folder.Inside("began")}\nexec sleep 600\n"
        );
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var time = new ManualTime();
        using var printer = Printer(script, time);
        var printing = printer.Print(Page, CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(folder.Inside("began"))), "it has begun");
        var place = (await File.ReadAllTextAsync(folder.Inside("began"))).Trim();
        Assert.True(Directory.Exists(place));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("accounts.not_printed", (await printing).Refusal!.Type.Code);
        Assert.False(Directory.Exists(place));
    }

    StatementPrinter Printer(string program, TimeProvider time) =>
        new(
            new ConfigurationBuilder().AddInMemoryCollection([new("Statements:Chromium", program)]).Build(),
            time,
            NullLogger<StatementPrinter>.Instance
        );

    static async Task Page(Stream stream, CancellationToken stop) => await stream.WriteAsync("<p>Page</p>"u8.ToArray(), stop);

    public void Dispose() => folder.Dispose();

    [GeneratedRegex(@"/Type\s*/Pages\s*/Count\s+(\d+)")]
    private static partial Regex Pages();
}
