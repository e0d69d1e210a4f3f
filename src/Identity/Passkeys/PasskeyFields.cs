using System.ComponentModel;
using System.Text.Json;
using Hazina.Platform.Http;

namespace Hazina.Identity.Passkeys;

[Description("A passkey, as a browser shows it.")]
sealed record PasskeyFields(
    [property: Description("The id of the passkey_challenge.")] Guid? Challenge,
    [property: Description("What navigator.credentials.get() or .create() has given, by its toJSON().")] JsonElement? Credential
);

/// <summary>What somebody shows, not looked at yet.</summary>
sealed record PasskeyProof(Guid Challenge, string Credential);

static class PasskeyFieldsCheck
{
    const int MaxBytes = 32 * 1024;

    public static PasskeyProof Passkey(this Validation check, Guid? challenge, JsonElement? credential)
    {
        var id = check.Id(challenge, "/challenge");
        var text = check.ObjectText(credential, "/credential", MaxBytes);
        check.That(credential is { ValueKind: not JsonValueKind.Null }, "/credential", "required", "is required");
        return new PasskeyProof(id, text ?? "");
    }

    public static string PasskeyName(this Validation check, string? name) => check.Text(name, "/name", 100);
}
