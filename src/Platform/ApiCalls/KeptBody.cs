using System.Text.Json;
using System.Text.Json.Nodes;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.ApiCalls;

/// <summary>A request's body, held until the answer shows whether it is kept: small JSON that changes something.</summary>
sealed class KeptBody
{
    const int Largest = 4096;

    readonly Stream stream;
    readonly int length;

    KeptBody(Stream stream, int length) => (this.stream, this.length) = (stream, length);

    /// <summary>Before anybody reads it; null where it is not of the kind.</summary>
    public static KeptBody? Of(HttpRequest request)
    {
        if (request.ContentLength is not (> 0 and <= Largest) || HttpMethods.IsGet(request.Method) || !request.HasJsonContentType())
            return null;
        request.EnableBuffering(Largest + 1);
        return new KeptBody(request.Body, (int)request.ContentLength);
    }

    /// <summary>Without what is named like a secret; null where it has not been read, or is no JSON object.</summary>
    public string? Text()
    {
        try
        {
            // What is left of it would have to be waited for.
            if (stream.Length < length)
                return null;
            stream.Position = 0;
            return Secrets.LeftOut(JsonNode.Parse(stream) as JsonObject)?.ToJsonString(JsonSettings.Options);
        }
        catch (Exception e) when (e is JsonException or IOException or ObjectDisposedException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
