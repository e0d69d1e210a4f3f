using System.ComponentModel;
using Hazina.Platform.Http;

namespace Hazina.Identity.LinkedLogins;

[Description("A login at a provider that lets its owner in here.")]
sealed record LinkedLoginAnswer(
    Guid Id,
    string Provider,
    [property: Description("What the provider said last. It counts for nothing here.")] string? Email,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastUsedAt
)
{
    [Description("Always linked_login.")]
    public string Object => "linked_login";
}

static class ProviderFields
{
    const int MaxCode = 4000,
        MaxToken = 100,
        MaxIssuer = 500;

    /// <summary>What a browser brings back from a provider.</summary>
    public static ProviderReturn Return(this Validation check, string? code, string? state, string? binding, string? issuer) =>
        new(
            check.Text(code, "/code", MaxCode),
            check.Text(state, "/state", MaxToken),
            check.Text(binding, "/binding", MaxToken),
            check.OptionalText(issuer, "/iss", MaxIssuer)
        );
}
