using System.CommandLine;

namespace Hazina.Bench;

/// <summary>What every bench is called with, and how it is run: a command of its workloads and targets.</summary>
static class BenchCommand
{
    /// <param name="name">After <c>./hazina bench</c>.</param>
    /// <param name="description">For --help.</param>
    /// <param name="workloads">In the order in which they are run.</param>
    /// <param name="targets">What is told of the figures.</param>
    /// <param name="arguments">As the program was called.</param>
    /// <param name="instead">Something else to measure, where an option of the bench's own says so.</param>
    public static Command Of(
        string name,
        string description,
        IReadOnlyList<Workload> workloads,
        IReadOnlyList<Target> targets,
        string[] arguments,
        Func<Asked, string, CancellationToken, (Task<Figures> Figures, IReadOnlyList<Target> Targets)?>? instead = null
    )
    {
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures there, for machines", HelpName = "FILE" };
        var runs = new Option<int>("--runs")
        {
            Description = "How often each workload is run; medians are told",
            HelpName = "N",
            DefaultValueFactory = _ => 3,
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long a run takes",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        var only = new Option<string[]>("--only")
        {
            Description = "Run only these workloads",
            HelpName = "NAME …",
            AllowMultipleArgumentsPerToken = true,
        };
        only.Validators.Add(result =>
        {
            foreach (var unknown in result.Tokens.Select(token => token.Value).Except(workloads.Select(workload => workload.Name)))
                result.AddError($"There is no workload {unknown}. There are: {string.Join(", ", workloads.Select(w => w.Name))}.");
        });
        AtLeast(runs, 1);
        AtLeast(seconds, 0.1);

        var command = new Command(name, description) { json, runs, seconds, only };
        command.SetAction(
            async (parsed, stop) =>
            {
                var names = parsed.GetValue(only) ?? [];
                var chosen = workloads.Where(workload => names.Length == 0 || names.Contains(workload.Name)).ToList();
                var how = "./hazina bench " + string.Join(' ', arguments);
                var asked = new Asked(parsed, parsed.GetValue(runs), TimeSpan.FromSeconds(parsed.GetValue(seconds)));
                var other = instead?.Invoke(asked, how, stop);
                var figures = await (other?.Figures ?? Rounds.Measure(name, chosen, asked.Runs, asked.Time, how, stop));
                var told = other?.Targets ?? targets;
                Report.End(figures, told);
                if (parsed.GetValue(json) is { } file)
                    await File.WriteAllTextAsync(file.FullName, figures.ToJson(told), stop);
                return 0;
            }
        );
        return command;
    }

    static void AtLeast<T>(Option<T> option, T least)
        where T : IComparable<T> =>
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T>() is { } value && value.CompareTo(least) < 0)
                result.AddError($"{option.Name} is at least {least}.");
        });

    /// <summary>How a bench was called.</summary>
    public sealed record Asked(ParseResult Parsed, int Runs, TimeSpan Time)
    {
        public T? Get<T>(Option<T> option) => Parsed.GetValue(option);
    }
}
