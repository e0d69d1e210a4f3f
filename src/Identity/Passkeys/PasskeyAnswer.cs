using System.ComponentModel;

namespace Hazina.Identity.Passkeys;

[Description("A key that a device of somebody holds.")]
sealed record PasskeyAnswer(
    Guid Id,
    [property: Description("What its owner calls it.")] string Name,
    [property: Description("Whether it is kept elsewhere as well, as by a password manager: losing the device does not lose it.")]
        bool IsBackedUp,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt
)
{
    [Description("Always passkey.")]
    public string Object => "passkey";
}
