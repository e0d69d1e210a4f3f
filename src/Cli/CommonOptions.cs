using System.CommandLine;

namespace Hazina.Cli;

/// <summary>Options that several commands have, and the folders behind them.</summary>
static class CommonOptions
{
    public static readonly Option<bool> Verbose = new("--verbose") { Description = "Show the details of an error", Recursive = true };

    /// <summary>Where Hazina keeps its data: <c>$HAZINA_DATA</c>, otherwise <c>.hazina</c> beside the launcher.</summary>
    public static string DataFolder =>
        Environment.GetEnvironmentVariable("HAZINA_DATA") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Combine(
                Environment.GetEnvironmentVariable("HAZINA_HOME") is { Length: > 0 } home ? home : Environment.CurrentDirectory,
                ".hazina"
            );

    public static Option<string> Data() =>
        new("--data")
        {
            Description = "The data folder ($HAZINA_DATA; otherwise .hazina beside the launcher)",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => DataFolder,
        };

    public static Argument<Guid> Id(string description) =>
        new("id")
        {
            Description = description,
            HelpName = "ID",
            CustomParser = result =>
            {
                if (Guid.TryParse(result.Tokens[0].Value, out var id))
                    return id;
                result.AddError($"{result.Tokens[0].Value} is not an id such as 0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11.");
                return default;
            },
        };

    public static Option<string?> Database() =>
        new("--database")
        {
            Description = "An existing PostgreSQL, as a connection string; without it, Hazina runs one of its own",
            HelpName = "CONNECTION",
        };
}
