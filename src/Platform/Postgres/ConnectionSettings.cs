using System.Text.RegularExpressions;
using Npgsql;

namespace Hazina.Platform.Postgres;

/// <summary>What every connection of the platform has in common. What the given connection string says itself is left alone.</summary>
static partial class ConnectionSettings
{
    public static string Of(string connectionString, string? role, string applicationName)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var settings = new NpgsqlConnectionStringBuilder(connectionString);

        void Default(string keyword, object value)
        {
            if (!given.ShouldSerialize(keyword))
                settings[keyword] = value;
        }

        Default("Application Name", applicationName);
        Default("Maximum Pool Size", 20);
        Default("Connection Lifetime", 1800);
        Default("Connection Idle Lifetime", 600);
        Default("Timeout", 10);
        Default("Max Auto Prepare", 100);
        Default("Include Failed Batched Command", true);
        Default("Timezone", "UTC");
        if (!given.Host!.StartsWith('/'))
        {
            // A dead network path is noticed by either side within half a minute, not after the kernel's two hours.
            Default("Tcp Keepalive", true);
            Default("Tcp Keepalive Time", 10);
            Default("Tcp Keepalive Interval", 5);
        }

        settings.Options = string.Join(' ', Options(given.Options, role));
        return settings.ConnectionString;
    }

    static IEnumerable<string> Options(string? given, string? role)
    {
        yield return "-c search_path=pg_catalog";
        yield return "-c idle_in_transaction_session_timeout=60000";
        yield return "-c tcp_user_timeout=15000";
        if (!string.IsNullOrWhiteSpace(given))
            yield return given; // after ours, so that the operator's word stands
        if (role is null)
            yield break;
        if (!RoleName().IsMatch(role))
            throw new ArgumentException($"'{role}' is no module's role.", nameof(role));
        yield return "-c role=" + role;
    }

    [GeneratedRegex(@"^[a-z][a-z_]{1,50}\z", RegexOptions.None, 1000)]
    private static partial Regex RoleName();
}
