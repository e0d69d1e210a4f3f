using System.Text.Json;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Identity.Activities;

/// <summary>The details of activities that several verbs lead to.</summary>
static class Details
{
    /// <summary>Of sessions that were ended together; where there were none, nobody is told.</summary>
    /// <param name="reason">As <c>identity.sessions.end_reason</c> has it.</param>
    /// <param name="others">What else is told.</param>
    public static ActivityDetails OfEndedSessions(
        Guid user,
        IReadOnlyList<Guid> sessions,
        string reason,
        DateTimeOffset now,
        params IReadOnlyList<NewEvent> others
    ) =>
        new()
        {
            After = new { sessions_ended = sessions, reason },
            Events = sessions.Count == 0 ? others : [.. others, Events.SessionsEnded.About(user, now, new(user, sessions, reason))],
        };

    /// <summary>Of a second factor that has come or gone.</summary>
    public static ActivityDetails OfFactor(EventType<SecondFactorChanged> happened, Guid user, string kind, DateTimeOffset now) =>
        new() { After = new { kind }, Events = [happened.About(user, now, new(user, kind))] };

    /// <summary>Of what staff did to a person; why, the person does not read, and the trail keeps no texts.</summary>
    public static ActivityDetails ByStaff(Guid actor, string? reason, object before, object after, IReadOnlyList<NewEvent> events) =>
        new()
        {
            Before = before,
            After = after,
            IsByOthers = true,
            Kept = Json(
                new
                {
                    by = actor,
                    reason,
                    before,
                    after,
                }
            ),
            Events = events,
        };

    /// <summary>Of what was done in an organisation.</summary>
    /// <param name="by">Who did it, where that is not the person with whom it is written down.</param>
    public static ActivityDetails OfOrganization(
        Guid organization,
        Guid? by,
        object? before,
        object? after,
        params IReadOnlyList<NewEvent> events
    ) =>
        new()
        {
            Events = events,
            Target = new AuditTarget("organization", organization),
            Before = before,
            After = after,
            IsByOthers = by is not null,
            Kept = Json(new { organization, by }),
        };

    static string Json<T>(T fields) => JsonSerializer.Serialize(fields, JsonSettings.Options);

    /// <summary>The names of the fields that a request gives, as <c>profile.city</c>; what they hold is nobody else's business.</summary>
    public static IReadOnlyList<string> FieldsOf<T>(T request)
    {
        return [.. Names(JsonSerializer.SerializeToElement(request, JsonSettings.Options), "")];

        static IEnumerable<string> Names(JsonElement fields, string within) =>
            fields
                .EnumerateObject()
                .SelectMany(f => f.Value.ValueKind == JsonValueKind.Object ? Names(f.Value, $"{within}{f.Name}.") : [within + f.Name]);
    }
}
