using Hazina.Platform.Http;

namespace Hazina.Identity.SecondFactors;

/// <summary>What somebody shows: a code of the app, or a recovery code.</summary>
sealed record FactorProof(string? Code, string? RecoveryCode);

static class FactorFields
{
    /// <summary>Six digits, as an app shows them.</summary>
    public static string AppCode(this Validation check, string? value, string pointer)
    {
        check.That(value is not null, pointer, "required", "is required");
        check.That(
            value is null || (value.Length == Totp.Digits && value.All(char.IsAsciiDigit)),
            pointer,
            "wrong_format",
            $"must be {Totp.Digits} digits"
        );
        return value ?? "";
    }

    /// <summary>One of the two; none where another proof was given.</summary>
    public static FactorProof Factor(this Validation check, string? code, string? recoveryCode, bool isOptional = false)
    {
        check.That(isOptional || code is not null || recoveryCode is not null, "/code", "required", "or recovery_code is required");
        check.That(code is null || recoveryCode is null, "/recovery_code", "conflict", "cannot be given together with code");
        if (code is not null)
            check.AppCode(code, "/code");
        check.That(
            recoveryCode is null || RecoveryCode.Read(recoveryCode) is not null,
            "/recovery_code",
            "wrong_format",
            "must be 24 letters and digits, as they were shown"
        );
        return new FactorProof(code, recoveryCode);
    }
}
