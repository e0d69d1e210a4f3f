using Hazina.Architecture.Tests.Rules;

namespace Hazina.Architecture.Tests;

/// <summary>The limits and their reasons stand in <see cref="Limits"/>.</summary>
public sealed class TidyTests
{
    static IEnumerable<SourceFile> AllButLicence => Tree.Files.Where(f => f.Name != "LICENSE");

    [Fact]
    public void Files_are_short() =>
        Found.Nothing(
            $"At most {Limits.LinesInFile} lines:",
            Tree.Files.Where(f => f.Extension is ".cs" or ".sql" or ".sh" or ".razor" || f.Name == "hazina").SelectMany(TextRules.TooLong)
        );

    [Fact]
    public void Methods_are_short() =>
        Found.Nothing($"At most {Limits.LinesInMethod} lines:", Tree.Code.SelectMany(TextRules.MethodsTooLong));

    [Fact]
    public void Lines_are_narrow() =>
        Found.Nothing($"At most {Limits.Width} letters:", Tree.Files.Where(f => f.IsIn(Limits.Formatted)).SelectMany(TextRules.TooWide));

    [Fact]
    public void Lines_are_clean() => Found.Nothing("As .editorconfig says:", AllButLicence.SelectMany(TextRules.UncleanLines));

    [Fact]
    public void Nobody_leaves_notes_to_themselves() =>
        Found.Nothing("It is an issue, or it is nothing:", Tree.Files.SelectMany(TextRules.NotesToOneself));

    [Fact]
    public void No_path_of_a_machine_is_in_the_tree() =>
        Found.Nothing(
            "It runs where it runs:",
            Tree.Files.Where(f => !Limits.FilesThatNamePaths.ContainsKey(f.Path)).SelectMany(TextRules.PathsOfMachines)
        );

    [Fact]
    public void A_skipped_test_says_why_on_its_line() =>
        Found.Nothing(
            "The reason is a literal beside Skip:",
            Tree.Code.Where(f => f.IsIn("tests")).SelectMany(TextRules.SkippedWithoutReason)
        );

    [Fact]
    public void Tests_wait_for_conditions() =>
        Found.Nothing(
            "A wait for a length of time is too short on a slow machine and too long on a fast one:",
            Tree.Code.Where(f => f.IsIn("tests") && !Limits.TestsThatWait.ContainsKey(f.Path)).SelectMany(TextRules.WaitsAndHopes)
        );

    [Fact]
    public void Nothing_looks_like_a_secret() =>
        Found.Nothing("Secrets are made where they are needed:", Tree.Files.SelectMany(TextRules.Secrets));

    [Fact]
    public void Exceptions_are_still_needed()
    {
        Found.Nothing(
            "An exception for a file that is gone, or that keeps the rule:",
            Idle(Limits.DdlOutsideSchema, SqlRules.DdlOutsideSchema)
                .Concat(Idle(Limits.SqlOutsideConstants, SqlRules.SqlOutsideItsConstant))
                .Concat(Idle(Limits.TestsThatWait, TextRules.WaitsAndHopes))
                .Concat(Idle(Limits.FilesThatNamePaths, TextRules.PathsOfMachines))
        );
        Found.Nothing("The page has come:", Limits.PagesToCome.Where(m => Tree.Files.Any(f => f.Path == $"src/{m}/README.md")));
        Found.Nothing(
            "An exception without a reason:",
            new[] { Limits.DdlOutsideSchema, Limits.SqlOutsideConstants, Limits.TestsThatWait, Limits.FilesThatNamePaths }
                .SelectMany(e => e)
                .Where(e => e.Value.Length < Limits.LettersInReason)
                .Select(e => e.Key)
        );
    }

    static IEnumerable<string> Idle(IReadOnlyDictionary<string, string> exceptions, Func<SourceFile, IEnumerable<string>> rule) =>
        exceptions.Keys.Where(path => Tree.Files.FirstOrDefault(f => f.Path == path) is not { } file || !rule(file).Any());
}
