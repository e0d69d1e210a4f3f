namespace Hazina.Platform.Messages;

/// <summary>The gateway that texts are handed to. Bound from the section <c>Sms</c>; without an address, texts stay in the outbox.</summary>
public sealed record SmsOptions
{
    /// <summary>Where texts are posted, such as <c>https://api.africastalking.com/version1/messaging</c>. https, or http on this machine.</summary>
    public string? Url { get; set; }

    /// <summary>Sent in the header <c>apiKey</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Whose account it is; some gateways ask for it.</summary>
    public string? Username { get; set; }

    /// <summary>Whom texts are from, as it is registered with the gateway: a name or a short number. Null: the gateway's own.</summary>
    public string? SenderId { get; set; }

    /// <summary>How long one text may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether texts can be sent like this, or are not to be sent at all.</summary>
    public bool IsWhole =>
        Url is not { Length: > 0 }
        || (
            Uri.TryCreate(Url, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && ApiKey is { Length: > 0 }
            && Timeout > TimeSpan.Zero
        );
}
