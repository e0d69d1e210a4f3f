using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Hazina.Platform.Security;

/// <summary>
/// Encrypts single fields at rest, by AES-256-GCM with keys that are not in the database: in the setting <c>FieldKeys:Keys</c>, in the file
/// <c>FieldKeys:File</c>, or in <c>keys/fields</c> of the data folder, which is made where it is missing. See <see cref="FieldKeys"/>.
/// </summary>
/// <remarks>What is stored: a version, 4 bytes of the key's name, 12 bytes of nonce, what was encrypted, 16 bytes of tag.</remarks>
public sealed class FieldCipher(IConfiguration settings)
{
    const byte Version = 1;
    const int NameAt = 1,
        NonceAt = 5,
        NonceBytes = 12,
        TextAt = NonceAt + NonceBytes,
        TagBytes = 16;

    readonly FieldKeys keys = new(settings);

    /// <summary>Encrypts a field.</summary>
    /// <param name="plain">Its bytes.</param>
    /// <param name="place">Column and row: what was written for one place cannot be read in another.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, string place)
    {
        var key = keys.Current;
        var stored = new byte[TextAt + plain.Length + TagBytes];
        stored[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(stored.AsSpan(NameAt), key.Name);
        var nonce = stored.AsSpan(NonceAt, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Bytes, TagBytes);
        aes.Encrypt(nonce, plain, stored.AsSpan(TextAt, plain.Length), stored.AsSpan(TextAt + plain.Length), Encoding.UTF8.GetBytes(place));
        return stored;
    }

    /// <summary>Whether it was sealed with the key that seals now.</summary>
    internal bool IsCurrent(ReadOnlySpan<byte> stored) => stored.Length > NonceAt && NameOf(stored) == keys.Current.Name;

    static uint NameOf(ReadOnlySpan<byte> stored) => BinaryPrimitives.ReadUInt32BigEndian(stored[NameAt..]);

    /// <summary>Decrypts what <see cref="Seal"/> made for the same place.</summary>
    /// <exception cref="CryptographicException">It was changed, or made for another place, or by a key that is not here.</exception>
    public byte[] Open(ReadOnlySpan<byte> stored, string place)
    {
        if (stored.Length < TextAt + TagBytes || stored[0] != Version)
            throw new CryptographicException("This is no encrypted field.");
        var name = NameOf(stored);
        var key =
            keys.Find(name)
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
}
