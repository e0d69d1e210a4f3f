using System.Collections.Concurrent;
using System.Text.Json;

namespace Hazina.Identity;

/// <summary>Enumerations as the tables hold them, which is how they go over the wire.</summary>
static class Words
{
    static readonly ConcurrentDictionary<(Type, string), Enum> Known = new();

    public static string Of(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static T Read<T>(string word)
        where T : struct, Enum => (T)Known.GetOrAdd((typeof(T), word), _ => Enum.GetValues<T>().Single(v => Of(v) == word));
}
