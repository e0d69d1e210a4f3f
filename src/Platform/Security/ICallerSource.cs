namespace Hazina.Platform.Security;

/// <summary>Knows whose a credential is: API keys here, people's sessions where people are.</summary>
public interface ICallerSource
{
    /// <summary>Whether the text is of the kind that this one gives out; tells nothing about whether it is valid.</summary>
    bool Gave(string text);

    /// <summary>The caller if the text is remembered as valid; costs nothing.</summary>
    Caller? Recall(string text);

    /// <summary>Asks the database whose it is; null when it is nobody's, has expired or was ended.</summary>
    Task<Caller?> Find(string text, CancellationToken cancellation);
}
