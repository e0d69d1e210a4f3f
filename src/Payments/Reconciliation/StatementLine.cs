using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Hazina.Payments.Reconciliation;

/// <summary>A line of a rail's statement, understood.</summary>
/// <param name="Line">Of the file, from 1.</param>
/// <param name="Receipt">The rail's id of the movement.</param>
/// <param name="Reverses">The receipt of what it sends back.</param>
/// <param name="Change">Of our account: above zero what came in.</param>
/// <param name="Balance">After it, where the statement shows that.</param>
/// <param name="IsCompleted">Whether money has moved.</param>
/// <param name="IsCharge">Whether the rail took it for itself.</param>
/// <param name="IsSettlement">Whether it went to our account at a bank, or came from there.</param>
/// <param name="Account">What the payer wrote for whom it is; personal.</param>
/// <param name="Text">All else that it says; personal.</param>
sealed partial record StatementLine(
    int Line,
    DateTimeOffset At,
    string Receipt,
    string? Reverses,
    decimal Change,
    decimal? Balance,
    bool IsCompleted,
    bool IsCharge,
    bool IsSettlement,
    string Account,
    string Text
)
{
    /// <summary>What we called it, where that is found in what it says: the only words of it that are kept in the clear.</summary>
    public string? OurReference =>
        Reference().Match($"{Account} {Text}") is { Success: true } ours ? ours.Value
        : CallId().Match($"{Account} {Text}") is { Success: true } id ? id.Value.ToLowerInvariant()
        : null;

    /// <summary>The payer's or payee's phone, where it is told whole.</summary>
    public string? Phone => KenyanPhone().Match(Text) is { Success: true } phone ? phone.Value : null;

    /// <summary>Of all that it says of the money: the same in every statement that has the line.</summary>
    public byte[] Key =>
        SHA256.HashData(
            Encoding.UTF8.GetBytes(
                string.Join(
                    '\n',
                    At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                    Receipt,
                    Reverses,
                    Change.ToString("0.########", CultureInfo.InvariantCulture),
                    Balance?.ToString("0.########", CultureInfo.InvariantCulture),
                    IsCompleted
                )
            )
        );

    // As StableId.Reference makes them.
    [GeneratedRegex(@"\bH[0-9A-HJKMNP-TV-Z]{11}\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CallId();

    [GeneratedRegex(@"\b254[17][0-9]{8}\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KenyanPhone();
}

/// <summary>What a statement says of itself before its lines.</summary>
sealed class StatementHead
{
    public DateTimeOffset? From { get; set; }

    public DateTimeOffset? To { get; set; }

    public decimal? Opening { get; set; }

    public decimal? Closing { get; set; }
}
