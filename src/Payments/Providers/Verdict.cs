namespace Hazina.Payments.Providers;

/// <summary>What is known of a call after something was heard, or was not.</summary>
/// <param name="Code">Why it failed: a code of <see cref="RailRefusals"/>.</param>
/// <param name="Reason">In the vendor's words, with its own code.</param>
sealed record Verdict(VerdictKind Kind, string? Code = null, string? Reason = null)
{
    public static Verdict Pending { get; } = new(VerdictKind.Pending);

    public string? VendorId { get; init; }

    public string? VendorRef { get; init; }

    public string? Receipt { get; init; }

    /// <summary>What has moved, where the rail says so.</summary>
    public decimal? Amount { get; init; }

    public static Verdict Unclear(string reason) => new(VerdictKind.Unclear, Reason: reason);

    public static Verdict NotSent(string reason) => new(VerdictKind.NotSent, Reason: reason);

    /// <summary>The rail has said no, and why.</summary>
    public static Verdict No(Hazina.Platform.Http.RefusalType why, string reason) => new(VerdictKind.Failed, why.Code, reason);
}

enum VerdictKind : byte
{
    /// <summary>The vendor has it and has not ended it.</summary>
    Pending,

    /// <summary>The money has moved.</summary>
    Succeeded,

    /// <summary>It has not and will not.</summary>
    Failed,

    /// <summary>The payer has said no.</summary>
    Cancelled,

    /// <summary>It had moved, and has come back.</summary>
    Returned,

    /// <summary>The vendor knows of no such thing.</summary>
    NoTrace,

    /// <summary>It may have arrived or not; or nothing was to be learnt.</summary>
    Unclear,

    /// <summary>It has surely not arrived, and may be sent again.</summary>
    NotSent,

    /// <summary>The vendor will call back with the answer.</summary>
    AnswersLater,
}
