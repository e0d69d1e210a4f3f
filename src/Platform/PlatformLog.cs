using Microsoft.Extensions.Logging;

namespace Hazina.Platform;

/// <summary>Everything that the platform writes to the log: 1000 to 1999.</summary>
static partial class PlatformLog
{
    [LoggerMessage(1000, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(1001, LogLevel.Warning, "{Method} {Path} could not be answered: {Reason}")]
    public static partial void RequestUnavailable(ILogger logger, string reason, string method, string path);

    [LoggerMessage(1010, LogLevel.Warning, "The holds on running idempotent requests could not be renewed: {Reason}")]
    public static partial void HoldsNotRenewed(ILogger logger, string reason);

    [LoggerMessage(1020, LogLevel.Warning, "{Address} has sent too many keys that do not exist and has to wait")]
    public static partial void AddressHasToWait(ILogger logger, string address);

    [LoggerMessage(1021, LogLevel.Warning, "When keys were last used could not be written down: {Reason}")]
    public static partial void KeyUseNotWritten(ILogger logger, string reason);

    [LoggerMessage(1030, LogLevel.Error, "Job {Job} failed for the {Failures}. time in a row; it runs again at {NextRun:O}")]
    public static partial void JobFailed(ILogger logger, Exception exception, string job, int failures, DateTimeOffset nextRun);

    [LoggerMessage(1031, LogLevel.Warning, "Job {Job} cannot be scheduled at the moment: {Reason}")]
    public static partial void JobNotScheduled(ILogger logger, string job, string reason);

    [LoggerMessage(1032, LogLevel.Warning, "Job {Job} was taken over by another process and is stopped here")]
    public static partial void JobTakenOver(ILogger logger, string job);

    [LoggerMessage(1033, LogLevel.Debug, "Job {Job} ran for {Milliseconds} ms")]
    public static partial void JobRan(ILogger logger, string job, long milliseconds);
}
