namespace Hazina.Bench;

/// <summary>Something that is told about the figures: how they compare with each other, or with a goal.</summary>
/// <param name="Name">For a ratio <c>ours/peer</c>, higher is better.</param>
/// <param name="Value">Null when what it needs was not measured.</param>
/// <param name="Goal">What it shall reach; null where it is only told.</param>
/// <param name="Unit">Empty for a ratio.</param>
/// <param name="LowerIsBetter">Whether the goal is a ceiling.</param>
sealed record Target(string Name, Func<Figures, double?> Value, double? Goal = null, string Unit = "", bool LowerIsBetter = false)
{
    /// <summary>Median by median.</summary>
    public static Target Ratio(string name, string ours, string peer, double? goal = null) =>
        new(name, figures => figures.Of(ours)?.Median / figures.Of(peer)?.Median, goal);

    /// <summary>How many times lower our 99th percentile is.</summary>
    public static Target Quicker(string name, string ours, string peer, double? goal = null) =>
        new($"{name} p99", figures => figures.Of(peer)?.P99 / figures.Of(ours)?.P99, goal);

    public static Target AtLeast(string workload, double goal) =>
        new(workload, figures => figures.Of(workload)?.Median, goal, Figure.TransfersASecond);

    public static Target AtMost(string workload, double goal, string unit) =>
        new(workload, figures => figures.Of(workload)?.Median, goal, unit, LowerIsBetter: true);

    public static Target P99AtMost(string workload, double milliseconds) =>
        new($"{workload} p99", figures => figures.Of(workload)?.P99, milliseconds, "ms", LowerIsBetter: true);

    public bool IsRatio => Unit.Length == 0;

    /// <summary>Null where there is no goal.</summary>
    public bool? IsReachedBy(double value) =>
        Goal is not { } goal ? null
        : LowerIsBetter ? value <= goal
        : value >= goal;
}
