namespace Hazina.Ledger.Proof;

/// <summary>What checking a receipt came to.</summary>
/// <param name="Holds">Whether everything in it is proved.</param>
/// <param name="Transaction">Which transaction it speaks of; null where it cannot be read.</param>
/// <param name="Proved">What it proves, in whole sentences; empty where it does not hold.</param>
/// <param name="Broken">Where it breaks, in a sentence; null where it holds.</param>
public sealed record ReceiptVerdict(bool Holds, Guid? Transaction, IReadOnlyList<string> Proved, string? Broken);
