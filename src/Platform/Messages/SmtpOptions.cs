using System.Net.Mail;

namespace Hazina.Platform.Messages;

/// <summary>The mail server. Bound from the section <c>Smtp</c>; without a host, e-mails stay in the outbox.</summary>
public sealed record SmtpOptions
{
    public string? Host { get; set; }

    /// <summary>587 is where mail is handed in.</summary>
    public int Port { get; set; } = 587;

    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>Whom e-mails are from, such as <c>Hazina &lt;hello@example.com&gt;</c>.</summary>
    public string? From { get; set; }

    /// <summary>By STARTTLS, without which nothing is sent. Off for a server on the same machine alone.</summary>
    public bool Tls { get; set; } = true;

    /// <summary>How long one e-mail may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether e-mails can be sent like this, or are not to be sent at all.</summary>
    public bool IsWhole => Host is not { Length: > 0 } || MailAddress.TryCreate(From, out _);
}
