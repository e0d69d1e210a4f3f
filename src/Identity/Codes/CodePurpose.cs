namespace Hazina.Identity.Codes;

/// <summary>What a code is for; it is good for nothing else.</summary>
enum CodePurpose
{
    Registration,
    PasswordReset,
    ContactChange,
}
