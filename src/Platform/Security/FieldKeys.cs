using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Hazina.Platform.Security;

/// <summary>
/// The keys that fields are encrypted with: 32 bytes each in Base64, separated by white space. The first encrypts, all decrypt, so that a new one is put in
/// front of the old ones. A file is read again when it has changed: a server that runs goes on with the new key.
/// </summary>
public sealed class FieldKeys(IConfiguration settings)
{
    const int Bytes = 32;

    readonly string? given = settings["FieldKeys:Keys"] is { Length: > 0 } text ? text : null;
    readonly Lock gate = new();
    (Key[] Keys, DateTime Written)? read;

    /// <summary>The keys' names, the one that encrypts first.</summary>
    public IReadOnlyList<string> Names => [.. Read().Select(k => $"{k.Name:x8}")];

    /// <summary>Reads those that there are. One that is missing is made when it is needed.</summary>
    /// <exception cref="InvalidOperationException">They cannot be read, or others could read them, too; the message is for the operator.</exception>
    public void Require()
    {
        if (given is not null || (HasFile && File.Exists(FileName())))
            Read();
    }

    bool HasFile => settings["FieldKeys:File"] is { Length: > 0 } || settings["data"] is { Length: > 0 };

    internal Key Current => Read()[0];

    internal Key? Find(uint name) => Array.Find(Read(), k => k.Name == name);

    /// <summary>Makes a key and puts it in front.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="InvalidOperationException">The keys come from the settings.</exception>
    public string Add() =>
        Change(keys =>
        {
            var fresh = RandomNumberGenerator.GetBytes(Bytes);
            return [new Key(fresh, NameOf(fresh)), .. keys];
        })[0];

    /// <summary>Takes a key away: what was encrypted with it cannot be read any more.</summary>
    /// <exception cref="InvalidOperationException">It is the one that encrypts, or there is none of that name; or the keys come from the settings.</exception>
    public void Remove(string name) =>
        Change(keys =>
            $"{keys[0].Name:x8}" == name ? throw new InvalidOperationException($"{name} is the key that encrypts.")
            : Array.Exists(keys, k => $"{k.Name:x8}" == name) ? [.. keys.Where(k => $"{k.Name:x8}" != name)]
            : throw new InvalidOperationException($"There is no key {name}.")
        );

    IReadOnlyList<string> Change(Func<Key[], Key[]> change)
    {
        if (given is not null)
            throw new InvalidOperationException("The keys come from the setting FieldKeys:Keys and are changed there.");
        var file = FileName();
        // Two that change it at once would lose a key, and with it what was encrypted meanwhile.
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var turn = Take(file + ".lock");
        var changed = change(Read());
        SecretFile.Replace(file, string.Concat(changed.Select(k => Convert.ToBase64String(k.Bytes) + "\n")), SecretFile.OwnerOnly);
        return Names;
    }

    static FileStream Take(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"Somebody else is changing the keys at the moment ({file}).", e);
        }
    }

    Key[] Read()
    {
        if (given is not null)
            return read?.Keys ?? Keep(Parse(given, "The setting FieldKeys:Keys"), default);
        var file = FileName();
        if (!File.Exists(file))
        {
            // Another one would encrypt what the old one's return leaves unreadable.
            if (read is not null)
                throw new InvalidOperationException($"{file} has gone: the keys of encrypted fields were in it.");
            SecretFile.LoadOrCreate(file, Bytes);
        }

        // Asked first: what is written after that is read the next time.
        var written = File.GetLastWriteTimeUtc(file);
        lock (gate)
        {
            if (read is { } known && known.Written == written)
                return known.Keys;
        }

        if (FileOwner.Fault(file) is { } fault)
            throw new InvalidOperationException(fault);
        return Keep(Parse(File.ReadAllText(file), file), written);
    }

    Key[] Keep(Key[] keys, DateTime written)
    {
        lock (gate)
            read = (keys, written);
        return keys;
    }

    string FileName() =>
        Path.GetFullPath(
            settings["FieldKeys:File"] is { Length: > 0 } named ? named
            : settings["data"] is { Length: > 0 } data ? Path.Combine(data, "keys", "fields")
            : throw new InvalidOperationException(
                "There is no key for fields: set FieldKeys:File or FieldKeys:Keys, or name a data folder."
            )
        );

    static Key[] Parse(string text, string source)
    {
        Key[] found = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(t => KeyOf(t, source))];
        return found.Length > 0 ? found : throw new InvalidOperationException($"{source} holds no key.");
    }

    static Key KeyOf(string text, string source)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length != Bytes)
            throw new InvalidOperationException($"{source} does not hold keys of {Bytes} bytes in Base64.");
        bytes = bytes[..length];
        return new Key(bytes, NameOf(bytes));
    }

    static uint NameOf(byte[] key) => BinaryPrimitives.ReadUInt32BigEndian(HMACSHA256.HashData(key, "field-key-name"u8));

    internal sealed record Key(byte[] Bytes, uint Name);
}
