using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Proof;
using Hazina.Ledger.Proof.Heads;
using Hazina.Ledger.Proof.Verifying;
using Hazina.Money;
using Npgsql;

namespace Hazina.Ledger.Tests.Proof;

/// <summary>What the database alone cannot show: a history that was rewritten as a whole, or that has lost its end.</summary>
public sealed class WitnessTests
{
    [Fact]
    public async Task A_chain_that_was_rewritten_as_a_whole_is_found_by_the_witness_alone()
    {
        await using var ledger = await TransfersAsync(20);
        await RewriteAsync(ledger, row: 10);
        Assert.Empty((await ledger.VerifyAsync()).Findings); // the forger has done everything right

        await using var witnessed = await TransfersAsync(20);
        var head = await witnessed.WitnessAsync();
        await RewriteAsync(witnessed, row: 10);
        var finding = Assert.Single((await witnessed.VerifyAsync()).Findings);
        Assert.Equal((FindingKind.Witness, head.Batch), (finding.Kind, finding.Batch));
        Assert.Contains("rewritten", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_that_were_lost_are_found_by_the_witness_alone()
    {
        await using var ledger = await TransfersAsync(20);
        var head = await ledger.WitnessAsync();
        var before = head.Batch - 2;
        await ledger.TamperAsync(
            $"""
            delete from ledger.journal where seq > (select last_row from ledger.batches where number = {before});
            delete from ledger.book_batches where batch > {before};
            delete from ledger.batches where number > {before}
            """
        );
        var finding = Assert.Single((await ledger.VerifyAsync()).Findings);
        Assert.Equal((FindingKind.Lost, before + 1), (finding.Kind, finding.Batch));
        Assert.Contains($"batches {before + 1} to {head.Batch} are lost", finding.What, StringComparison.Ordinal);

        File.Delete(ledger.Files.WitnessFile);
        var unwitnessed = await ledger.VerifyAsync();
        Assert.Empty(unwitnessed.Findings);
        Assert.Contains(unwitnessed.Remarks, r => r.Contains("no witnessed heads", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_head_that_nobody_signed_is_found()
    {
        await using var ledger = await TransfersAsync(5);
        var head = await ledger.WitnessAsync();
        var file = new WitnessFile(ledger.Files.WitnessFile);
        file.Append(head with { LastRow = head.LastRow + 1 });
        file.Append(head with { Signature = null });
        await File.AppendAllTextAsync(file.Path, "{\"format\":1}\n");
        var report = await ledger.VerifyAsync();
        Assert.Equal(3, report.Findings.Count);
        Assert.All(report.Findings, f => Assert.Equal(FindingKind.Witness, f.Kind));
        Assert.Equal(2, report.Findings.Count(f => f.What.Contains("is not signed by", StringComparison.Ordinal)));
        Assert.Contains(report.Findings, f => f.What.Contains("Line 4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_torn_by_a_crash_is_no_forgery()
    {
        await using var ledger = await TransfersAsync(5);
        await ledger.WitnessAsync();
        await File.AppendAllTextAsync(ledger.Files.WitnessFile, "{\"format\":1,\"ledg");
        await ledger.WitnessAsync();
        var report = await ledger.VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.Equal(2, report.Witnessed);
        Assert.Contains(report.Remarks, r => r.Contains("torn", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_heads_of_another_ledger_do_not_pass()
    {
        await using var ledger = await TransfersAsync(5);
        using var stranger = HeadKey.LoadOrCreate(Path.Combine(Path.GetDirectoryName(ledger.Files.KeyFile)!, "elsewhere", "key.pem"));
        new WitnessFile(ledger.Files.WitnessFile).Append(stranger.Sign(new byte[32], await ledger.HeadAsync(), DateTimeOffset.UtcNow));
        var report = await ledger.VerifyAsync();
        Assert.Contains("another ledger", Assert.Single(report.Findings).What, StringComparison.Ordinal);
        Assert.Contains(report.Remarks, r => r.Contains("public keys are not at hand", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Heads_out_of_order_are_compared_all_the_same()
    {
        await using var ledger = await TransfersAsync(3);
        var first = await ledger.WitnessAsync();
        await PostAsync(ledger, 3);
        await ledger.WitnessAsync();
        var file = new WitnessFile(ledger.Files.WitnessFile);
        file.Append(first);
        Assert.Equal(3, (await ledger.VerifyAsync()).Witnessed);
        Assert.True((await ledger.VerifyAsync()).IsWhole);
    }

    [Fact]
    public void The_first_head_from_a_batch_on_is_found_in_a_long_file()
    {
        using var folder = new Testing.TemporaryFolder();
        using var key = HeadKey.LoadOrCreate(folder.Inside("key.pem"));
        var file = new WitnessFile(folder.Inside("heads.jsonl"));
        for (var batch = 0; batch < 300; batch += 3)
            file.Append(
                key.Sign(new byte[32], new BatchHead(batch, new byte[32], batch, DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch)
            );
        for (var batch = 0; batch <= 297; batch++)
            Assert.Equal((batch + 2) / 3 * 3, file.FirstFrom(batch, key.Id)!.Batch);
        Assert.Null(file.FirstFrom(298, key.Id));
        Assert.Null(file.FirstFrom(0, "another"));
        Assert.Equal(297, file.Last()!.Batch);
    }

    [Fact]
    public void The_key_is_made_once_for_its_owner_only()
    {
        using var folder = new Testing.TemporaryFolder();
        var path = folder.Inside("keys", "head.pem");
        using var made = HeadKey.LoadOrCreate(path);
        using var again = HeadKey.LoadOrCreate(path);
        Assert.Equal(made.PublicPem, again.PublicPem);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(made.PublicPem, File.ReadAllText(HeadKey.PublicFileOf(path)));
        Assert.Throws<InvalidOperationException>(() => HeadKey.Load(HeadKey.PublicFileOf(path)));
        File.WriteAllText(path, "nothing");
        Assert.Throws<InvalidOperationException>(() => HeadKey.LoadOrCreate(path));
    }

    /// <summary>Two accounts without limits, and transfers between them, each in a batch of its own.</summary>
    internal static async Task<ProvenLedger> TransfersAsync(int count)
    {
        var ledger = await ProvenLedger.StartAsync(new LedgerOptions());
        await ledger.Journal.Post(
            Given(new Open(Left, ProvenLedger.Kes, AccountClass.Asset), new Open(Right, ProvenLedger.Kes, AccountClass.Liability))
        );
        await PostAsync(ledger, count);
        return ledger;
    }

    static readonly Guid Left = Guid.CreateVersion7(),
        Right = Guid.CreateVersion7();

    static async Task PostAsync(ProvenLedger ledger, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.True((await ledger.Journal.Post(Given(new Leg(Left, Right, new Amount(10, ProvenLedger.Kes))))).IsPosted);
    }

    static Posting Given(params IReadOnlyList<Step> steps) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Book = "live",
            Kind = "transfer",
            Steps = steps,
        };

    /// <summary>Adds one to a row's amount, and makes everything after it fit: balances, snapshots, every hash.</summary>
    static async Task RewriteAsync(ProvenLedger ledger, long row)
    {
        await ledger.TamperAsync(
            $"""
            update ledger.journal set amount = amount + 1 where seq = {row};
            update ledger.journal set debit_after = debit_after + 1, credit_after = credit_after - 1 where seq >= {row};
            """
        );
        var database = ledger.Owner();
        using var snapshot = new Snapshot(database);
        using var connection = snapshot.Join();
        var findings = new Findings();
        using var witnessed = new WitnessedHeads(null, new Dictionary<string, System.Security.Cryptography.ECDsa>(), findings);
        using var chain = snapshot.Join();
        var planner = new Planner(chain, witnessed, findings);
        var previous = planner.Genesis().Hash;
        foreach (var batch in planner.Slices().SelectMany(s => s.Batches).ToList())
        {
            var contents = new SliceReader(connection, findings).Read(new Slice([batch]), []);
            var merkle = new Merkle();
            merkle.AddTransaction(contents.RowsOf(batch), contents.Details.Values.SingleOrDefault()?.Content);
            var root = merkle.Root();
            var hash = Merkle.HeaderHash(batch.Header, previous, root);
            await using var forger = await database.OpenConnectionAsync();
            await using var command = new NpgsqlBatch(forger)
            {
                BatchCommands =
                {
                    new("set session_replication_role = replica"),
                    new("update ledger.batches set previous_hash = $1, root = $2, hash = $3 where number = $4")
                    {
                        Parameters =
                        {
                            new() { Value = previous },
                            new() { Value = root },
                            new() { Value = hash },
                            new() { Value = batch.Header.Number },
                        },
                    },
                },
            };
            await command.ExecuteNonQueryAsync();
            previous = hash;
        }
    }
}
