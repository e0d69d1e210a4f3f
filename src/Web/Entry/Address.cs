namespace Hazina.Web.Entry;

/// <summary>What somebody signs in with: whoever types an @ means e-mail.</summary>
static class Address
{
    public static (string? Email, string? Phone) Of(string typed) =>
        typed.Contains('@', StringComparison.Ordinal) ? (typed, null) : (null, Phone(typed));

    /// <summary>As the API takes it: people group digits, and Kenyans leave their country out.</summary>
    public static string Phone(string typed)
    {
        var digits = string.Concat(typed.Where(c => char.IsAsciiDigit(c) || c == '+'));
        return digits switch
        {
            ['0', _, ..] when digits.Length == 10 => "+254" + digits[1..],
            ['2', '5', '4', ..] when digits.Length == 12 => "+" + digits,
            { Length: > 0 } => digits,
            _ => typed,
        };
    }

    public static string Login(string typed) =>
        typed.Contains('@', StringComparison.Ordinal) || typed.Any(char.IsAsciiLetter) ? typed : Phone(typed);
}
