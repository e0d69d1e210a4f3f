using System.Text;
using System.Text.Json;
using Hazina.Ledger.Proof;
using Hazina.Ledger.Proof.Heads;

namespace Hazina.Ledger.Tests.Proof;

public sealed class ReceiptTests
{
    [Fact]
    public async Task Every_transaction_has_a_receipt_that_holds_without_the_ledger()
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync(seed: 5, postings: 150);
        await ledger.WitnessAsync();
        var key = await File.ReadAllTextAsync(HeadKey.PublicFileOf(ledger.Files.KeyFile));
        foreach (var id in await IdsAsync(ledger))
        {
            var document = (await LedgerProof.Receipt(ledger.Database, ledger.Files, id))!;
            var verdict = LedgerProof.Check(document, key);
            Assert.True(verdict.Holds, verdict.Broken);
            Assert.Equal(id, verdict.Transaction);
            Assert.Contains(verdict.Proved, s => s.Contains(id.ToString(), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task It_says_what_moved_in_plain_words()
    {
        await using var ledger = await WitnessTests.TransfersAsync(3);
        var id = await ledger.AskAsync<Guid>("select transaction_id from ledger.journal where seq = 4");
        await ledger.WitnessAsync();
        var document = (await LedgerProof.Receipt(ledger.Database, ledger.Files, id))!;
        var verdict = LedgerProof.Check(document);
        Assert.Contains(verdict.Proved, s => s.StartsWith("Row 4: 10 KES debited to account 1 (asset ", StringComparison.Ordinal));
        Assert.Contains(verdict.Proved, s => s.Contains("compare it with the one that the ledger publishes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_changed_byte_breaks_it()
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync(seed: 5, postings: 100);
        await ledger.WitnessAsync();
        var id = await ledger.AskAsync<Guid>(
            "select transaction_id from ledger.journal join ledger.transaction_details using (seq) where document ? 'metadata' limit 1"
        );
        var document = Compact((await LedgerProof.Receipt(ledger.Database, ledger.Files, id))!);
        Assert.True(LedgerProof.Check(document).Holds);
        for (var at = 0; at < document.Length; at++)
        {
            foreach (var change in (byte[])[1, 2, 16, 32])
            {
                var changed = document.ToArray();
                changed[at] ^= change;
                Assert.False(LedgerProof.Check(changed).Holds, $"byte {at} of {Encoding.UTF8.GetString(document)}, {change}");
            }
        }
    }

    [Fact]
    public async Task White_space_is_anybodys_and_nothing_else()
    {
        await using var ledger = await WitnessTests.TransfersAsync(3);
        var id = await ledger.AskAsync<Guid>("select transaction_id from ledger.journal where seq = 3");
        await ledger.WitnessAsync();
        var document = (await LedgerProof.Receipt(ledger.Database, ledger.Files, id))!;
        var text = Encoding.UTF8.GetString(document);
        Assert.Equal(LedgerProof.Check(document).Proved, LedgerProof.Check(Compact(document)).Proved);
        string[] changed =
        [
            text.Replace("\"10\"", "\"10.0\"", StringComparison.Ordinal),
            text.Replace("\"format\": 1", "\"format\": 1, \"format\": 1", StringComparison.Ordinal),
            text.Replace("\"format\": 1", "\"format\": 1, \"note\": 1", StringComparison.Ordinal),
            text.Replace("\"leg\"", "\"Leg\"", StringComparison.Ordinal),
            text[..^2],
            "",
            "[]",
            "null",
        ];
        Assert.All(changed, c => Assert.NotNull(LedgerProof.Check(Encoding.UTF8.GetBytes(c)).Broken));
    }

    [Fact]
    public async Task A_receipt_of_somebody_elses_key_does_not_pass_for_ours()
    {
        await using var ledger = await WitnessTests.TransfersAsync(3);
        await using var forger = await WitnessTests.TransfersAsync(3);
        await ledger.WitnessAsync();
        await forger.WitnessAsync();
        var id = await forger.AskAsync<Guid>("select transaction_id from ledger.journal where seq = 3");
        var forged = (await LedgerProof.Receipt(forger.Database, forger.Files, id))!;
        Assert.True(LedgerProof.Check(forged).Holds); // it holds by its own key, and says so
        var verdict = LedgerProof.Check(forged, await File.ReadAllTextAsync(HeadKey.PublicFileOf(ledger.Files.KeyFile)));
        Assert.False(verdict.Holds);
        Assert.Contains("not by the one that was given", verdict.Broken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_gets_a_receipt_from_a_ledger_that_is_not_what_was_signed()
    {
        await using var ledger = await WitnessTests.TransfersAsync(10);
        await ledger.WitnessAsync();
        var id = await ledger.AskAsync<Guid>("select transaction_id from ledger.journal where seq = 5");
        await ledger.TamperAsync("update ledger.journal set business_kind = 'gift' where seq = 5");
        var tampered = await Assert.ThrowsAsync<BrokenProofException>(() => LedgerProof.Receipt(ledger.Database, ledger.Files, id));
        Assert.Contains("is not what was hashed", tampered.Message, StringComparison.Ordinal);

        await ledger.TamperAsync("update ledger.batches set root = sha256('x') where number = 8");
        var rewritten = await Assert.ThrowsAsync<BrokenProofException>(() => LedgerProof.Receipt(ledger.Database, ledger.Files, id));
        Assert.Contains("is not what was signed", rewritten.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_there_is_not_has_no_receipt()
    {
        await using var ledger = await WitnessTests.TransfersAsync(1);
        await ledger.WitnessAsync();
        Assert.Null(await LedgerProof.Receipt(ledger.Database, ledger.Files, Guid.CreateVersion7()));
    }

    [Fact]
    public async Task Without_a_key_there_is_no_receipt()
    {
        await using var ledger = await WitnessTests.TransfersAsync(1);
        var id = await ledger.AskAsync<Guid>("select transaction_id from ledger.journal where seq = 3");
        var refused = await Assert.ThrowsAsync<BrokenProofException>(() => LedgerProof.Receipt(ledger.Database, ledger.Files, id));
        Assert.Contains("There is no key", refused.Message, StringComparison.Ordinal);
    }

    static byte[] Compact(byte[] document)
    {
        using var parsed = JsonDocument.Parse(document);
        return JsonSerializer.SerializeToUtf8Bytes(parsed.RootElement, ProofJson.Options);
    }

    static async Task<List<Guid>> IdsAsync(ProvenLedger ledger)
    {
        var ids = new List<Guid>();
        await using var command = ledger.Owner().CreateCommand("select transaction_id from ledger.journal where leg = 0 order by seq");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            ids.Add(reader.GetGuid(0));
        return ids;
    }
}
