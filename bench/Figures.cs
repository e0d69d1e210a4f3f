using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hazina.Bench;

/// <summary>What a workload did in all its runs.</summary>
/// <param name="Workload">Its name, as ratios use it.</param>
/// <param name="System">Whose it is.</param>
/// <param name="What">What it does.</param>
/// <param name="Callers">How many called at the same time.</param>
/// <param name="Runs">In the order in which they were run.</param>
/// <param name="Unit">Of each run's value.</param>
sealed record Figure(string Workload, string System, string What, int Callers, IReadOnlyList<Run> Runs, string Unit = "transfers/s")
{
    public double Median => MedianOf(run => run.Value);

    public double Min => Runs.Min(run => run.Value);

    public double Max => Runs.Max(run => run.Value);

    public double P50 => MedianOf(run => run.P50);

    public double P99 => MedianOf(run => run.P99);

    /// <summary>Share of the processor that others took; 0 also where it is not known.</summary>
    public double Others => MedianOf(run => run.Others ?? 0);

    double MedianOf(Func<Run, double> value)
    {
        var sorted = Runs.Select(value).Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

/// <summary>A comparison that is printed when both sides were measured: median by median, higher is better.</summary>
/// <param name="Name"><c>ours/peer</c>.</param>
/// <param name="Ours">The workload above the line.</param>
/// <param name="Peer">The workload below it.</param>
/// <param name="Goal">What it shall reach; null where it is only told.</param>
sealed record Ratio(string Name, string Ours, string Peer, double? Goal = null);

/// <summary>All figures of one go.</summary>
sealed record Figures(string Name, string Command, Machine Machine, IReadOnlyList<Figure> All)
{
    /// <summary>The ratios whose two sides are both here.</summary>
    public IEnumerable<(Ratio Ratio, double Value)> Compare(IEnumerable<Ratio> ratios) =>
        from ratio in ratios
        let ours = All.FirstOrDefault(figure => figure.Workload == ratio.Ours)
        let peer = All.FirstOrDefault(figure => figure.Workload == ratio.Peer)
        where ours is not null && peer is not null
        select (ratio, ours.Median / peer.Median);

    /// <summary>The form that <c>--json</c> writes; ARCHITECTURE.md, "Benchmarks".</summary>
    public string ToJson(IEnumerable<Ratio> ratios)
    {
        var figures = All.Select(figure =>
            (JsonNode)
                new JsonObject
                {
                    ["workload"] = figure.Workload,
                    ["system"] = figure.System,
                    ["unit"] = figure.Unit,
                    ["median"] = Math.Round(figure.Median, 1),
                    ["runs"] = new JsonArray([.. figure.Runs.Select(run => (JsonNode)Math.Round(run.Value, 1))]),
                    ["callers"] = figure.Callers,
                    ["p50_ms"] = Math.Round(figure.P50, 3),
                    ["p99_ms"] = Math.Round(figure.P99, 3),
                    ["others"] = Math.Round(figure.Others, 3),
                }
        );
        var compared = Compare(ratios).Select(pair => KeyValuePair.Create(pair.Ratio.Name, (JsonNode?)Math.Round(pair.Value, 3)));
        var json = new JsonObject
        {
            ["name"] = Name,
            ["command"] = Command,
            ["machine"] = JsonSerializer.SerializeToNode(Machine, Indented),
            ["figures"] = new JsonArray([.. figures]),
            ["ratios"] = new JsonObject(compared),
        };
        return json.ToJsonString(Indented) + "\n";
    }

    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
