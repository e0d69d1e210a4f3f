using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Hazina.Web;

/// <summary>Styles, scripts and the icon, packed into this assembly at build. Each has its content in its name, so a browser keeps it for ever.</summary>
public static class AssetFiles
{
    public const string Folder = "/assets/";

    const string Prefix = "assets/";

    static readonly FrozenDictionary<string, Asset> ByName = Read().ToFrozenDictionary(a => a.Name, StringComparer.Ordinal),
        ByFile = ByName.Values.ToFrozenDictionary(a => a.File, StringComparer.Ordinal);

    /// <summary>Where a page finds it.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public static string Url(string name) => Folder + ByName[name].File;

    internal static Task Serve(HttpContext context)
    {
        var response = context.Response;
        if (!ByFile.TryGetValue((string?)context.Request.RouteValues["file"] ?? "", out var asset))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var accepted = context.Request.Headers.AcceptEncoding;
        var (encoding, bytes) =
            Takes(accepted, "br") ? ("br", asset.Pressed)
            : Takes(accepted, "gzip") ? ("gzip", asset.Zipped.Value)
            : (null, asset.Plain.Value);
        response.ContentType = asset.Type;
        response.ContentLength = bytes.Length;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.Vary = "Accept-Encoding";
        if (encoding is not null)
            response.Headers.ContentEncoding = encoding;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes).AsTask();
    }

    static bool Takes(StringValues accepted, string encoding) => accepted.ToString().Contains(encoding, StringComparison.OrdinalIgnoreCase);

    static IEnumerable<Asset> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var pressed = new byte[stream.Length];
            stream.ReadExactly(pressed);
            yield return Asset.Of(resource[Prefix.Length..], pressed);
        }
    }

    /// <param name="File">The name with the content's hash in it.</param>
    sealed record Asset(string Name, string File, string Type, byte[] Pressed)
    {
        public Lazy<byte[]> Plain { get; } = new(() => Unpressed(Pressed));

        /// <summary>For the few that do not know Brotli.</summary>
        public Lazy<byte[]> Zipped { get; } = new(() => Zip(Unpressed(Pressed)));

        public static Asset Of(string name, byte[] pressed)
        {
            var (stem, ending) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
            var hash = Convert.ToHexStringLower(SHA256.HashData(pressed))[..12];
            var type = ending switch
            {
                ".css" => "text/css; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                _ => "image/svg+xml",
            };
            return new Asset(name, $"{stem}.{hash}{ending}", type, pressed);
        }

        static byte[] Unpressed(byte[] pressed)
        {
            using var from = new BrotliStream(new MemoryStream(pressed), CompressionMode.Decompress);
            using var to = new MemoryStream();
            from.CopyTo(to);
            return to.ToArray();
        }

        static byte[] Zip(byte[] plain)
        {
            using var to = new MemoryStream();
            using (var zip = new GZipStream(to, CompressionLevel.SmallestSize, leaveOpen: true))
                zip.Write(plain);
            return to.ToArray();
        }
    }
}
