using System.Text.Json;
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
