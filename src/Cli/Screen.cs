using Spectre.Console;

namespace Hazina.Cli;

/// <summary>What a person at the terminal sees: results on standard output, the rest on standard error, so that output can be piped.</summary>
static class Screen
{
    // A sentence is not broken here: a terminal wraps it, and what is copied from it (a command, an address) stays whole.
    const int WidthOfAFile = 120,
        WidthOfASentence = 4000;

    static readonly IAnsiConsole Errors = Open(Console.Error, Console.IsErrorRedirected);
    static readonly IAnsiConsole ErrorSentences = Open(Console.Error, Console.IsErrorRedirected, WidthOfASentence);
    static readonly IAnsiConsole Sentences = Open(Console.Out, Console.IsOutputRedirected, WidthOfASentence);

    /// <summary>Colours are for terminals: a file gets plain text.</summary>
    public static void Prepare() =>
        AnsiConsole.Console = Open(Console.Out, Console.IsOutputRedirected, Console.IsOutputRedirected ? WidthOfAFile : null);

    static IAnsiConsole Open(TextWriter writer, bool redirected, int? width = null)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
                ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            }
        );
        console.Profile.Width = width ?? console.Profile.Width;
        return console;
    }

    /// <summary>Says what is going on.</summary>
    public static void Progress(string sentence) => ErrorSentences.MarkupLineInterpolated($"[grey]{sentence}[/]");

    /// <summary>Shows a bar while something takes its time; the work tells how much of the whole is done.</summary>
    public static async Task WatchAsync(string title, Func<Action<long, long>, Task> work)
    {
        if (Console.IsErrorRedirected)
        {
            Progress(title);
            await work((_, _) => { });
            return;
        }

        await Errors
            .Progress()
            .AutoClear(true)
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(Markup.Escape(title));
                await work((done, total) => task.Value(100.0 * done / Math.Max(total, 1)));
            });
    }

    public static void Error(string sentence) => ErrorSentences.MarkupLineInterpolated($"[red]hazina:[/] {sentence}");

    /// <summary>Says that something is done.</summary>
    public static void Done(string sentence) => Sentences.MarkupLineInterpolated($"[green]✓[/] {sentence}");

    /// <summary>Tells a result, on one line however long it is.</summary>
    public static void Say(string sentence) => Sentences.WriteLine(sentence);

    /// <inheritdoc cref="Say"/>
    public static void SayMarkup(string markup) => Sentences.MarkupLine(markup);
}
