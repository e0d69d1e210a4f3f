namespace Hazina.Accounts.Transfers;

/// <summary>A name as a stranger is shown it: enough to see that it is the right one, too little to look people up.</summary>
static class MaskedName
{
    const string Nobody = "Hazina customer";

    /// <param name="name">Null where they have not said.</param>
    /// <param name="isOrganization">Organisations are known by their names.</param>
    public static string Of(string? name, bool isOrganization)
    {
        if (string.IsNullOrWhiteSpace(name))
            return Nobody;
        if (isOrganization)
            return name.Trim();
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 1 ? $"{First(words[0])}•••" : string.Join(' ', words.Select((word, i) => i == 0 ? word : $"{First(word)}."));
    }

    /// <summary>A whole character, which may take two.</summary>
    static string First(string word) => char.IsHighSurrogate(word[0]) && word.Length > 1 ? word[..2] : word[..1];
}
