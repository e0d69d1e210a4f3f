using Hazina.Platform.Http;

namespace Hazina.Identity.Passwords;

/// <summary>What a new password has to be. No kinds of characters are asked for: they make people write <c>Password1!</c>.</summary>
static class PasswordRules
{
    public const int Min = 8,
        Max = 128;

    /// <summary>Words of this trade, which a guesser tries with a year or a sign behind them; docs/security.md lists them, too.</summary>
    static readonly string[] TradeWords = ["hazina", "treasury", "wallet", "mpesa", "pesa", "money", "bank", "admin", "password", "karibu"];

    /// <summary>The field as it came; how long it is counts, nothing else.</summary>
    public static string NewPassword(this Validation check, string? value, string pointer) => check.Text(value, pointer, Max, Min);

    /// <summary>A no where the password would be among the first guesses.</summary>
    /// <param name="password">A new one.</param>
    /// <param name="pointer">Where it stands.</param>
    /// <param name="known">What a guesser knows: logins and names.</param>
    public static Refusal? TooEasy(string password, string pointer, params IEnumerable<string?> known)
    {
        if (password.Distinct().Count() < 3 || CommonPasswords.Has(password))
            return Refusals.WeakPassword.Because("The password is one of those that are tried first.", pointer);
        if (SaysOnlyTradeWords(password))
            return Refusals.WeakPassword.Because("The password says no more than what this is about.", pointer);
        return known.OfType<string>().SelectMany(Guesses).Contains(password, StringComparer.OrdinalIgnoreCase)
            ? Refusals.WeakPassword.Because("The password says no more than the login.", pointer)
            : null;
    }

    static bool SaysOnlyTradeWords(string password)
    {
        var letters = string.Concat(password.Where(char.IsLetter)).ToLowerInvariant();
        var rest = TradeWords.Aggregate(letters, (left, word) => left.Replace(word, "", StringComparison.Ordinal));
        return letters.Length > 0 && rest.Length == 0;
    }

    static IEnumerable<string> Guesses(string known) => [known, known.Split('@')[0], known.TrimStart('+')];
}
