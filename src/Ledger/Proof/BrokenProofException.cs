namespace Hazina.Ledger.Proof;

/// <summary>Something cannot be proved, or not any more. The message is for people.</summary>
sealed class BrokenProofException(string message) : InvalidOperationException(message);
