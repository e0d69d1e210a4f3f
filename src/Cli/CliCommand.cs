using System.CommandLine;

namespace Hazina.Cli;

/// <summary>Commands that belong together, under a heading of the help.</summary>
sealed record CommandGroup(string Title, IReadOnlyList<CliCommand> Commands);

/// <summary>A command with what its help page shows beside its options.</summary>
sealed class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>More to know, as paragraphs.</summary>
    public string Details { get; init; } = "";

    /// <summary>Lines to type, without the program's name, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Effect)> Examples { get; init; } = [];
}
