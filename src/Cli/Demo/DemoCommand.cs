using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hazina.Accounts;
using Hazina.Host;
using Hazina.Ledger.Proof;
using Hazina.Money;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Hazina.Simulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace Hazina.Cli.Demo;

/// <summary>The first thing that a newcomer runs.</summary>
static class DemoCommand
{
    const string Book = "sandbox";

    public static CliCommand Create()
    {
        var once = new Option<bool>("--once") { Description = "End after the story" };
        var port = ServeCommand.PortOption();
        var data = CommonOptions.Data();
        var command = new CliCommand("demo", "Watch money move: a server, a small town, a day of it")
        {
            Details =
                "Starts a server with a PostgreSQL of its own in the folder demo of the data folder, plays a day through the HTTP API, proves the books, "
                + "and keeps serving until Ctrl-C. Run again, it plays another day in the same books.",
            Examples = [("demo", "and then open http://localhost:5080/docs"), ("demo --once", "the story, and back to the prompt")],
        };
        command.Options.Add(once);
        command.Options.Add(port);
        command.Options.Add(data);
        command.SetAction(
            async (parsed, ct) =>
            {
                await using var rails = await DemoRails.StartAsync(ct);
                var folder = Path.Combine(Path.GetFullPath(parsed.GetRequiredValue(data)), "demo");
                var at = parsed.GetValue(port) ?? ServeCommand.DefaultPort;
                var settings = new ServeSettings
                {
                    DataFolder = folder,
                    Urls = ServerOptions.UrlOf(at, isSecure: false),
                    LogLevel = "warning",
                    SaysWhere = false,
                    // Its people are made up; what they are sent is read from the outbox.
                    SendsMail = false,
                    More = new Dictionary<string, string?>(rails.Settings($"http://localhost:{at}"))
                    {
                        // Its staff is made up, and has no phone to show codes.
                        ["Identity:StaffNeedsSecondFactor"] = "false",
                    },
                };
                return await Serving.RunAsync(
                    settings,
                    (app, stop) => TellAsync(app, rails.Simulator, folder, parsed.GetValue(once), stop),
                    ct
                );
            }
        );
        return command;
    }

    /// <summary>Plays the day on a server that is up. True: keep serving.</summary>
    static async Task<bool> TellAsync(WebApplication app, RailSimulator rails, string folder, bool once, CancellationToken ct)
    {
        var keys = app.Services.GetRequiredService<ApiKeys>();
        string[] ledger = [.. keys.Permissions.Select(p => p.Name).Where(p => p.StartsWith("ledger.", StringComparison.Ordinal))];
        var key = await keys.Create("demo", Book, ledger, cancellation: ct);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        http.DefaultRequestHeaders.Add("X-API-Key", key.Text);
        using var bank = await BankAsync(app, [.. ledger, "payments.reconcile"], ct);
        var safe = await SafeAsync(app, ct);
        var api = new DemoApi(http);

        var day = new List<DemoMoment>();
        DemoHousehold? household = null;
        DemoShop? shop = null;
        DemoDoors? doors = null;
        await Screen.WatchAsync(
            "Playing a day",
            async report =>
            {
                var people = await new DemoPeople(api, app.Services.GetRequiredService<MessageOutbox>(), Note).ComeAsync(ct);
                await new DemoDay(api, people, Note).PlayAsync(ct);
                household = new DemoHousehold(new DemoApi(bank), safe, people, Path.Combine(folder, "statements"));
                shop = new DemoShop(rails);
                await household.PlayAsync(app.Urls.First(), shop.PlayAsync, ct);
                await shop.ReconcileAsync(new DemoApi(bank), ct);
                doors = new DemoDoors(app, people, shop);
                await doors.OpenAsync(ct);

                void Note(DemoMoment moment)
                {
                    day.Add(moment);
                    report(day.Count, 20);
                }
            }
        );
        AnsiConsole.Write(StoryOf(day));
        AnsiConsole.Write(household!.Told());
        AnsiConsole.Write(shop!.Told());
        AnsiConsole.Write(shop.Reconciled());
        var balance = await api.GetAsync("/trial-balance", ct);
        AnsiConsole.Write(TrialBalanceOf(balance));

        var proof = await ProofAsync(app, folder, ct);
        foreach (var finding in proof.Findings)
            Screen.Error(finding.What);
        if (proof.IsWhole)
        {
            Screen.Done(
                $"Proved from the first row: {proof.Rows:N0} rows in {proof.Batches:N0} batches, every balance, link and hash. "
                    + $"Head: batch {proof.Head}, {proof.HeadHash[..16]}…"
            );
        }

        var isWhole = proof.IsWhole && balance.GetProperty("balances").GetBoolean() && shop.Agrees;
        if (!once && isWhole)
        {
            doors!.Tell();
            Invite(app.Urls.First(), key.Text);
        }

        AnsiConsole.MarkupLine($"books balance: {(isWhole ? "yes" : "no")}");
        return isWhole
            ? !once
            : throw new CommandFailedException(
                $"The books do not balance. Find out where with: ./hazina ledger verify --data \"{folder}\""
            );
    }

    static async Task<VerifyReport> ProofAsync(WebApplication app, string folder, CancellationToken ct)
    {
        VerifyReport? report = null;
        await Screen.WatchAsync(
            "Proving the books",
            async tell =>
                report = await LedgerProof.Verify(
                    app.Services.GetRequiredService<Database>(),
                    ProofFiles.In(folder),
                    new Progress<VerifyProgress>(p => tell(p.Rows, p.Of)),
                    ct
                )
        );
        return report!;
    }

    /// <summary>As operations' own programs call, in the book live.</summary>
    static async Task<HttpClient> BankAsync(WebApplication app, string[] permissions, CancellationToken ct)
    {
        var anHour = app.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddHours(1);
        var key = await app.Services.GetRequiredService<ApiKeys>().Create("demo bank", "live", permissions, anHour, cancellation: ct);
        var bank = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        bank.DefaultRequestHeaders.Add("X-API-Key", key.Text);
        return bank;
    }

    /// <summary>Where customers' money lies.</summary>
    static Task<Guid> SafeAsync(WebApplication app, CancellationToken ct) =>
        app
            .Services.GetRequiredService<CustomerAccounts>()
            .House("live", Currency.Of(DemoDay.Currency), SystemAccount.SafeguardedFunds, ct);

    static Table StoryOf(List<DemoMoment> day)
    {
        var title = new TableTitle("A day in the sandbox book, in Kenyan shillings (in brackets: what is available)");
        var table = new Table { Border = TableBorder.Simple, Title = title };
        table.AddColumn("What happens, and the call that does it");
        foreach (var name in DemoDay.Columns)
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        foreach (var moment in day)
        {
            var colour = moment.Answer.StartsWith('4') ? "yellow" : "green";
            table.AddRow([
                $"{Markup.Escape(moment.What)}\n[grey]{Markup.Escape(moment.Request)}[/] [{colour}]{Markup.Escape(moment.Answer)}[/]",
                .. moment.Balances.Select(Markup.Escape),
            ]);
        }

        return table;
    }

    static Table TrialBalanceOf(JsonElement balance)
    {
        var table = new Table { Border = TableBorder.Simple, Title = new TableTitle("Trial balance of the sandbox book") };
        table.AddColumn("Currency");
        table.AddColumn("Class");
        table.AddColumn(new TableColumn("Debits").RightAligned());
        table.AddColumn(new TableColumn("Credits").RightAligned());
        foreach (var currency in balance.GetProperty("currencies").EnumerateArray())
        {
            var code = currency.GetProperty("currency").GetString()!;
            foreach (var line in currency.GetProperty("classes").EnumerateArray())
                table.AddRow(code, line.GetProperty("class").GetString()!, Figure(line, "debits"), Figure(line, "credits"));
            table.AddRow(code, "[bold]all[/]", $"[bold]{Figure(currency, "debits")}[/]", $"[bold]{Figure(currency, "credits")}[/]");
        }

        return table;

        static string Figure(JsonElement of, string name) =>
            decimal.Parse(of.GetProperty(name).GetProperty("amount").GetString()!, CultureInfo.InvariantCulture)
                .ToString("N2", CultureInfo.InvariantCulture);
    }

    static void Invite(string address, string key)
    {
        AnsiConsole.WriteLine();
        Screen.Say($"Read and try the API at {address}/docs with the key of this demo (sandbox only):");
        Screen.Say($"  {key}");
        Screen.Say($"For example: curl -H 'X-API-Key: {key}' {address}/v1/ledger/transactions");
        AnsiConsole.WriteLine();
    }
}
