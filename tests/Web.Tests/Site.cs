using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazina.Platform.Messages;
using Hazina.Simulator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Hazina.Web.Tests.Site))]

namespace Hazina.Web.Tests;

/// <summary>The real server with its pages, the rails' simulator beside it, and one browser; all tests share them, and each has people of its own.</summary>
public sealed partial class Site : IAsyncDisposable
{
    public const string Good = "three small boats at noon";

    static int lastNumber = 20_000;

    readonly Lazy<Task<Running>> running = new(Running.StartAsync);

    public async Task<HazinaApp> App() => (await running.Value).App;

    public async Task<AccountsServer> Accounts() => (await running.Value).Accounts;

    public async Task<RailSimulator> Rails() => (await running.Value).Rails;

    /// <summary>Of what is asked of this phone nothing is decided until what this gives is disposed.</summary>
    public async Task<IDisposable> HoldUp(string phone) => (await Rails()).HoldUp(phone.TrimStart('+'));

    public async Task<Uri> Address() => (await running.Value).Address;

    /// <summary>A phone that nobody else has, with these last digits.</summary>
    public static string Phone(string last = "000") =>
        string.Create(CultureInfo.InvariantCulture, $"+2547{Interlocked.Increment(ref lastNumber):00000}{last}");

    public static string AnyEmail() => $"asha.{Guid.CreateVersion7():N}@example.com";

    /// <summary>A window of a browser where nobody is signed in.</summary>
    public async Task<Window> Open(bool isPhone = true, bool isDark = false, bool hasScripts = true)
    {
        var here = await running.Value;
        var profile = await here.Browser.ProfileAsync(
            new BrowserNewContextOptions
            {
                BaseURL = here.Address.ToString(),
                ViewportSize = isPhone ? Window.PhoneSize : Window.DesktopSize,
                ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
                JavaScriptEnabled = hasScripts,
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        return new Window(profile, await profile.NewPageAsync());
    }

    /// <summary>The same, where this person is signed in.</summary>
    public async Task<Window> Open(Customer person, bool isPhone = true, bool isDark = false, bool hasScripts = true)
    {
        var window = await Open(isPhone, isDark, hasScripts);
        await window.Profile.AddCookiesAsync([
            new Microsoft.Playwright.Cookie
            {
                Name = "hz_session",
                Value = person.Client.DefaultRequestHeaders.Authorization!.Parameter!,
                Url = (await Address()).ToString(),
                HttpOnly = true,
                SameSite = SameSiteAttribute.Lax,
            },
        ]);
        return window;
    }

    /// <summary>Somebody who holds accounts.</summary>
    public async Task<Customer> Someone(params string[] roles) => await (await Accounts()).Someone(roles);

    /// <summary>Somebody who has signed up, by this e-mail and <see cref="Good"/>.</summary>
    public async Task<string> Newcomer()
    {
        var (email, anyone) = (AnyEmail(), (await App()).Anonymous);
        var body = new JsonObject
        {
            ["email"] = email,
            ["password"] = Good,
            ["full_name"] = "Asha Mwangi",
        };
        var asked = (await Customer.Send(anyone, HttpMethod.Post, "/v1/auth/register", body)).Is(HttpStatusCode.Accepted);
        var code = new JsonObject { ["registration"] = asked["id"]!.DeepClone(), ["code"] = await Code(email) };
        (await Customer.Send(anyone, HttpMethod.Post, "/v1/auth/verify", code)).Is(HttpStatusCode.OK);
        return email;
    }

    /// <summary>The code that was sent there last.</summary>
    public async Task<string> Code(string to)
    {
        var messages = (await App()).Services.GetRequiredService<MessageOutbox>();
        var last = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var waiting = await messages.WaitingFor(to);
                last = waiting.Count > 0 ? Digits().Match(waiting[^1].Text).Value : "";
                return last.Length > 0;
            },
            $"a code was sent to {to}"
        );
        return last;
    }

    public async ValueTask DisposeAsync()
    {
        if (running.IsValueCreated && running.Value.IsCompletedSuccessfully)
            await (await running.Value).DisposeAsync();
    }

    [GeneratedRegex("[0-9]{8}")]
    private static partial Regex Digits();

    sealed class Running(Server accounts, RailSimulator rails, HazinaApp app, Browser browser) : IAsyncDisposable
    {
        public AccountsServer Accounts => accounts;

        public RailSimulator Rails => rails;

        public HazinaApp App => app;

        public Browser Browser => browser;

        /// <summary>By the name that passkeys are bound to.</summary>
        public Uri Address => new UriBuilder(app.Address) { Host = "localhost" }.Uri;

        public static async Task<Running> StartAsync()
        {
            var browser = await Browser.StartedAsync();
            var port = Free();
            var rails = await RailSimulator.Start(new RailSimulatorOptions { Port = 0, Timing = SimulatorTiming.Fast });
            var accounts = new Server(SettingsOf(port, rails));
            return new Running(accounts, rails, await accounts.App, browser);
        }

        public async ValueTask DisposeAsync()
        {
            await browser.DisposeAsync();
            await accounts.DisposeAsync();
            await rails.DisposeAsync();
        }

        static int Free()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        static Dictionary<string, string?> SettingsOf(int port, RailSimulator rails)
        {
            const string at = "Payments:Providers:";
            var (server, known) = ($"http://127.0.0.1:{port}", rails.Options.Credentials);
            return new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["urls"] = server,
                ["RateLimits:PersonPer15Minutes"] = "0",
                ["RateLimits:AnonymousChangesPer15Minutes"] = "0",
                ["RateLimits:AnonymousReadsPer15Minutes"] = "0",
                ["Web:SimulatedPhone"] = rails.Url.ToString(),
                ["Payments:Withdrawals:Alone:KES"] = "20000",
                [at + "LookEvery"] = "00:00:00.2",
                [at + "QueryAfter"] = "00:00:00.4",
                [at + "Mpesa:BaseAddress"] = rails.Daraja.ToString(),
                [at + "Mpesa:CallbackBase"] = server,
                [at + "Mpesa:ConsumerKey"] = known.MpesaConsumerKey,
                [at + "Mpesa:ConsumerSecret"] = known.MpesaConsumerSecret,
                [at + "Mpesa:ShortCode"] = known.MpesaShortCode,
                [at + "Mpesa:Passkey"] = known.MpesaPasskey,
                [at + "Mpesa:Initiator"] = known.MpesaInitiator,
                [at + "Mpesa:SecurityCredential"] = known.MpesaSecurityCredential,
                [at + "Dtb:BaseAddress"] = rails.Dtb.ToString(),
                [at + "Dtb:CallbackBase"] = server,
                [at + "Dtb:ConsumerKey"] = known.DtbClientId,
                [at + "Dtb:ConsumerSecret"] = known.DtbClientSecret,
                [at + "Dtb:Account"] = known.DtbAccount,
                [at + "Dtb:CallbackSecret"] = known.DtbCallbackSecret,
            };
        }
    }

    sealed class Server(IReadOnlyDictionary<string, string?> settings) : AccountsServer(null, settings);
}
