using System.CommandLine;
using System.Globalization;
using System.Text;
using Hazina.Host;
using Hazina.Ledger.Proof;
using Hazina.Platform.Postgres;

namespace Hazina.Cli;

/// <summary>Proofs of the books, and the books for other programs to read.</summary>
static class LedgerCommand
{
    /// <summary>The first break tells most; the later ones mostly follow from it.</summary>
    const int FindingsShown = 20;

    public static CliCommand Create()
    {
        var command = new CliCommand("ledger", "Prove the books, check a receipt, export the journal");
        command.Subcommands.Add(Verify());
        command.Subcommands.Add(Receipt());
        command.Subcommands.Add(Export());
        return command;
    }

    static CliCommand Verify()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var command = new CliCommand(
            "verify",
            "Replay the journal from its first row, and compare everything with what is stored and witnessed"
        )
        {
            Details =
                "Recomputes every balance, link and hash. It reads only, and a server may go on posting meanwhile. Exit code 1 when something is broken; "
                + "the first thing that is broken is named.",
            Examples = [("ledger verify", "the ledger of this data folder"), ("ledger verify --data .hazina/demo", "the demo's")],
        };
        command.Options.Add(data);
        command.Options.Add(database);
        command.SetAction(
            async (parsed, ct) =>
            {
                var folder = Path.GetFullPath(parsed.GetRequiredValue(data));
                await using var opened = await CommandDatabase.OpenAsync(folder, parsed.GetValue(database), ct);
                return (await ProveAsync(opened.Database, folder, ct)).IsWhole ? ExitCode.Ok : ExitCode.Failure;
            }
        );
        return command;
    }

    /// <summary>Proves, with a bar, and tells what it came to.</summary>
    public static async Task<VerifyReport> ProveAsync(Database database, string folder, CancellationToken ct)
    {
        VerifyReport? done = null;
        await Screen.WatchAsync(
            "Proving the books",
            async tell =>
                done = await LedgerProof.Verify(database, FilesOf(folder), new Progress<VerifyProgress>(p => tell(p.Rows, p.Of)), ct)
        );
        var report = done!;
        foreach (var book in report.Books)
        {
            Console.WriteLine(
                $"  {book.Book} {book.Currency}: {book.Accounts:N0} accounts, debit balances {book.Debits:N2}, credit balances {book.Credits:N2}"
            );
        }

        foreach (var remark in report.Remarks)
        {
            Console.WriteLine("  " + remark);
        }

        foreach (var finding in report.Findings.Take(FindingsShown))
        {
            Screen.Error(finding.What);
        }

        if (report.Found > FindingsShown)
        {
            Screen.Error($"… and {report.Found - FindingsShown:N0} more.");
        }

        var seen =
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Rows:N0} rows, {report.Transactions:N0} transactions, {report.Refusals:N0} refusals, {report.Batches:N0} batches, "
            )
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Accounts:N0} accounts, {report.Witnessed:N0} witnessed heads in {report.Took.TotalSeconds:0.0} s"
            );
        if (!report.IsWhole)
        {
            Screen.Error(
                $"The ledger is broken in {report.Found:N0} places ({seen}). "
                    + "Stop posting, keep the database as it is, and see docs/runbooks/broken-proof.md."
            );
            return report;
        }

        Screen.Done($"The ledger is whole: {seen}. Head: batch {report.Head}, {report.HeadHash}");
        return report;
    }

    /// <summary>Where the settings say that keys and witnessed heads are, as the server has it.</summary>
    static ProofFiles FilesOf(string folder) =>
        ProofFiles.From(ServerOptions.Settings(new Dictionary<string, string?> { ["data"] = folder })) ?? ProofFiles.In(folder);

    static CliCommand Receipt()
    {
        var command = new CliCommand("receipt", "Get a transaction's receipt, or check one without any database");
        command.Subcommands.Add(GetReceipt());
        command.Subcommands.Add(CheckReceipt());
        return command;
    }

    static CliCommand GetReceipt()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var id = CommonOptions.Id("The transaction's id");
        var command = new CliCommand("get", "Write a transaction's receipt to standard output")
        {
            Examples = [("ledger receipt get 0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22 > receipt.json", "everything that proves it")],
        };
        command.Arguments.Add(id);
        command.Options.Add(data);
        command.Options.Add(database);
        command.SetAction(
            async (parsed, ct) =>
            {
                var folder = Path.GetFullPath(parsed.GetRequiredValue(data));
                await using var opened = await CommandDatabase.OpenAsync(folder, parsed.GetValue(database), ct);
                var receipt =
                    await ToldAsync(LedgerProof.Receipt(opened.Database, FilesOf(folder), parsed.GetRequiredValue(id)))
                    ?? throw new CommandFailedException($"There is no transaction {parsed.GetRequiredValue(id)}.");
                Console.WriteLine(Encoding.UTF8.GetString(receipt));
                return ExitCode.Ok;
            }
        );
        return command;
    }

    static CliCommand CheckReceipt()
    {
        var file = new Argument<string>("file") { Description = "A receipt", HelpName = "FILE" };
        var key = new Option<string?>("--key")
        {
            Description = "The ledger's public key (PEM), had from elsewhere than the receipt",
            HelpName = "FILE",
        };
        var command = new CliCommand("check", "Check a receipt; needs no database and no network");
        command.Arguments.Add(file);
        command.Options.Add(key);
        command.SetAction(
            async (parsed, ct) =>
            {
                var document = await ReadAsync(parsed.GetRequiredValue(file), ct);
                var pem = parsed.GetValue(key) is { } named ? Encoding.UTF8.GetString(await ReadAsync(named, ct)) : null;
                var verdict = LedgerProof.Check(document, pem);
                foreach (var sentence in verdict.Proved)
                {
                    Screen.Done(sentence);
                }

                return verdict.Holds ? ExitCode.Ok : throw new CommandFailedException($"The receipt does not hold. {verdict.Broken}");
            }
        );
        return command;
    }

    static CliCommand Export()
    {
        var (data, database) = (CommonOptions.Data(), CommonOptions.Database());
        var format = new Option<string>("--format")
        {
            Description = "hledger or csv",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "csv",
        };
        format.AcceptOnlyFromAmong("hledger", "csv");
        var book = new Option<string>("--book")
        {
            Description = "Which book; live where nothing is said, and keys are made for sandbox",
            HelpName = "BOOK",
            DefaultValueFactory = _ => "live",
        };
        var output = new Option<string?>("--output") { Description = "A file, in place of standard output", HelpName = "FILE" };
        var command = new CliCommand("export", "Write a book for other programs to read")
        {
            Examples = [("ledger export --format hledger --output books.journal", "and then: hledger -f books.journal balance")],
        };
        foreach (var option in new Option[] { format, book, output, data, database })
        {
            command.Options.Add(option);
        }

        command.SetAction(
            async (parsed, ct) =>
            {
                await using var opened = await CommandDatabase.OpenAsync(
                    Path.GetFullPath(parsed.GetRequiredValue(data)),
                    parsed.GetValue(database),
                    ct
                );
                var chosen = parsed.GetRequiredValue(format) == "csv" ? ExportFormat.Csv : ExportFormat.Hledger;
                var file = parsed.GetValue(output);
                if (file is not null && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
                {
                    throw new CommandFailedException(
                        $"There is no folder {Path.GetDirectoryName(Path.GetFullPath(file))} to write {Path.GetFileName(file)} into."
                    );
                }

                await using var to = file is null ? new StreamWriter(Console.OpenStandardOutput()) : new StreamWriter(file);
                var count = await ToldAsync(LedgerProof.Export(opened.Database, chosen, parsed.GetRequiredValue(book), to, ct));
                Screen.Progress($"{count:N0} transactions of book {parsed.GetRequiredValue(book)}");
                return ExitCode.Ok;
            }
        );
        return command;
    }

    /// <summary>Why something cannot be proved is meant for people.</summary>
    static async Task<T> ToldAsync<T>(Task<T> work)
    {
        try
        {
            return await work;
        }
        catch (InvalidOperationException e)
        {
            throw new CommandFailedException(e.Message, e);
        }
    }

    static async Task<byte[]> ReadAsync(string file, CancellationToken ct) =>
        File.Exists(file)
            ? await File.ReadAllBytesAsync(file, ct)
            : throw new CommandFailedException($"There is no file {Path.GetFullPath(file)}.");
}
