namespace Hazina.Payments.Providers;

/// <summary>Places where a test has the work break off, as if the process had died there. Nobody listens in production.</summary>
sealed class CrashPoints
{
    /// <summary>All places, in the order in which a call passes them.</summary>
    public static IReadOnlyList<string> All { get; } =
    ["call.claimed", "call.marked", "call.sent", "call.asked", "call.settling", "call.settled", "inbox.claimed", "inbox.understood"];

    /// <summary>Told each place that is passed; what it throws ends the work there.</summary>
    public Action<string, Guid>? Passing { get; set; }

    public void Pass(string place, Guid call) => Passing?.Invoke(place, call);
}
