using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Hazina.Platform.Telemetry;

/// <summary>Where the platform's own activities and figures come from. A module has its own, named <c>Hazina.&lt;Module&gt;</c>; all are exported.</summary>
static class Sources
{
    public const string Pattern = "Hazina.*";

    public static readonly ActivitySource Activities = new("Hazina.Platform");
    public static readonly Meter Meter = new("Hazina.Platform");
}
