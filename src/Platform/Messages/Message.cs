namespace Hazina.Platform.Messages;

/// <summary>How a message reaches a person.</summary>
public enum MessageChannel
{
    Email,
    Sms,
}

/// <summary>A message to one person.</summary>
/// <param name="Channel">E-mail or SMS.</param>
/// <param name="To">An e-mail address or a phone number in E.164.</param>
/// <param name="Subject">A line; an SMS does without.</param>
/// <param name="Text">Plain text.</param>
/// <param name="IsWithheld">
/// Written and never sent: where a message would tell its sender that somebody is known, and its absence, by the time it takes, that nobody is.
/// </param>
public sealed record Message(MessageChannel Channel, string To, string Subject, string Text, bool IsWithheld = false);
