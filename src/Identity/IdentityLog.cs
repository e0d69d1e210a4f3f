using Microsoft.Extensions.Logging;

namespace Hazina.Identity;

/// <summary>Everything that identity writes to the log: 3000 to 3999. No names, addresses or secrets.</summary>
static partial class IdentityLog
{
    [LoggerMessage(
        3000,
        LogLevel.Error,
        "A password was made with the pepper {Theirs}, but this server has {Ours}: set Identity:PepperFile to the one that all servers share"
    )]
    public static partial void OtherPepper(ILogger logger, string theirs, string ours);

    [LoggerMessage(3020, LogLevel.Warning, "The provider {Provider} cannot be used: {Reason}")]
    public static partial void ProviderAway(ILogger logger, string provider, string reason);

    [LoggerMessage(3021, LogLevel.Warning, "A login at {Provider} was refused: {Reason}")]
    public static partial void LinkedLoginRefused(ILogger logger, string provider, string reason);

    [LoggerMessage(3030, LogLevel.Error, "{User} could not be erased and is tried again in an hour")]
    public static partial void NotErased(ILogger logger, Exception exception, Guid user);

    [LoggerMessage(3010, LogLevel.Warning, "When sessions were last used could not be written down: {Reason}")]
    public static partial void SessionUseNotWritten(ILogger logger, string reason);
}
