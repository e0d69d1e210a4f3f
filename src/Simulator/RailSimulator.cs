using Hazina.Simulator.Buni;
using Hazina.Simulator.Daraja;
using Hazina.Simulator.Dtb;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Phone;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hazina.Simulator;

/// <summary>A payment that a customer started on their phone.</summary>
/// <param name="Status"><c>completed</c>, <c>failed</c>, or <c>refused</c> by validation.</param>
public sealed record PhonePayment(string Receipt, string Status);

/// <summary>
/// The vendors' hosts, listening: M-Pesa at <c>daraja/</c>, KCB at <c>buni/</c>, DTB at <c>dtb/</c> below <see cref="Url"/>. They answer, call back, and
/// keep a book of what really moved. Everything is in memory, and forgotten when it ends.
/// </summary>
public sealed class RailSimulator : IAsyncDisposable
{
    readonly WebApplication app;
    readonly Switchboard board;
    readonly BankNotices notices;
    readonly C2b c2b;
    readonly Notification notification;

    RailSimulator(RailSimulatorOptions options)
    {
        Options = options;
        var ids = new Identifiers(options.Seed);
        var callbacks = new CallbackSender(options);
        Book = new Book(options.OpeningBalance, options.RefuseOverdraft);
        var desk = new OrderDesk(options, Book, callbacks, ids);
        board = new Switchboard(options, desk, ids, new Tokens(options.Time, options.Timing.TokenLifetime), Book, callbacks);
        notices = new BankNotices(options);
        notification = new Notification(board, notices);
        c2b = new C2b(board);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Rails" });
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.AddRouting();
        // Nothing that is still held back keeps the simulator from ending.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        app = builder.Build();
        DarajaRoutes.Map(app, board, c2b);
        BuniRoutes.Map(app, board, notices);
        DtbRoutes.Map(app, board);
        PhoneRoutes.Map(app, this);
    }

    public RailSimulatorOptions Options { get; }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri Url { get; private set; } = new("http://localhost/");

    /// <summary>What M-Pesa's adapter takes as its base address.</summary>
    public Uri Daraja => new(Url, "daraja/");

    /// <summary>What KCB's adapter takes as its base address.</summary>
    public Uri Buni => new(Url, "buni/");

    /// <summary>What DTB's adapter takes as its base address.</summary>
    public Uri Dtb => new(Url, "dtb/");

    /// <summary>What really moved.</summary>
    public Book Book { get; }

    /// <summary>What KCB's notifications are checked with, as PEM.</summary>
    public string KcbPublicKey => notices.PublicKey;

    /// <summary>What was called back so far, in the order in which it was answered.</summary>
    public IReadOnlyList<SentCallback> Callbacks => board.Callbacks.Sent;

    /// <summary>What is held back.</summary>
    public IReadOnlyList<Callback> Held => board.Callbacks.Held;

    /// <summary>What customers were asked, newest first.</summary>
    public IReadOnlyList<Prompt> Prompts => [.. board.Desk.Prompts];

    public Uri? KcbTransferCallback => notices.Transfers;

    public Uri? KcbNotification => notices.Notifications;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<RailSimulator> Start(RailSimulatorOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var simulator = new RailSimulator(options);
        try
        {
            await simulator.app.StartAsync(ct);
        }
        catch
        {
            await simulator.DisposeAsync();
            throw;
        }

        simulator.Url = new Uri(simulator.app.Urls.Single() + "/");
        return simulator;
    }

    /// <summary>
    /// Chooses how vendors behave, before numbers do. Null, given or returned, leaves it to the numbers. Called for each call, from many threads at once.
    /// </summary>
    public void Behave(Func<SimulatedCall, Behaviour?>? choice) => board.Choose(choice);

    /// <summary>Has vendors take what is asked for of a phone or account, and decide nothing of it until what this gives is disposed.</summary>
    public IDisposable HoldUp(string party) => board.Desk.HoldUp(party);

    /// <summary>Keeps back callbacks from now on: those that <paramref name="which"/> picks, or all. What they tell has happened all the same.</summary>
    public void Hold(Func<Callback, bool>? which = null) => board.Callbacks.Hold(which ?? (_ => true));

    /// <summary>Sends what was kept back, in the order in which it came, and keeps back nothing more.</summary>
    public Task Release() => board.Callbacks.ReleaseAsync();

    /// <summary>The customer enters their PIN. A wrong one is an answer, too.</summary>
    /// <returns>False where there is no such prompt, it has been answered, or prompts answer themselves.</returns>
    public bool Approve(string promptId, string pin) =>
        Find(promptId)?.Become(pin == Options.Pin ? PromptState.Approved : PromptState.WrongPin) ?? false;

    /// <summary>The customer says no.</summary>
    /// <inheritdoc cref="Approve"/>
    public bool Cancel(string promptId) => Find(promptId)?.Become(PromptState.Cancelled) ?? false;

    /// <summary>The organisation moves its own money between its account with the vendor and a bank.</summary>
    /// <param name="change">Of the account with the vendor: below zero to the bank.</param>
    public BookEntry Settle(Rail rail, decimal change) => Book.Settle(rail, change, board.Ids.Receipt(), board.Now);

    /// <summary>A customer pays of their own accord, to M-Pesa's paybill, or to the account at KCB (by its shortcode) or DTB (by its number).</summary>
    /// <param name="account">What they write for whom it is.</param>
    /// <returns>How it went; null where nobody has this shortcode.</returns>
    public async Task<PhonePayment?> Pay(string shortCode, string account, decimal amount, string phone)
    {
        Order? order;
        if (shortCode == Options.Credentials.MpesaShortCode)
        {
            order = await c2b.PayAsync(account, amount, phone);
            if (order is null)
                return new PhonePayment("", "refused");
        }
        else
        {
            order =
                shortCode == Options.Credentials.KcbShortCode ? notification.Receive(account, amount, phone)
                : shortCode == Options.Credentials.DtbAccount ? DtbRoutes.Receive(board, account, amount, phone)
                : null;
        }

        if (order is null)
            return null;
        await order.Decided.Task;
        return new PhonePayment(order.Receipt, order.Progress.State == OrderState.Done ? "completed" : "failed");
    }

    /// <summary>Who a phone or account belongs to: eight made-up names in turn, unless one was given.</summary>
    public string NameOf(string party) => board.Names.FullName(party);

    /// <summary>Says who a phone or account belongs to from now on.</summary>
    public void GiveName(string party, string name) => board.Names.Give(party, name);

    /// <summary>Tells KCB where to call, which a bank is told once. Null: nowhere.</summary>
    public void Onboard(Uri? kcbTransferCallback, Uri? kcbNotification) =>
        (notices.Transfers, notices.Notifications) = (kcbTransferCallback, kcbNotification);

    /// <summary>From now on no token that was given is good.</summary>
    public void RevokeTokens() => board.Tokens.Revoke();

    /// <summary>
    /// Waits until everything that was asked for has come to its end, callbacks and late things included. With a clock that stands still,
    /// nothing comes to its end.
    /// </summary>
    public Task SettleAsync() => board.Desk.SettleAsync();

    /// <summary>The vendor's statement of our account, as CSV: <paramref name="from"/> ≤ time &lt; <paramref name="to"/>.</summary>
    public string Statement(Rail rail, DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        Simulator.Statement.Of(Book.Entries, rail, Options.OpeningBalance, from, to);

    /// <summary>The same as the vendor's own portal exports it: M-Pesa's organisation statement, or a bank's.</summary>
    /// <param name="opening">What lay there before this simulator began; null: <see cref="RailSimulatorOptions.OpeningBalance"/>.</param>
    public string VendorStatement(Rail rail, DateTimeOffset? from = null, DateTimeOffset? to = null, decimal? opening = null) =>
        Simulator.VendorStatement.Of(this, rail, (from, to), opening ?? Options.OpeningBalance);

    /// <summary>Nobody answers for the person whom the behaviour plays.</summary>
    Prompt? Find(string id) => Options.Phone == PhoneMode.Manual ? board.Desk.Prompts.FirstOrDefault(p => p.Id == id) : null;

    public async ValueTask DisposeAsync()
    {
        await board.Desk.DisposeAsync();
        await app.DisposeAsync();
        board.Callbacks.Dispose();
        notices.Dispose();
    }
}
