using System.ComponentModel;
using System.Text.Json;

namespace Hazina.Platform.Auditing;

/// <summary>An act on its way to the audit trail.</summary>
[Description("An act: who did what to what, and from where.")]
public sealed record AuditRecord(
    [property: Description("What was done or tried, such as identity.user.suspended.")] string Action,
    AuditActorType ActorType,
    [property: Description("A person's or key's id, an operator's name on the machine.")] string? ActorId,
    [property: Description("What it was done to: user, key, …")] string TargetType,
    string? TargetId,
    [property: Description("The fields that were changed, as they were.")] JsonElement? Before,
    [property: Description("The same fields as they are now.")] JsonElement? After,
    [property: Description("The book that the caller sees.")] string? Book,
    Guid? Session,
    string? RequestId,
    string? Address,
    string? UserAgent
);
