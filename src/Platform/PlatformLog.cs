using System.Net.Mail;
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

    [LoggerMessage(1067, LogLevel.Error, "Job {Job} could not be given its turn; it is tried again")]
    public static partial void JobNotTurned(ILogger logger, Exception exception, string job);

    [LoggerMessage(1032, LogLevel.Warning, "Job {Job} was taken over by another process and is stopped here")]
    public static partial void JobTakenOver(ILogger logger, string job);

    [LoggerMessage(1033, LogLevel.Debug, "Job {Job} ran for {Milliseconds} ms")]
    public static partial void JobRan(ILogger logger, string job, long milliseconds);

    [LoggerMessage(1040, LogLevel.Warning, "Events cannot be relayed at the moment: {Reason}")]
    public static partial void EventsNotRelayed(ILogger logger, string reason);

    [LoggerMessage(1041, LogLevel.Error, "Events could not be relayed")]
    public static partial void RelayFailed(ILogger logger, Exception exception);

    [LoggerMessage(1042, LogLevel.Warning, "The events of {Source} cannot be read at the moment: {Reason}")]
    public static partial void SourceNotRead(ILogger logger, string source, string reason);

    [LoggerMessage(1043, LogLevel.Warning, "Listener {Listener} could not handle event {Number}, {Type}: {Fault}")]
    public static partial void EventNotHandled(ILogger logger, string listener, long number, string type, string fault);

    [LoggerMessage(
        1044,
        LogLevel.Error,
        "Listener {Listener} has given up on event {Number}, {Type}; it is parked, and those of its key wait behind it: {Fault}"
    )]
    public static partial void EventParked(ILogger logger, string listener, long number, string type, string fault);

    [LoggerMessage(1045, LogLevel.Warning, "Listener {Listener} cannot go on at the moment: {Reason}")]
    public static partial void ListenerCannotRead(ILogger logger, string listener, string reason);

    [LoggerMessage(1046, LogLevel.Error, "Listener {Listener} was interrupted and goes on soon")]
    public static partial void ListenerFailed(ILogger logger, Exception exception, string listener);

    [LoggerMessage(1050, LogLevel.Warning, "E-mails that wait cannot be read at the moment: {Reason}")]
    public static partial void MailNotRead(ILogger logger, string reason);

    [LoggerMessage(1051, LogLevel.Warning, "E-mail {Message} could not be sent at attempt {Attempt}: {Status} {Cause}")]
    public static partial void MailNotSent(ILogger logger, Guid message, int attempt, SmtpStatusCode status, string? cause);

    [LoggerMessage(1052, LogLevel.Warning, "Texts that wait cannot be read at the moment: {Reason}")]
    public static partial void TextsNotRead(ILogger logger, string reason);

    [LoggerMessage(1053, LogLevel.Warning, "Text {Message} could not be sent at attempt {Attempt}: {Fault}")]
    public static partial void TextNotSent(ILogger logger, Guid message, int attempt, string fault);

    [LoggerMessage(1055, LogLevel.Error, "What was approved in {Approval} ({Kind}) could not be done at attempt {Tries}")]
    public static partial void ApprovedActFailed(ILogger logger, Exception exception, Guid approval, string kind, int tries);

    [LoggerMessage(1057, LogLevel.Warning, "{Calls} calls of the API could not be written down: {Reason}")]
    public static partial void CallsNotWritten(ILogger logger, int calls, string reason);

    [LoggerMessage(1056, LogLevel.Error, "What became of approval {Approval} could not be written down")]
    public static partial void ApprovedActNotWritten(ILogger logger, Exception exception, Guid approval);

    [LoggerMessage(1060, LogLevel.Information, "Counters are shared through Redis")]
    public static partial void CountersShared(ILogger logger);

    [LoggerMessage(1061, LogLevel.Warning, "Redis does not answer: until it does, each process counts for itself")]
    public static partial void CountersAlone(ILogger logger);

    [LoggerMessage(1062, LogLevel.Error, "Counters could not be told to Redis; they go on")]
    public static partial void CountersFailed(ILogger logger, Exception exception);

    [LoggerMessage(1063, LogLevel.Information, "The cache is shared through Redis")]
    public static partial void CacheShared(ILogger logger);

    [LoggerMessage(1064, LogLevel.Warning, "Redis does not answer: until it does, nothing is kept in the cache")]
    public static partial void CacheAway(ILogger logger);

    [LoggerMessage(
        1065,
        LogLevel.Warning,
        "Redis has been away for too long: {Removals} changes will not be told to it, and what it keeps of them may be seen until its time is over"
    )]
    public static partial void RemovalsForgotten(ILogger logger, int removals);

    [LoggerMessage(
        1066,
        LogLevel.Error,
        "The file {File} is not in {Folder}: it was lost, or the servers of this database do not share one folder (Files:Folder)"
    )]
    public static partial void FileNotInPlace(ILogger logger, Guid file, string folder);
}
