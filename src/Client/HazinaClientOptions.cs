namespace Hazina.Client;

/// <summary>Where the server is, who calls, and how patiently.</summary>
public sealed record HazinaClientOptions
{
    /// <summary>Where the server is, without <c>/v1</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>An API key or the token of a session. Null: calls that need none, such as signing in.</summary>
    public string? Token { get; init; }

    /// <summary>Headers that each call carries besides, such as the address for which a gateway calls.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long a call may take, its repetitions included. Of a file: until it begins to come.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a call is tried at most, where trying again does no harm. One: never again.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The longest that is waited before trying again; where the server asks for more, the call fails at once.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For tests of waiting.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Ends all calls at once, as the caller's own token ends one.</summary>
    internal CancellationToken Stop { get; init; }
}
