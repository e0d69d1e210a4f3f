using Hazina.Identity.Passkeys;
using Hazina.Platform.Http;

namespace Hazina.Identity.SecondFactors;

/// <summary>What somebody shows: a code of the app, a recovery code, or a passkey.</summary>
sealed record FactorProof(string? Code, string? RecoveryCode, PasskeyProof? Passkey)
{
    /// <summary>The passkey, once its signature was found right.</summary>
    public PasskeyUse? Shown { get; init; }

    public bool IsNone => Code is null && RecoveryCode is null && Passkey is null;

    /// <summary>Where it stands.</summary>
    public string Pointer =>
        Code is not null ? "/code"
        : RecoveryCode is not null ? "/recovery_code"
        : "/passkey";
}

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

    /// <summary>One of the three; none where another proof was given.</summary>
    public static FactorProof Factor(
        this Validation check,
        string? code,
        string? recoveryCode,
        PasskeyFields? passkey,
        bool isOptional = false
    )
    {
        check.That(
            isOptional || code is not null || recoveryCode is not null || passkey is not null,
            "/code",
            "required",
            "or passkey is required, or recovery_code"
        );
        check.That(code is null || recoveryCode is null, "/recovery_code", "conflict", "cannot be given together with code");
        check.That(passkey is null || (code ?? recoveryCode) is null, "/passkey", "conflict", "cannot be given together with another");
        if (code is not null)
            check.AppCode(code, "/code");
        check.That(
            recoveryCode is null || RecoveryCode.Read(recoveryCode) is not null,
            "/recovery_code",
            "wrong_format",
            "must be 24 letters and digits, as they were shown"
        );
        return new FactorProof(
            code,
            recoveryCode,
            passkey is null ? null : check.At("/passkey").Passkey(passkey.Challenge, passkey.Credential)
        );
    }
}
