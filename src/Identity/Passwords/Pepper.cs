using System.Security.Cryptography;
using System.Text;
using Hazina.Platform.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Passwords;

/// <summary>
/// A secret that is not in the database: without it, a stolen copy of the database is no help in guessing passwords and codes. Read when it is
/// first needed.
/// </summary>
sealed class Pepper(IOptions<IdentityOptions> options, IConfiguration settings)
{
    const int Bytes = 32;

    readonly Lazy<byte[]> secret = new(() => Read(options.Value, settings));

    /// <summary>Tells peppers apart and tells nothing about them.</summary>
    public string Id => Convert.ToHexStringLower(HMACSHA256.HashData(secret.Value, "pepper-id"u8))[..16];

    /// <summary>Of a password, as bcrypt takes it: 64 characters without a zero byte, where bcrypt would stop at 72 bytes or at a zero.</summary>
    public string OfPassword(string password) =>
        Convert.ToBase64String(HMACSHA384.HashData(secret.Value, Encoding.UTF8.GetBytes(password)));

    /// <summary>Of anything else; the purpose keeps one use from standing for another.</summary>
    public byte[] Of(string purpose, string text) => HMACSHA256.HashData(secret.Value, Encoding.UTF8.GetBytes($"{purpose}\n{text}"));

    static byte[] Read(IdentityOptions options, IConfiguration settings)
    {
        if (options.Pepper is { Length: > 0 } given)
        {
            var bytes = new byte[given.Length];
            if (!Convert.TryFromBase64String(given, bytes, out var length) || length < Bytes)
                throw new InvalidOperationException($"The setting Identity:Pepper is not {Bytes} bytes or more in Base64.");
            return bytes[..length];
        }

        var file =
            options.PepperFile is { Length: > 0 } named ? named
            : settings["data"] is { Length: > 0 } data ? Path.Combine(data, "keys", "password-pepper")
            : throw new InvalidOperationException(
                "There is no pepper for passwords: set Identity:PepperFile or Identity:Pepper, or name a data folder."
            );
        return SecretFile.LoadOrCreate(Path.GetFullPath(file), Bytes);
    }
}
