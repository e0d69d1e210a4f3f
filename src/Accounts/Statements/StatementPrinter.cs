using System.ComponentModel;
using System.Diagnostics;
using Hazina.Platform.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Hazina.Accounts.Statements;

/// <summary>
/// Prints the page of a statement by a Chromium, where there is one: the setting <c>Statements:Chromium</c>, or else <c>chromium</c> or <c>google-chrome</c>
/// in the path; <c>none</c> for none. The page forbids scripts itself (the browser prints by one
/// of its own), no name leads anywhere, and it knows none of this process's surroundings, and ends when its time is over.
/// </summary>
sealed partial class StatementPrinter(IConfiguration settings, TimeProvider time, ILogger<StatementPrinter> logger) : IDisposable
{
    /// <summary>More lines make a PDF that nobody reads, and take a browser minutes.</summary>
    public const int MostLines = 5_000;

    const int AtOnce = 2,
        MostWaiting = 20;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    static readonly string[] Names = ["chromium", "google-chrome"];

    readonly string? program = Find(settings["Statements:Chromium"]);
    readonly SemaphoreSlim turns = new(AtOnce);
    int waiting;

    /// <summary>Whether there is something to print with.</summary>
    public bool IsThere => program is not null;

    /// <summary>The page as a PDF.</summary>
    /// <param name="write">Writes the page; it holds nothing that would have to be loaded.</param>
    public async Task<(byte[]? Pdf, Refusal? Refusal)> Print(Func<Stream, CancellationToken, Task> write, CancellationToken stop)
    {
        if (program is null)
            return (null, Refusals.NoPrinter.Because("There is no Chromium in the path, and Statements:Chromium names none."));
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return (null, Later("Too many are waiting."));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var over = new CancellationTokenSource(Patience, time);
        await using var ends = over.Token.Register(patience.Cancel);
        var isMine = false;
        try
        {
            await turns.WaitAsync(patience.Token);
            isMine = true;
            return await PrintNow(program, write, patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, Later("It took too long."));
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
            if (isMine)
                turns.Release();
        }
    }

    async Task<(byte[]? Pdf, Refusal? Refusal)> PrintNow(
        string chromium,
        Func<Stream, CancellationToken, Task> write,
        CancellationToken stop
    )
    {
        // For its owner alone, and gone afterwards.
        var folder = Directory.CreateTempSubdirectory("hazina-print-").FullName;
        try
        {
            var (page, pdf) = (Path.Combine(folder, "statement.html"), Path.Combine(folder, "statement.pdf"));
            await using (var file = File.Create(page))
                await write(file, stop);
            using var process = Process.Start(Start(chromium, folder, page, pdf))!;
            try
            {
                process.StandardInput.Close();
                await Task.WhenAll(
                    process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, stop),
                    process.StandardError.BaseStream.CopyToAsync(Stream.Null, stop),
                    process.WaitForExitAsync(stop)
                );
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }

            if (File.Exists(pdf) && await File.ReadAllBytesAsync(pdf, stop) is var made && made.AsSpan().StartsWith("%PDF-"u8))
                return (made, null);
            Failed(logger, chromium, process.ExitCode);
            return (null, Later("Chromium made none."));
        }
        catch (Win32Exception e)
        {
            NotStarted(logger, e, chromium);
            return (null, Later("Chromium cannot be started."));
        }
        finally
        {
            await Remove(folder);
        }
    }

    static ProcessStartInfo Start(string chromium, string folder, string page, string pdf)
    {
        var start = new ProcessStartInfo(chromium)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (
            var argument in (string[])
                [
                    "--headless=new",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--no-first-run",
                    "--no-default-browser-check",
                    "--disable-extensions",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-crash-reporter",
                    "--host-resolver-rules=MAP * ~NOTFOUND",
                    "--no-pdf-header-footer",
                    $"--user-data-dir={Path.Combine(folder, "profile")}",
                    $"--print-to-pdf={pdf}",
                ]
        )
            start.ArgumentList.Add(argument);
        // Its own walls need rights that root gives away, which is why it refuses to have them as root.
        if (Environment.IsPrivilegedProcess)
            start.ArgumentList.Add("--no-sandbox");
        start.ArgumentList.Add(new Uri(page).AbsoluteUri);
        // Settings of this process may be secrets.
        var path = start.Environment.TryGetValue("PATH", out var known) ? known : null;
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = start.Environment["TMPDIR"] = folder;
        start.Environment["LANG"] = "C.UTF-8";
        return start;
    }

    /// <summary>A process that was killed may still be writing for a moment.</summary>
    async Task Remove(string folder)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (tries < 20)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), time);
            }
            catch (IOException e)
            {
                NotRemoved(logger, e, folder);
                return;
            }
        }
    }

    static Refusal Later(string detail) => Refusals.NotPrinted.Because(detail) with { RetryAfter = TimeSpan.FromSeconds(5) };

    static string? Find(string? named) =>
        named is "none" ? null
        : named is { Length: > 0 } ? named
        : OperatingSystem.IsWindows() ? null
        : (
            from name in Names
            from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
                Path.PathSeparator,
                StringSplitOptions.RemoveEmptyEntries
            )
            select Path.Combine(folder, name)
        ).FirstOrDefault(File.Exists);

    public void Dispose() => turns.Dispose();

    [LoggerMessage(4010, LogLevel.Error, "{Chromium} ended with {ExitCode} and has made no PDF")]
    static partial void Failed(ILogger logger, string chromium, int exitCode);

    [LoggerMessage(4011, LogLevel.Error, "{Chromium} cannot be started")]
    static partial void NotStarted(ILogger logger, Exception exception, string chromium);

    [LoggerMessage(4012, LogLevel.Error, "{Folder} holds the page of a statement and could not be removed")]
    static partial void NotRemoved(ILogger logger, Exception exception, string folder);
}
