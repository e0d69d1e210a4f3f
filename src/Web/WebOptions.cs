namespace Hazina.Web;

/// <summary>The section <c>Web</c> of the settings.</summary>
public sealed class WebOptions
{
    /// <summary>Whether this server has pages at all.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The API that the pages call; nothing stands for this server's own.</summary>
    public Uri? Api { get; set; }

    /// <summary>
    /// Where that API is another server: what both know, so that it believes the pages where a browser is. Nothing stands for one made at the start.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>The phone that plays the rails' part, where they are simulated.</summary>
    public Uri? SimulatedPhone { get; set; }

    /// <summary>How long an answer of the API is waited for.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(20);
}
