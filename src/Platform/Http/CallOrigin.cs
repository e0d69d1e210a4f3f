using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Http;

/// <summary>Where a call comes from.</summary>
/// <param name="Address">IPv4 or IPv6 without a zone; null where it is not known.</param>
/// <param name="UserAgent">By what, as it named itself: at most 500 characters, without those that PostgreSQL cannot hold.</param>
public sealed record CallOrigin(string? Address, string? UserAgent)
{
    const int LongestAgent = 500;

    public static CallOrigin Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new CallOrigin(AddressOf(context), AgentOf(context));
    }

    public static string? AddressOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Connection.RemoteIpAddress is { } address
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString().Split('%')[0]
            : null;
    }

    public static string? AgentOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var agent = string.Concat(context.Request.Headers.UserAgent.ToString().Where(c => !char.IsControl(c) && !char.IsSurrogate(c)));
        return agent.Length switch
        {
            0 => null,
            > LongestAgent => agent[..LongestAgent],
            _ => agent,
        };
    }
}
