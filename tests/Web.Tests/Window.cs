using System.Text.Json;
using Microsoft.Playwright;

namespace Hazina.Web.Tests;

/// <summary>A window of a browser, as a person looks at it. What the browser complains about on the way fails the test.</summary>
public sealed class Window : IAsyncDisposable
{
    public static readonly ViewportSize PhoneSize = new() { Width = 360, Height = 740 },
        DesktopSize = new() { Width = 1280, Height = 800 };

    static readonly Lazy<Task<string>> Axe = new(async () =>
        await File.ReadAllTextAsync(Path.Combine(await NodeModules.FetchAsync("Axe"), "axe-core", "axe.min.js"))
    );

    readonly List<string> complaints = [];

    public Window(IBrowserContext profile, IPage page)
    {
        (Profile, Page) = (profile, page);
        // What is refused is told on the page; that its status is an error is no fault of the page.
        page.Console += (_, said) =>
        {
            if (said.Type == "error" && !said.Text.Contains("Failed to load resource", StringComparison.Ordinal))
                complaints.Add(said.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { IsLoopback: false, Scheme: "http" or "https" })
                complaints.Add($"asked a stranger: {request.Url}");
        };
    }

    public IBrowserContext Profile { get; }

    public IPage Page { get; }

    public ILocator Title => Page.Locator("h1");

    public Task<IResponse?> Go(string path) => Page.GotoAsync(path);

    public Task Fill(string label, string value) =>
        Page.GetByLabel(label).And(Page.Locator("input:not([type=radio])")).First.FillAsync(value);

    /// <summary>Presses the button, and waits for the page that comes of it, which may look like the one before.</summary>
    public async Task Press(string button)
    {
        await Page.WaitForLoadStateAsync(LoadState.DOMContentLoaded);
        var loaded = new TaskCompletionSource();
        void Loaded(object? sender, IPage page) => loaded.TrySetResult();
        Page.DOMContentLoaded += Loaded;
        try
        {
            await Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
            await loaded.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            Page.DOMContentLoaded -= Loaded;
        }
    }

    /// <summary>Goes on by the tabulator until the field of this name, or the button that begins with this text, has the focus.</summary>
    public async Task Reach(string? name = null, string? text = null)
    {
        for (var steps = 0; steps < 40; steps++)
        {
            await Page.Keyboard.PressAsync("Tab");
            var here = await Page.EvaluateAsync<string[]>(
                "[document.activeElement.name ?? '', document.activeElement.tagName === 'BUTTON' ? document.activeElement.textContent.trim() : '']"
            );
            if (name is not null ? here[0] == name : here[1].StartsWith(text!, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"the keyboard does not reach {name ?? text}");
    }

    /// <summary>Somebody who has signed up, by the pages.</summary>
    public async Task SignIn(string login)
    {
        await Go("/sign-in");
        await Fill("E-mail or phone", login);
        await Fill("Password", Site.Good);
        await Press("Sign in");
        await Page.WaitForURLAsync("**/wallet");
    }

    /// <summary>A device that keeps passkeys, and answers at once as if its owner had touched it.</summary>
    public async Task AddAuthenticator() =>
        await new BrowserPage(Page, await Page.Context.NewCDPSessionAsync(Page)).AddAuthenticatorAsync();

    public async Task<string> Text() => await Page.Locator("body").InnerTextAsync();

    /// <summary>Waits until the page says so.</summary>
    public Task Says(string text) => Assertions.Expect(Page.Locator("main")).ToContainTextAsync(text);

    public Task Heads(string title) => Assertions.Expect(Title).ToHaveTextAsync(title);

    /// <summary>Pictures for people to look at, on a phone and on a desk, light and dark; and what keeps somebody from using the page fails.</summary>
    public async Task Look(string name)
    {
        foreach (var (size, width) in new[] { (PhoneSize, "phone"), (DesktopSize, "desktop") })
        {
            await Page.SetViewportSizeAsync(size.Width, size.Height);
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                await Page.ScreenshotAsync(new() { Path = PathOf($"{name}-{width}-{scheme}".ToLowerInvariant()), FullPage = true });
                // What is wrong with the light one on a phone is wrong with it on a desk; colours differ, and so does what fits.
                if (size == PhoneSize == (scheme == ColorScheme.Light))
                    await Check($"{name} ({width}, {scheme})");
            }

            var overflow = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(overflow <= 0, $"{name} is {overflow} wider than the {width}");
        }

        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        await Page.SetViewportSizeAsync(PhoneSize.Width, PhoneSize.Height);
    }

    /// <summary>Whether axe-core finds something serious.</summary>
    async Task Check(string name)
    {
        if (!await Page.EvaluateAsync<bool>("'axe' in window"))
            await Page.EvaluateAsync(await Axe.Value + "; 0");
        var found = await Page.EvaluateAsync<JsonElement>(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
                + ".filter(v => v.impact === 'serious' || v.impact === 'critical')"
                + ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | '))"
        );
        Assert.True(found.GetArrayLength() == 0, $"{name}: {found}");
    }

    public async ValueTask DisposeAsync()
    {
        await Profile.DisposeAsync();
        Assert.Empty(complaints);
    }

    static string PathOf(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Hazina.slnx")))
            root = root.Parent;
        return Path.Combine(root.FullName, "artifacts", "screens", name + ".png");
    }
}
