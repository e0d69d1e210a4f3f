using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Hazina.Platform.Security;

/// <summary>
/// Encrypts single fields at rest, by AES-256-GCM with keys that are not in the database: in the setting <c>FieldKeys:Keys</c>, in the file
/// <c>FieldKeys:File</c>, or in <c>keys/fields</c> of the data folder, which is made where it is missing. Keys are 32 bytes in Base64, separated by white
/// space; the first encrypts, all decrypt, so that a new one is put in front of the old ones.
/// </summary>
/// <remarks>What is stored: a version, 4 bytes of the key's name, 12 bytes of nonce, what was encrypted, 16 bytes of tag.</remarks>
public sealed class FieldCipher(IConfiguration settings)
{
    const byte Version = 1;
    const int KeyBytes = 32,
        NameAt = 1,
        NonceAt = 5,
        NonceBytes = 12,
        TextAt = NonceAt + NonceBytes,
        TagBytes = 16;

    readonly Lazy<Key[]> keys = new(() => Read(settings));

    /// <summary>Encrypts a field.</summary>
    /// <param name="plain">Its bytes.</param>
    /// <param name="place">Column and row: what was written for one place cannot be read in another.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, string place)
    {
        var key = keys.Value[0];
        var stored = new byte[TextAt + plain.Length + TagBytes];
        stored[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(stored.AsSpan(NameAt), key.Name);
        var nonce = stored.AsSpan(NonceAt, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Bytes, TagBytes);
        aes.Encrypt(nonce, plain, stored.AsSpan(TextAt, plain.Length), stored.AsSpan(TextAt + plain.Length), Encoding.UTF8.GetBytes(place));
        return stored;
    }

    /// <summary>Decrypts what <see cref="Seal"/> made for the same place.</summary>
    /// <exception cref="CryptographicException">It was changed, or made for another place, or by a key that is not here.</exception>
    public byte[] Open(ReadOnlySpan<byte> stored, string place)
    {
        if (stored.Length < TextAt + TagBytes || stored[0] != Version)
            throw new CryptographicException("This is no encrypted field.");
        var name = BinaryPrimitives.ReadUInt32BigEndian(stored[NameAt..]);
        var key =
            Array.Find(keys.Value, k => k.Name == name)
            ?? throw new CryptographicException($"The field was encrypted with the key {name:x8}, which is not among those given here.");
        var plain = new byte[stored.Length - TextAt - TagBytes];
        using var aes = new AesGcm(key.Bytes, TagBytes);
        aes.Decrypt(
            stored.Slice(NonceAt, NonceBytes),
            stored.Slice(TextAt, plain.Length),
            stored[^TagBytes..],
            plain,
            Encoding.UTF8.GetBytes(place)
        );
        return plain;
    }

    static Key[] Read(IConfiguration settings)
    {
        if (settings["FieldKeys:Keys"] is { Length: > 0 } given)
            return Parse(given, "The setting FieldKeys:Keys");
        var file =
            settings["FieldKeys:File"] is { Length: > 0 } named ? named
            : settings["data"] is { Length: > 0 } data ? Path.Combine(data, "keys", "fields")
            : throw new InvalidOperationException(
                "There is no key for fields: set FieldKeys:File or FieldKeys:Keys, or name a data folder."
            );
        file = Path.GetFullPath(file);
        if (!File.Exists(file))
            SecretFile.LoadOrCreate(file, KeyBytes);
        return Parse(File.ReadAllText(file), file);
    }

    static Key[] Parse(string text, string source)
    {
        Key[] found = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(t => KeyOf(t, source))];
        return found.Length > 0 ? found : throw new InvalidOperationException($"{source} holds no key.");
    }

    static Key KeyOf(string text, string source)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length != KeyBytes)
            throw new InvalidOperationException($"{source} does not hold keys of {KeyBytes} bytes in Base64.");
        bytes = bytes[..length];
        return new Key(bytes, BinaryPrimitives.ReadUInt32BigEndian(HMACSHA256.HashData(bytes, "field-key-name"u8)));
    }

    sealed record Key(byte[] Bytes, uint Name);
}
