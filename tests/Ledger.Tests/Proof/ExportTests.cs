using System.Diagnostics;
using System.Globalization;
using Hazina.Ledger.Proof;
using Hazina.Money;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Proof;

public sealed class ExportTests
{
    [Theory]
    [InlineData("live")]
    [InlineData("sandbox")]
    public async Task An_independent_bookkeeper_comes_to_the_same_balances(string book)
    {
        Assert.SkipWhen(await HledgerAsync("--version") is null, "hledger is not installed (./hazina test installs it when root).");
        await using var ledger = await ProvenLedger.WithHistoryAsync(seed: 21, postings: 800);
        using var folder = new TemporaryFolder();
        var file = folder.Inside("book.journal");
        await using (var to = new StreamWriter(file))
            Assert.True(await LedgerProof.Export(ledger.Database, ExportFormat.Hledger, book, to) > 100);

        // It checks every balance assertion as it reads.
        var said = await HledgerAsync("-f", file, "balance", "--flat", "--empty", "--no-total", "--layout=bare", "-O", "csv");
        var balances = said!
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(line => line.Split(',').Select(f => f.Trim('"')).ToArray())
            .ToDictionary(f => (f[0], f[1]), f => decimal.Parse(f[2], CultureInfo.InvariantCulture));
        var ours = Balances(ledger, book);
        foreach (var (account, balance) in ours)
            Assert.Equal(balance, balances.GetValueOrDefault(account));
        Assert.True(ours.Count(o => o.Value != 0) > 10);
        Assert.Equal(balances.Count(b => b.Value != 0), ours.Count(o => o.Value != 0));
    }

    [Fact]
    public async Task A_table_has_a_line_a_row_and_sums_to_the_same()
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync(seed: 22, postings: 400);
        await using var to = new StringWriter();
        await LedgerProof.Export(ledger.Database, ExportFormat.Csv, "live", to);
        var lines = to.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var rows = await ledger.AskAsync<long>(
            "select count(*) from ledger.journal join ledger.accounts on number = debit_account where book = 'live'"
        );
        Assert.Equal(rows, lines.Length - 1);
        var sums = new Dictionary<(string, string), decimal>();
        foreach (var line in lines.Skip(1).Select(l => l.Split(',')))
        {
            if (line[6] != "leg")
                continue;
            var amount = decimal.Parse(line[10], CultureInfo.InvariantCulture);
            sums[(line[8], line[11])] = sums.GetValueOrDefault((line[8], line[11])) + amount;
            sums[(line[9], line[11])] = sums.GetValueOrDefault((line[9], line[11])) - amount;
        }

        foreach (var (account, balance) in Balances(ledger, "live"))
            Assert.Equal(balance, sums.GetValueOrDefault(account));
    }

    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+254", "\"'+254\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@sum", "\"'@sum\"")]
    [InlineData("a \"b\", c", "\"a \"\"b\"\", c\"")]
    [InlineData("plain", "\"plain\"")]
    public async Task A_text_is_never_a_formula(string reference, string written)
    {
        await using var ledger = await ProvenLedger.StartAsync();
        var outcome = await ledger.Journal.Post(
            new Posting
            {
                Id = Guid.CreateVersion7(),
                Book = "live",
                Kind = "opening",
                Reference = reference,
                Steps = [new Open(Guid.CreateVersion7(), ProvenLedger.Kes, AccountClass.Asset)],
            }
        );
        Assert.True(outcome.IsPosted);
        await using var to = new StringWriter();
        await LedgerProof.Export(ledger.Database, ExportFormat.Csv, "live", to);
        Assert.EndsWith($",,{written},\r\n", to.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_book_that_is_not_there_is_told()
    {
        await using var ledger = await ProvenLedger.StartAsync();
        await using var to = new StringWriter();
        await Assert.ThrowsAsync<BrokenProofException>(() => LedgerProof.Export(ledger.Database, ExportFormat.Csv, "nobody", to));
    }

    /// <summary>Debits less credits, from the state that the writer itself has kept.</summary>
    static Dictionary<(string, string), decimal> Balances(ProvenLedger ledger, string book) =>
        ledger
            .Journal.State!.Accounts.Where(a => a.Book == book)
            .ToDictionary(a => ($"{a.Class.ToString().ToLowerInvariant()}:{a.Id}", a.Currency.Code), a => a.Now.Net);

    /// <summary>What hledger says; null where there is none.</summary>
    static async Task<string?> HledgerAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("hledger", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LANG"] = "C.UTF-8";
        try
        {
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await error);
            return await output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
