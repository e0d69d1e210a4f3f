using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Hazina.Host;
using Hazina.Platform.Postgres;
using Hazina.Platform.Postgres.Embedded;
using Npgsql;

namespace Hazina.Cli;

/// <summary>Runs a command: signals end it gracefully, and what goes wrong is told in one sentence.</summary>
static class CommandRun
{
    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        // Who asks for a command's page has not filled in its arguments yet.
        var asksForHelp = parsed.Action is HelpPage && parsed.UnmatchedTokens.Count == 0;
        if (parsed.Errors.Count > 0 && !asksForHelp)
        {
            return HelpPage.ShowMistake(parsed);
        }

        using var stopping = new CancellationTokenSource();
        using var interrupt = Graceful(PosixSignal.SIGINT, stopping);
        using var terminate = Graceful(PosixSignal.SIGTERM, stopping);
        using var hangUp = Graceful(PosixSignal.SIGHUP, stopping);
        try
        {
            // Our own handling of signals, because a graceful stop may take longer than the two seconds that would be allowed.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            Screen.Error(Sentence(e));
            if (parsed.GetValue(CommonOptions.Verbose))
            {
                await Console.Error.WriteLineAsync(e.ToString());
            }

            return ExitCode.Failure;
        }
    }

    /// <summary>The first signal asks for a graceful stop; a second one of the same kind ends the process at once, which loses nothing either.</summary>
    static PosixSignalRegistration Graceful(PosixSignal signal, CancellationTokenSource stopping) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = !stopping.IsCancellationRequested;
                _ = stopping.CancelAsync();
            }
        );

    static string Sentence(Exception e) =>
        e switch
        {
            CommandFailedException or EmbeddedPostgresException or StartException or MigrationException => e.Message,
            PostgresException refused => $"PostgreSQL refuses: {refused.MessageText}.",
            NpgsqlException { InnerException: SocketException reason } => $"The database cannot be reached: {reason.Message}.",
            NpgsqlException => $"The database cannot be used: {e.Message}",
            UnauthorizedAccessException => e.Message,
            // By Npgsql, of what stands in --database.
            ArgumentException { ParamName: "connectionString" } => $"The database cannot be used: {e.Message.Split(" (Parameter")[0]}",
            _ => $"Something went wrong that should not have: {e.Message} (--verbose shows where)",
        };
}
