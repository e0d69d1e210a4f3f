using Hazina.Ledger;
using Hazina.Platform.Http;

namespace Hazina.Accounts;

/// <summary>What the ledger said to a posting of this module, as its callers are told.</summary>
static class Outcomes
{
    /// <summary>A no of the ledger that stands for itself.</summary>
    public static Refusal ToRefusal(this Outcome outcome, string? pointer = null)
    {
        var type = Hazina.Ledger.Refusals.All.FirstOrDefault(t => t.Code == outcome.Code) ?? Hazina.Ledger.Refusals.Faulty;
        return outcome.Status switch
        {
            OutcomeStatus.Retry => type.Because(type.Explanation) with { RetryAfter = TimeSpan.FromSeconds(1) },
            OutcomeStatus.Faulty => type.Because("It could not be stored; nothing was recorded."),
            _ => type.Because(type.Explanation, pointer),
        };
    }

    public static bool Is(this Outcome outcome, RefusalType type) => outcome.Status == OutcomeStatus.Refused && outcome.Code == type.Code;

    /// <summary>
    /// The id of a further try of something: a refusal is for ever, so what is tried again under other terms needs an id of its own, the same one each
    /// time that it comes to it.
    /// </summary>
    public static Guid Attempt(Guid id, int attempt)
    {
        if (attempt == 0)
            return id;
        // The time in front stays, so that the journal's index stays small; the end tells the attempts apart.
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[15] ^= (byte)attempt;
        bytes[14] ^= 0x5a;
        return new Guid(bytes, bigEndian: true);
    }
}
