using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hazina.Platform.Canonical;

namespace Hazina.Insight.Trail;

/// <summary>An entry of the trail as its table has it, and what its hash is made of.</summary>
sealed record AuditRow
{
    const int SaltBytes = 16;

    public required long Number { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required Guid Id { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required string Action { get; init; }
    public required string ActorType { get; init; }
    public string? ActorId { get; init; }
    public required string TargetType { get; init; }
    public string? TargetId { get; init; }

    /// <summary>JSON.</summary>
    public string? Before { get; init; }

    /// <summary>JSON.</summary>
    public string? After { get; init; }
    public string? Book { get; init; }
    public Guid? Session { get; init; }
    public string? RequestId { get; init; }
    public string? Address { get; init; }
    public string? UserAgent { get; init; }
    public byte[]? OriginSalt { get; init; }
    public byte[]? OriginDigest { get; init; }
    public byte[] PreviousHash { get; init; } = [];
    public byte[] Hash { get; init; } = [];

    /// <summary>What the first entry follows.</summary>
    public static byte[] Beginning => new byte[SHA256.HashSizeInBytes];

    /// <summary>Whether an address or agent was there and has been erased.</summary>
    public bool IsOriginErased => OriginDigest is not null && OriginSalt is null;

    /// <summary>The same, following an entry.</summary>
    public AuditRow Sealed(byte[] previous)
    {
        var salt = Address is null && UserAgent is null ? null : RandomNumberGenerator.GetBytes(SaltBytes);
        var row = this with
        {
            OriginSalt = salt,
            OriginDigest = salt is null ? null : DigestOf(salt, Address, UserAgent),
            PreviousHash = previous,
        };
        return row with { Hash = row.ComputedHash() };
    }

    /// <summary>What is wrong with the row by itself; null where nothing is.</summary>
    public string? Fault()
    {
        if (OriginSalt is not null && !DigestOf(OriginSalt, Address, UserAgent).AsSpan().SequenceEqual(OriginDigest))
            return "its address or agent is not the one that was written";
        if (OriginSalt is null && (Address is not null || UserAgent is not null))
            return "it has an address or agent that nothing vouches for";
        return ComputedHash().AsSpan().SequenceEqual(Hash) ? null : "its content does not give its hash";
    }

    /// <summary>SHA-256 of the hash before and the content: a JSON object of the fields that are there, by name, written in one way alone.</summary>
    byte[] ComputedHash()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        buffer.Write(PreviousHash);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            Text(json, "action", Action);
            Text(json, "actor_id", ActorId);
            Text(json, "actor_type", ActorType);
            Json(json, "after", After);
            Json(json, "before", Before);
            Text(json, "book", Book);
            Text(json, "id", Id.ToString());
            json.WriteNumber("number", Number);
            Text(json, "occurred_at", Time(OccurredAt));
            Text(json, "origin", OriginDigest is null ? null : Convert.ToHexStringLower(OriginDigest));
            Text(json, "recorded_at", Time(RecordedAt));
            Text(json, "request_id", RequestId);
            Text(json, "session", Session?.ToString());
            Text(json, "target_id", TargetId);
            Text(json, "target_type", TargetType);
            json.WriteEndObject();
        }

        return SHA256.HashData(buffer.WrittenSpan);
    }

    static byte[] DigestOf(byte[] salt, string? address, string? agent)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        buffer.Write(salt);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            Text(json, "address", address);
            Text(json, "user_agent", agent);
            json.WriteEndObject();
        }

        return SHA256.HashData(buffer.WrittenSpan);
    }

    static readonly JsonWriterOptions Plain = new() { Encoder = CanonicalEncoder.Instance, SkipValidation = true };

    static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    static void Json(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
            return;
        using var document = JsonDocument.Parse(value);
        json.WritePropertyName(name);
        Write(json, document.RootElement);
    }

    /// <summary>Fields by name, so that it does not matter in which order a database gives them.</summary>
    static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var field in value.EnumerateObject().OrderBy(f => f.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(field.Name);
                    Write(json, field.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(value.GetString());
                break;
            default:
                json.WriteRawValue(value.GetRawText());
                break;
        }
    }
}
