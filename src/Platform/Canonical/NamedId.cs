using System.Security.Cryptography;
using System.Text;

namespace Hazina.Platform.Canonical;

/// <summary>Ids made of names, so that whoever does a thing twice, or on two servers, does it under one id: version 8 of RFC 9562, of a SHA-256.</summary>
public static class NamedId
{
    /// <param name="name">Begins with what it is of, so that two kinds never share one.</param>
    public static Guid Of(string name) => Marked(SHA256.HashData(Encoding.UTF8.GetBytes("hazina/" + name)).AsSpan(0, 16));

    /// <summary>The same behind the time of another id, so that ids of a page lie together.</summary>
    public static Guid Of(string name, Guid timed)
    {
        Span<byte> time = stackalloc byte[16];
        timed.TryWriteBytes(time, bigEndian: true, out _);
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes("hazina/" + name)).AsSpan(0, 16);
        time[..6].CopyTo(bytes);
        return Marked(bytes);
    }

    static Guid Marked(Span<byte> bytes)
    {
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
