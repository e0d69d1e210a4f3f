using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hazina.Platform.Security;

/// <summary>Knows by a field's name that what it holds must not be written down.</summary>
public static class Secrets
{
    /// <summary>What stands in its place.</summary>
    public const string Mark = "[left out]";

    // Wherever they stand in a name.
    static readonly string[] Stems =
    [
        "password",
        "passwd",
        "passphrase",
        "passcode",
        "apikey",
        "card_number",
        "cardnumber",
        "secret",
        "token",
        "authori",
        "credential",
        "cookie",
        "pepper",
        "private",
    ];

    // As a whole word alone: a span is no PAN.
    static readonly FrozenSet<string> Words = FrozenSet.ToFrozenSet(
        [
            "code",
            "codes",
            "pin",
            "mpin",
            "pwd",
            "otp",
            "totp",
            "cvv",
            "cvv2",
            "cvc",
            "cvc2",
            "csc",
            "pan",
            "hash",
            "salt",
            "signature",
            "key",
        ],
        StringComparer.Ordinal
    );

    /// <summary>Whether a field is named like a secret, in whatever way its words are put together.</summary>
    public static bool IsNamedLikeOne(string field)
    {
        ArgumentNullException.ThrowIfNull(field);
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(field);
        return Stems.Any(s => name.Contains(s, StringComparison.Ordinal)) || name.Split('_', '-', '.', ' ').Any(Words.Contains);
    }

    /// <summary>The same, with <see cref="Mark"/> wherever a field is named like a secret.</summary>
    public static JsonNode? LeftOut(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToList())
                {
                    if (value is not null && IsNamedLikeOne(name))
                        fields[name] = Mark;
                    else
                        LeftOut(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                    LeftOut(item);
                break;
        }

        return node;
    }
}
