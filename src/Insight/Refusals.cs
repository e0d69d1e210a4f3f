using Hazina.Platform.Http;

namespace Hazina.Insight;

/// <summary>Every no of insight. A code, once given out, keeps its meaning.</summary>
public static class Refusals
{
    public static readonly RefusalType NoSuchEntry = new(
        "insight.no_such_entry",
        404,
        "The audit trail has no such entry",
        "No entry has this id. One that was written a moment ago is there within a second or so."
    );

    public static IReadOnlyList<RefusalType> All { get; } = [NoSuchEntry];
}
