using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Proof.Heads;

namespace Hazina.Ledger.Proof.Receipts;

/// <summary>
/// A transaction with everything that it takes to prove it without the ledger: its rows and details make a leaf, the path leads from the leaf to its
/// batch's root, the links lead from the batch to a head, and the head is signed.
/// </summary>
/// <param name="Format">1.</param>
/// <param name="Object">What this is: <c>ledger_receipt</c>.</param>
/// <param name="Transaction">Its id.</param>
/// <param name="Rows">Its rows, which are hashed.</param>
/// <param name="Accounts">Who the numbered accounts are. Not hashed with the rows, but under the receipt's signature.</param>
/// <param name="Path">From the leaf to the batch's root.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Links">The batches after it up to the head: the canonical bytes of each one's header, then its root, in base64.</param>
/// <param name="Head">The signed head.</param>
/// <param name="PublicKey">The key that signed, in PEM. Whoever checks compares it with one had from elsewhere.</param>
/// <param name="Details">The exact text that is hashed with the rows; null where there is none.</param>
/// <param name="Signature">Of that key, over this document without white space and without this field, in base64.</param>
sealed record Receipt(
    int Format,
    string Object,
    Guid Transaction,
    IReadOnlyList<ReceiptRow> Rows,
    IReadOnlyList<ReceiptAccount> Accounts,
    IReadOnlyList<ReceiptStep> Path,
    ReceiptBatch Batch,
    IReadOnlyList<string> Links,
    SignedHead Head,
    string PublicKey,
    string? Details = null,
    string? Signature = null
)
{
    public const int KnownFormat = 1;

    public const string Name = "ledger_receipt";

    /// <summary>What its signature is over.</summary>
    public byte[] Signed() => JsonSerializer.SerializeToUtf8Bytes(this with { Signature = null }, ProofJson.Options);
}

/// <summary>A row in words; exactly what is hashed.</summary>
/// <param name="Do">leg, reserve, release, expire, open, change or close.</param>
/// <param name="Debit">The number of the account debited, or of the one account of a row that is no leg.</param>
/// <param name="DebitAfter">Its debits less its credits, once the row is applied.</param>
/// <param name="DebitPrevious">Its row before this one.</param>
/// <param name="HeldAfter">What is held on the reservation's account, once the row is applied.</param>
sealed record ReceiptRow(
    long Row,
    string Do,
    int Leg,
    int Legs,
    string Kind,
    string RecordedAt,
    long Debit,
    string DebitAfter,
    long? DebitPrevious = null,
    long? Credit = null,
    string? CreditAfter = null,
    long? CreditPrevious = null,
    string? Amount = null,
    Guid? Reservation = null,
    string? HeldAfter = null,
    bool? Forced = null,
    bool? Reversal = null,
    string? EffectiveDate = null
)
{
    public static ReceiptRow Of(in JournalRow row)
    {
        var isLeg = row.Kind == RowKind.Leg;
        return new ReceiptRow(
            row.Seq,
            row.Kind.ToString().ToLowerInvariant(),
            row.Leg,
            row.Legs,
            row.BusinessKind,
            PostingJson.Time(row.RecordedAt),
            row.Debit,
            PostingJson.Shortest(row.DebitAfter),
            row.Kind == RowKind.Open ? null : row.DebitPrevious,
            isLeg ? row.Credit : null,
            isLeg ? PostingJson.Shortest(row.CreditAfter) : null,
            isLeg ? row.CreditPrevious : null,
            row.Amount == 0 ? null : PostingJson.Shortest(row.Amount),
            row.Reservation,
            row.Reservation is null ? null : PostingJson.Shortest(row.HeldAfter),
            row.Flags.HasFlag(RowFlags.Forced) ? true : null,
            row.Flags.HasFlag(RowFlags.Reversal) ? true : null,
            row.EffectiveDate?.ToString("O", CultureInfo.InvariantCulture)
        );
    }

    /// <exception cref="FormatException">A field is not as such a row has it.</exception>
    public JournalRow ToRow(Guid transaction) =>
        new()
        {
            Seq = Row,
            Kind =
                Enum.TryParse<RowKind>(Do, ignoreCase: true, out var kind) && Enum.IsDefined(kind)
                    ? kind
                    : throw new FormatException($"'{Do}' is nothing that a row does"),
            TransactionId = transaction,
            Leg = Leg,
            Legs = Legs,
            BusinessKind = Kind.Length <= 200 ? Kind : throw new FormatException("the kind is too long"),
            Debit = Debit,
            Credit = Credit ?? 0,
            Amount = Number(Amount),
            DebitAfter = Number(DebitAfter),
            CreditAfter = Number(CreditAfter),
            DebitPrevious = DebitPrevious ?? 0,
            CreditPrevious = CreditPrevious ?? 0,
            HeldAfter = Number(HeldAfter),
            Reservation = Reservation,
            Flags = (Forced == true ? RowFlags.Forced : RowFlags.None) | (Reversal == true ? RowFlags.Reversal : RowFlags.None),
            EffectiveDate = EffectiveDate is null ? null : DateOnly.ParseExact(EffectiveDate, "O", CultureInfo.InvariantCulture),
            RecordedAt = WireTime.Read(RecordedAt),
        };

    static decimal Number(string? text) =>
        text is null
            ? 0m
            : decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
}

/// <summary>An account that a row names by its number.</summary>
/// <param name="Class">asset, liability, equity, income or expense.</param>
sealed record ReceiptAccount(long Number, Guid Id, string Book, string Currency, string Class);

/// <summary>One step up the tree.</summary>
/// <param name="Place">The place of the hash that is climbing.</param>
/// <param name="Siblings">The others, in order.</param>
sealed record ReceiptStep(int Place, IReadOnlyList<string> Siblings);

/// <summary>A batch's header.</summary>
sealed record ReceiptBatch(
    short Format,
    long Number,
    long FirstRow,
    long LastRow,
    int Transactions,
    int Refusals,
    int Bulks,
    string Node,
    Guid Attempt,
    string RecordedAt,
    string PreviousHash
)
{
    public static ReceiptBatch Of(in BatchHeader header, byte[] previous) =>
        new(
            header.Format,
            header.Number,
            header.FirstRow,
            header.LastRow,
            header.Transactions,
            header.Refusals,
            header.Bulks,
            header.Node,
            header.Attempt,
            PostingJson.Time(header.RecordedAt),
            Convert.ToHexStringLower(previous)
        );

    public BatchHeader ToHeader() =>
        new(
            Format,
            Number,
            FirstRow,
            LastRow,
            Transactions,
            Refusals,
            Bulks,
            Node.Length <= 100 ? Node : throw new FormatException("the node's name is too long"),
            Attempt,
            WireTime.Read(RecordedAt)
        );
}

/// <summary>Times as <see cref="PostingJson.Time"/> writes them, and no other way.</summary>
static class WireTime
{
    public static DateTimeOffset Read(string text) =>
        new(
            DateTime.ParseExact(
                text,
                "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal
            ),
            TimeSpan.Zero
        );
}
