using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Proof.Heads;

namespace Hazina.Ledger.Proof.Receipts;

/// <summary>Checks a receipt with nothing but itself and, better, a public key had from elsewhere.</summary>
static class ReceiptCheck
{
    public static ReceiptVerdict Run(ReadOnlyMemory<byte> document, string? publicKey)
    {
        Receipt? receipt = null;
        try
        {
            receipt = Read(document);
            using var key = HeadKey.FromPem(receipt.PublicKey, "The receipt's public_key");
            var isTrusted = IsTrusted(key, publicKey);
            CheckSignature(receipt, key);
            CheckHead(receipt, key);
            var rows = Rows(receipt);
            var batch = CheckBatch(receipt, rows);
            CheckLinks(receipt, batch);
            return new ReceiptVerdict(true, receipt.Transaction, [.. ReceiptWords.Of(receipt, rows, isTrusted)], Broken: null);
        }
        catch (Exception e)
            when (e
                    is BrokenProofException
                        or FormatException
                        or OverflowException
                        or InvalidOperationException
                        or ArgumentException
                        or JsonException
            )
        {
            return new ReceiptVerdict(
                false,
                receipt?.Transaction,
                [],
                e is BrokenProofException ? e.Message : $"It is not a receipt as receipts are written: {e.Message}"
            );
        }
    }

    static Receipt Read(ReadOnlyMemory<byte> document)
    {
        Receipt receipt;
        byte[] given;
        try
        {
            receipt = JsonSerializer.Deserialize<Receipt>(document.Span, ProofJson.Options) ?? throw new JsonException("it is null");
            using var parsed = JsonDocument.Parse(document);
            given = JsonSerializer.SerializeToUtf8Bytes(parsed.RootElement, ProofJson.Options);
        }
        catch (JsonException e)
        {
            throw new BrokenProofException($"It is not a receipt as receipts are written: {e.Message}");
        }

        if (receipt.Format != Receipt.KnownFormat || receipt.Object != Receipt.Name)
            throw new BrokenProofException(
                $"It is a {receipt.Object} of format {receipt.Format}; this version knows the {Receipt.Name} of format {Receipt.KnownFormat}."
            );
        // White space is anybody's. Everything else stands in one way only, so that nothing can be said twice.
        return given.AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(receipt, ProofJson.Options))
            ? receipt
            : throw new BrokenProofException(
                "It is not a receipt as receipts are written: a field stands otherwise than it would be written."
            );
    }

    static bool IsTrusted(ECDsa key, string? publicKey)
    {
        if (publicKey is null)
            return false;
        using var trusted = HeadKey.FromPem(publicKey, "The public key that was given");
        return HeadKey.IdOf(key) == HeadKey.IdOf(trusted)
            ? true
            : throw new BrokenProofException(
                $"It was signed by the key {HeadKey.IdOf(key)}, not by the one that was given, {HeadKey.IdOf(trusted)}."
            );
    }

    static void CheckSignature(Receipt receipt, ECDsa key)
    {
        if (
            receipt.Signature is not { } text
            || SignedHead.Bytes(text) is not { } signature
            || !key.VerifyData(receipt.Signed(), signature, HashAlgorithmName.SHA256)
        )
            throw new BrokenProofException(
                "The receipt's signature does not fit: something in it was changed, or its key never signed it."
            );
    }

    static void CheckHead(Receipt receipt, ECDsa key)
    {
        if (receipt.Head.Key != HeadKey.IdOf(key) || !receipt.Head.IsSignedBy(key))
            throw new BrokenProofException($"The head of batch {receipt.Head.Batch} is not signed by the receipt's key.");
    }

    static JournalRow[] Rows(Receipt receipt)
    {
        JournalRow[] rows = [.. receipt.Rows.Select(r => r.ToRow(receipt.Transaction))];
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Leg != i || rows[i].Legs != rows.Length || rows[i].Seq != rows[0].Seq + i)
                throw new BrokenProofException(
                    $"Row {rows[i].Seq} is not the one at place {i} of {rows.Length}: the transaction is not whole."
                );
        }

        return rows.Length > 0 ? rows : throw new BrokenProofException("There is no row in it.");
    }

    /// <summary>From the rows to the hash of their batch.</summary>
    static byte[] CheckBatch(Receipt receipt, JournalRow[] rows)
    {
        var header = receipt.Batch.ToHeader();
        if (header.Format != RowBytes.Format)
            throw new BrokenProofException($"Its batch is of format {header.Format}; this version knows format {RowBytes.Format}.");
        if (rows[0].Seq < header.FirstRow || rows[^1].Seq > header.LastRow)
            throw new BrokenProofException(
                $"Batch {header.Number} has rows {header.FirstRow} to {header.LastRow}; row {rows[0].Seq} is not one of them."
            );
        var merkle = new Merkle();
        merkle.AddTransaction(rows, receipt.Details is null ? null : Encoding.UTF8.GetBytes(receipt.Details));
        var root = Merkle.Climb(merkle.Leaf(0).ToArray(), receipt.Path.Select(s => new PathStep(s.Place, [.. s.Siblings.Select(Hash)])));
        return Merkle.HeaderHash(header, Hash(receipt.Batch.PreviousHash), root);
    }

    /// <summary>From a batch's hash to that of the signed head.</summary>
    static void CheckLinks(Receipt receipt, byte[] hash)
    {
        var number = receipt.Batch.Number;
        foreach (var link in receipt.Links)
        {
            if (SignedHead.Bytes(link) is not { } bytes || bytes.Length is <= SHA256.HashSizeInBytes + 10 or > 1_024)
                throw new BrokenProofException($"The link after batch {number} is not one.");
            hash = Merkle.HeaderHash(bytes.AsSpan(..^SHA256.HashSizeInBytes), hash, bytes.AsSpan(^SHA256.HashSizeInBytes..));
            number++;
        }

        if (number != receipt.Head.Batch)
            throw new BrokenProofException($"Its links lead to batch {number}; the signed head is of batch {receipt.Head.Batch}.");
        if (Convert.ToHexStringLower(hash) != receipt.Head.Hash)
            throw new BrokenProofException(
                $"Its rows do not lead to the signed head of batch {number}: they lead to {Convert.ToHexStringLower(hash)[..12]}…, and "
                    + $"{receipt.Head.Hash[..12]}… was signed."
            );
    }

    static byte[] Hash(string hex) =>
        hex.Length == 2 * SHA256.HashSizeInBytes ? Convert.FromHexString(hex) : throw new BrokenProofException($"'{hex}' is not a hash.");
}
