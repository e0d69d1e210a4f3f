namespace Hazina.Architecture.Tests;

/// <summary>Every limit that the tidy tests hold, and why. Change one here, with a reason, rather than work around it.</summary>
static class Limits
{
    /// <summary>A file is read in one sitting; past this it has two subjects. Most have fewer than 200 lines.</summary>
    public const int LinesInFile = 400;

    /// <summary>A method fits on one screen, so that its rules are seen together.</summary>
    public const int LinesInMethod = 70;

    /// <summary>The formatter breaks code at 140; a comment may go on for a word. Links, tables and drawings are as wide as they are.</summary>
    public const int Width = 160;

    /// <summary>A module's README is a page: what it promises, its tables, its events, its surface. More belongs beside the code.</summary>
    public const int LinesInModuleReadme = 80;

    /// <summary>A reason shorter than this is none.</summary>
    public const int LettersInReason = 15;

    /// <summary>A test's name is a sentence, and a sentence has at least so many words.</summary>
    public const int WordsInTestName = 3;

    /// <summary>Modules whose README is still being written.</summary>
    public static IReadOnlyList<string> PagesToCome { get; } = [];

    /// <summary>What the formatter keeps.</summary>
    public static string[] Formatted { get; } = ["src", "bench", "tests"];

    /// <summary>Commands that documents name before they are there.</summary>
    public static IReadOnlyList<string> CommandsToCome { get; } = [];

    /// <summary>Packages that the next tests need.</summary>
    public static IReadOnlyList<string> PackagesToCome { get; } = ["Microsoft.AspNetCore.Mvc.Testing"];

    /// <summary>A note to oneself is work that nobody has agreed to do: it is an issue, or it is nothing.</summary>
    public static IReadOnlyList<string> NotesToOneself { get; } = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "Not" + "ImplementedException"];

    /// <summary>Folders and names that gather what nobody could name. They grow until everything depends on them.</summary>
    public static IReadOnlyList<string> NamesThatSayNothing { get; } =
    ["Common", "Shared", "Utils", "Util", "Helpers", "Helper", "Manager"];

    /// <summary>Where the program happens to be built or run is nobody's business.</summary>
    public static IReadOnlyList<string> PathsOfMachines { get; } = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", @"C:\Us" + "ers"];

    /// <summary>Interfaces with one implementation in <c>src/</c>, and what the other one is.</summary>
    public static IReadOnlyDictionary<string, string> InterfacesWithOne { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["IJournalStore"] = "the other is the simulator's journal, which fails on purpose",
        };

    /// <summary>Files of <c>src/</c> that hold DDL outside <c>Schema/</c>, and why.</summary>
    public static IReadOnlyDictionary<string, string> DdlOutsideSchema { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["src/Platform/Postgres/Migrator.cs"] = "the history of migrations must be there before the first of them",
            ["src/Platform/Postgres/LoginRole.cs"] = "schemas and roles are the modules' own: no module can make its own",
        };

    /// <summary>Files of <c>src/</c> with SQL that is not in a constant named …Sql, and why.</summary>
    public static IReadOnlyDictionary<string, string> SqlOutsideConstants { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["src/Platform/Postgres/LoginRole.cs"] = "statements about roles take no parameters: each is built around quoted names",
        };

    /// <summary>Tests that wait for a length of time and not for a condition, and why nothing better is to be had.</summary>
    public static IReadOnlyDictionary<string, string> TestsThatWait { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["tests/Testing/Eventually.cs"] = "asks for a condition again and again, so that no other test has to wait",
        };

    /// <summary>Files that name a path of a machine, and why.</summary>
    public static IReadOnlyDictionary<string, string> FilesThatNamePaths { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Texts that look like a secret and are none, and where they are from.</summary>
    public static IReadOnlyDictionary<string, string> SecretsThatAreNone { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
