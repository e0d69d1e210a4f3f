using System.Collections.Frozen;
using System.Text.Json;

namespace Hazina.Platform.Http;

/// <summary>Values of enumerations as they go over the wire and stand in tables: snake_case words.</summary>
public static class Words
{
    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Enumeration<T>.Names[value];

    /// <summary>The value of a word that a table holds. Throws for one that there is not: tables check theirs.</summary>
    public static T Read<T>(string word)
        where T : struct, Enum => Enumeration<T>.Values[word];

    /// <summary>The words of an enumeration, in the order in which it declares them.</summary>
    public static IReadOnlyList<string> All(Type type) => [.. Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    internal static class Enumeration<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<string, T> Values = Enum.GetValues<T>()
            .ToFrozenDictionary(v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()), StringComparer.Ordinal);

        public static readonly FrozenDictionary<T, string> Names = Values.ToFrozenDictionary(p => p.Value, p => p.Key);
    }
}
