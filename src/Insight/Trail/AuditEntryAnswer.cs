using System.ComponentModel;
using System.Text.Json;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;

namespace Hazina.Insight.Trail;

[Description("An act: who did what to what, and from where.")]
sealed record AuditEntryAnswer(
    Guid Id,
    [property: Description("Its place in the chain, from 1, without gaps.")] long Number,
    [property: Description("What was done or tried: module.noun.happened.")] string Action,
    AuditActorAnswer Actor,
    AuditTargetAnswer Target,
    [property: Description("The fields that were changed, as they were.")] JsonElement? Before,
    [property: Description("The same fields afterwards, or what else there is to know.")] JsonElement? After,
    AuditOriginAnswer Origin,
    DateTimeOffset OccurredAt,
    [property: Description("When it was added to the chain.")] DateTimeOffset RecordedAt,
    [property: Description("SHA-256 over the hash of the entry before and the content of this one, in hexadecimal digits.")] string Hash
)
{
    [Description("Always audit_entry.")]
    public string Object => "audit_entry";

    public static AuditEntryAnswer Of(AuditRow row) =>
        new(
            row.Id,
            row.Number,
            row.Action,
            new AuditActorAnswer(Words.Read<AuditActorType>(row.ActorType), row.ActorId),
            new AuditTargetAnswer(row.TargetType, row.TargetId),
            Json(row.Before),
            Json(row.After),
            new AuditOriginAnswer(row.Address, row.UserAgent, row.RequestId, row.Session, row.Book, row.IsOriginErased ? true : null),
            row.OccurredAt,
            row.RecordedAt,
            Convert.ToHexStringLower(row.Hash)
        );

    static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);
}

[Description("Who did it.")]
sealed record AuditActorAnswer(
    AuditActorType Type,
    [property: Description("A person's or key's id, an operator's name on the machine; the system and nobody have none.")] string? Id
);

[Description("What it was done to.")]
sealed record AuditTargetAnswer([property: Description("user, key, …")] string Type, string? Id);

[Description("Where it came from; of what was done without a request, nothing.")]
sealed record AuditOriginAnswer(
    string? Address,
    [property: Description("By what, as it named itself.")] string? UserAgent,
    string? RequestId,
    Guid? Session,
    [property: Description("The book that the caller saw.")] string? Book,
    [property: Description("True where address and agent were erased, as a person may ask for.")] bool? Erased
);
