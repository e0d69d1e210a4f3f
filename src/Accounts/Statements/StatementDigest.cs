using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hazina.Accounts.Statements;

/// <summary>
/// What a statement's lines come to: SHA-256 over when, which way, how much, by which transaction and row, in their order. Words are not in it: they go when
/// somebody is erased, and the amounts stay.
/// </summary>
sealed class StatementDigest : IDisposable
{
    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public StatementDigest(decimal opening) => Append(Digits(opening));

    public void Add(StatementLine line) =>
        Append(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{line.OccurredAt.UtcTicks / TimeSpan.TicksPerMicrosecond} {line.Side} {Digits(line.Amount)} {line.TransactionId} {line.JournalRow} {line.Id}"
            )
        );

    public byte[] Value() => hash.GetHashAndReset();

    void Append(string text) => hash.AppendData(Encoding.ASCII.GetBytes(text + "\n"));

    /// <summary>As the column holds it, however many zeros come with it.</summary>
    static string Digits(decimal amount) => amount.ToString("F8", CultureInfo.InvariantCulture);

    public void Dispose() => hash.Dispose();
}
