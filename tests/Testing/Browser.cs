using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Xunit;

namespace Hazina.Testing;

/// <summary>A real Chromium without a window.</summary>
public sealed class Browser : IAsyncDisposable
{
    static readonly string? Program = Array.Find(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], File.Exists);

    readonly IPlaywright playwright;
    readonly IBrowser browser;

    Browser(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    public static async Task<Browser> StartedAsync()
    {
        Assert.SkipWhen(Program is null, "chromium is not installed (./hazina test installs it when root).");
        // The driver is run where the package lies, and by the Node.js that is there for other tests, too: a copy for each project would be large.
        var package = Assembly
            .GetExecutingAssembly()
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "PlaywrightPackage");
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", package.Value);
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", NodeProgram.Find());
        var driver = await Playwright.CreateAsync();
        var launched = await driver.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Program,
                Args =
                [
                    "--no-sandbox", // which root cannot have
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
        return new Browser(driver, launched);
    }

    /// <summary>A page in a browser profile of its own.</summary>
    public async Task<BrowserPage> OpenAsync(Uri address)
    {
        var page = await (await browser.NewContextAsync()).NewPageAsync();
        await page.GotoAsync(address.ToString());
        return new BrowserPage(page, await page.Context.NewCDPSessionAsync(page));
    }

    /// <summary>A browser profile of its own, for pages of another size, taste or without scripts.</summary>
    public Task<IBrowserContext> ProfileAsync(BrowserNewContextOptions options) => browser.NewContextAsync(options);

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}

/// <summary>A page that is open in the browser.</summary>
public sealed class BrowserPage(IPage page, ICDPSession devtools)
{
    /// <summary>A device that keeps passkeys and answers at once, as if its owner had touched it.</summary>
    /// <param name="isOwner">Whether it finds that it is its owner.</param>
    public async Task AddAuthenticatorAsync(bool isOwner = true)
    {
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new Dictionary<string, object>
            {
                ["options"] = new Dictionary<string, object>
                {
                    ["protocol"] = "ctap2",
                    ["transport"] = "internal",
                    ["hasResidentKey"] = true,
                    ["hasUserVerification"] = true,
                    ["isUserVerified"] = isOwner,
                    ["automaticPresenceSimulation"] = true,
                },
            }
        );
    }

    /// <summary>Calls a function of the page, and waits for what it gives.</summary>
    /// <exception cref="PlaywrightException">It threw; the message says what.</exception>
    public async Task<JsonNode> CallAsync(string function, params object?[] arguments) =>
        JsonNode.Parse((await page.EvaluateAsync<JsonElement>($"given => {function}(...given)", arguments)).GetRawText())!;
}
