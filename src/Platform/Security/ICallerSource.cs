using Hazina.Platform.Http;

namespace Hazina.Platform.Security;

/// <summary>Knows whose a credential is: API keys here, people's sessions where people are.</summary>
public interface ICallerSource
{
    /// <summary>Whether the text is of the kind that this one gives out; tells nothing about whether it is valid.</summary>
    bool Gave(string text);

    /// <summary>
    /// Whether a text that is not valid is most likely one that was: well-formed, too long to be guessed, and of a kind that ends by itself. An app that
    /// still sends it must not make everybody behind its address wait.
    /// </summary>
    bool MayHaveEnded(string text);

    /// <summary>The caller if the text is remembered as valid; costs nothing.</summary>
    Caller? Recall(string text);

    /// <summary>Asks the database whose it is; null when it is nobody's, has expired or was ended.</summary>
    Task<Caller?> Find(string text, CancellationToken cancellation);

    /// <summary>A no where a caller of this source has to show again first that they are who they are.</summary>
    /// <returns>Null where they did lately, or have nothing to show.</returns>
    Task<Refusal?> Unconfirmed(Caller caller, CancellationToken cancellation);
}
