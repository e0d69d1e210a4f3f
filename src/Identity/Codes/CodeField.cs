using Hazina.Platform.Http;

namespace Hazina.Identity.Codes;

/// <summary>A code as people send it back.</summary>
static class CodeField
{
    public static string CodeText(this Validation check, string? value, string pointer)
    {
        check.That(value is not null, pointer, "required", "is required");
        check.That(
            value is null || (value.Length == CodeDesk.Digits && value.All(char.IsAsciiDigit)),
            pointer,
            "wrong_format",
            $"must be {CodeDesk.Digits} digits"
        );
        return value ?? "";
    }
}
