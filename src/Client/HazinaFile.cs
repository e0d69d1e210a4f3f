namespace Hazina.Client;

/// <summary>A file as it comes. It is read once, and disposed of by who asked for it.</summary>
public sealed class HazinaFile : IDisposable
{
    readonly HttpResponseMessage response;

    internal HazinaFile(HttpResponseMessage response, Stream content) => (this.response, Content) = (response, content);

    /// <summary>What is in it.</summary>
    public Stream Content { get; }

    /// <summary>Its media type, such as text/csv.</summary>
    public string ContentType => response.Content.Headers.ContentType?.ToString() ?? "application/octet-stream";

    /// <summary>How it is called, where the server says so.</summary>
    public string? Name => response.Content.Headers.ContentDisposition is { } said ? said.FileNameStar ?? said.FileName?.Trim('"') : null;

    /// <summary>How many bytes it has, where the server says so.</summary>
    public long? Length => response.Content.Headers.ContentLength;

    /// <inheritdoc/>
    public void Dispose()
    {
        Content.Dispose();
        response.Dispose();
    }
}
