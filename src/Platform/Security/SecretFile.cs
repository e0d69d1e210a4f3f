using System.Security.Cryptography;
using System.Text;

namespace Hazina.Platform.Security;

/// <summary>A secret of chance in a file that only its owner may read.</summary>
public static class SecretFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The bytes of a file that holds them in Base64; where it is missing, it is made.</summary>
    /// <exception cref="InvalidOperationException">The file holds something else.</exception>
    public static byte[] LoadOrCreate(string file, int bytes)
    {
        if (!File.Exists(file))
            WriteOnce(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)) + "\n", OwnerOnly);
        try
        {
            var secret = Convert.FromBase64String(File.ReadAllText(file).Trim());
            return secret.Length >= bytes
                ? secret
                : throw new InvalidOperationException($"{file} holds {secret.Length} bytes, but a secret has at least {bytes}.");
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"{file} does not hold a secret in Base64.", e);
        }
    }

    /// <summary>Writes a file whole or not at all, and never over another: two processes that start at once end up with the same one.</summary>
    /// <param name="file">Its folder is made where it is missing.</param>
    /// <param name="text">ASCII.</param>
    /// <param name="mode">Who may read it, from the first byte on.</param>
    public static void WriteOnce(string file, string text, UnixFileMode mode)
    {
        var fresh = WriteBeside(file, text, mode);
        try
        {
            File.Move(fresh, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(fresh);
        }
    }

    /// <summary>Writes a file anew, whole or not at all: whoever reads meanwhile reads the old one to its end.</summary>
    /// <inheritdoc cref="WriteOnce"/>
    public static void Replace(string file, string text, UnixFileMode mode) =>
        File.Move(WriteBeside(file, text, mode), file, overwrite: true);

    static string WriteBeside(string file, string text, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        // Not by the process's number: in containers that share a folder each is the first.
        var fresh = $"{file}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        using var stream = new FileStream(
            fresh,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = mode,
            }
        );
        stream.Write(Encoding.ASCII.GetBytes(text));
        stream.Flush(flushToDisk: true);
        return fresh;
    }
}
