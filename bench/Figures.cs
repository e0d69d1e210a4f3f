using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hazina.Bench;

/// <summary>What a workload did in all its runs.</summary>
/// <param name="Workload">Its name, as targets use it.</param>
/// <param name="System">Whose it is.</param>
/// <param name="What">What it does.</param>
/// <param name="Callers">How many called at the same time.</param>
/// <param name="Runs">In the order in which they were run.</param>
/// <param name="Unit">Of each run's value.</param>
sealed record Figure(
    string Workload,
    string System,
    string What,
    int Callers,
    IReadOnlyList<Run> Runs,
    string Unit = Figure.TransfersASecond
)
{
    public const string TransfersASecond = "transfers/s";

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

/// <summary>All figures of one go.</summary>
sealed record Figures(string Name, string Command, Machine Machine, IReadOnlyList<Figure> All)
{
    /// <summary>Null where it was not measured.</summary>
    public Figure? Of(string workload) => All.FirstOrDefault(figure => figure.Workload == workload);

    /// <summary>The targets that can be told.</summary>
    public IReadOnlyList<(Target Target, double Value)> Compare(IEnumerable<Target> targets) =>
        [.. from target in targets let value = target.Value(this) where value is not null select (target, value.Value)];

    /// <summary>The form that <c>--json</c> writes: the figures, the ratios by name, and every goal with what became of it.</summary>
    public string ToJson(IEnumerable<Target> targets)
    {
        var figures = All.Select(figure =>
            (JsonNode)
                new JsonObject
                {
                    ["workload"] = figure.Workload,
                    ["system"] = figure.System,
                    ["what"] = figure.What,
                    ["unit"] = figure.Unit,
                    ["median"] = Math.Round(figure.Median, 3),
                    ["runs"] = new JsonArray([.. figure.Runs.Select(run => (JsonNode)Math.Round(run.Value, 3))]),
                    ["callers"] = figure.Callers,
                    ["p50_ms"] = Math.Round(figure.P50, 3),
                    ["p99_ms"] = Math.Round(figure.P99, 3),
                    ["others"] = Math.Round(figure.Others, 3),
                }
        );
        var told = Compare(targets);
        var ratios = told.Where(pair => pair.Target.IsRatio)
            .Select(pair => KeyValuePair.Create(pair.Target.Name, (JsonNode?)Math.Round(pair.Value, 3)));
        var goals = told.Where(pair => pair.Target.Goal is not null)
            .Select(pair =>
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = pair.Target.Name,
                        ["value"] = Math.Round(pair.Value, 3),
                        [pair.Target.LowerIsBetter ? "at_most" : "at_least"] = pair.Target.Goal,
                        ["unit"] = pair.Target.IsRatio ? null : pair.Target.Unit,
                        ["reached"] = pair.Target.IsReachedBy(pair.Value),
                    }
            );
        var json = new JsonObject
        {
            ["name"] = Name,
            ["command"] = Command,
            ["machine"] = JsonSerializer.SerializeToNode(Machine, Indented),
            ["figures"] = new JsonArray([.. figures]),
            ["ratios"] = new JsonObject(ratios),
            ["goals"] = new JsonArray([.. goals]),
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
