using System.ComponentModel;
using System.Text.Json;
using Hazina.Platform.Http;

namespace Hazina.Platform.Approvals;

/// <summary>How far it has come.</summary>
public enum ApprovalStatus
{
    /// <summary>Somebody else than who asked has to decide.</summary>
    Pending,

    /// <summary>It is being done.</summary>
    Approved,

    /// <summary>The checker said no.</summary>
    Rejected,

    /// <summary>Who asked took it back.</summary>
    Withdrawn,

    /// <summary>Nobody decided in time.</summary>
    Expired,

    /// <summary>It was approved and is done.</summary>
    Done,

    /// <summary>It was approved, but could not be done.</summary>
    Refused,

    /// <summary>It was approved, failed each time, and was given up.</summary>
    Failed,
}

/// <summary>Something that two people decide on.</summary>
[Description("Something that one person asked for and another decides on.")]
public sealed record Approval(
    Guid Id,
    [property: Description("What sort of thing.")] string Kind,
    [property: Description("What is done when it is approved.")] string Description,
    [property: Description("What it is about.")] string Subject,
    [property: Description("What exactly is to be done: this and nothing else.")] JsonElement Details,
    [property: Description("What the one who asked says about it.")] string? Note,
    ApprovalStatus Status,
    [property: Description("The person who asked.")] Guid AskedBy,
    DateTimeOffset AskedAt,
    DateTimeOffset ExpiresAt,
    [property: Description("The person who decided: another one.")] Guid? DecidedBy,
    DateTimeOffset? DecidedAt,
    [property: Description("Why it was rejected, or what was said to the approval.")] string? Reason,
    [property: Description("When it was done, or could not be.")] DateTimeOffset? EndedAt,
    [property: Description("Why what was approved could not be done.")] ApprovalFault? Fault
)
{
    [Description("Always approval.")]
    public string Object => "approval";
}

/// <summary>Why what was approved could not be done.</summary>
public sealed record ApprovalFault(string Code, string Detail);

/// <summary>A row of <c>platform.approvals</c>.</summary>
sealed record ApprovalRow(
    Guid Id,
    string Kind,
    string Book,
    string Subject,
    string Details,
    string? Note,
    Guid Maker,
    DateTimeOffset AskedAt,
    DateTimeOffset ExpiresAt,
    string Status,
    Guid? Checker,
    DateTimeOffset? DecidedAt,
    string? Reason,
    int Tries,
    DateTimeOffset? EndedAt,
    string? RefusalCode,
    string? Refusal
)
{
    /// <summary>In the order of the record.</summary>
    public const string Columns = """
        id, kind, book, subject, details::text as details, note, maker, asked_at, expires_at, status, checker, decided_at, reason, tries, ended_at,
        refusal_code, refusal
        """;

    /// <param name="kind">Of it; one that the program does not know any more has its name alone.</param>
    /// <param name="now">What has not been decided in time cannot be, though nothing has written it down yet.</param>
    public Approval Answer(ApprovalKind? kind, DateTimeOffset now)
    {
        using var details = JsonDocument.Parse(Details);
        return new Approval(
            Id,
            Kind,
            kind?.Description ?? Kind,
            Subject,
            details.RootElement.Clone(),
            Note,
            Status == "pending" && ExpiresAt <= now ? ApprovalStatus.Expired : Words.Read<ApprovalStatus>(Status),
            Maker,
            AskedAt,
            ExpiresAt,
            Checker,
            DecidedAt,
            Reason,
            EndedAt,
            RefusalCode is null ? null : new ApprovalFault(RefusalCode, Refusal!)
        );
    }
}
