using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Hazina.Platform.Postgres;

/// <summary>A module's name and the scripts that build its tables: one PostgreSQL schema, two roles, a series of versions.</summary>
/// <remarks>
/// Scripts are resources named <c>Hazina.&lt;Module&gt;.Schema.V1.0.0__what.sql</c>. A shipped one is never edited: its SHA-256 is kept.
/// Names in scripts and statements are schema-qualified; the search path holds <c>pg_catalog</c> alone.
/// </remarks>
public sealed partial class ModuleSchema
{
    /// <param name="module">The module as in its namespace (<c>Ledger</c>); lower case it names the schema and the roles.</param>
    /// <param name="assembly">Where the scripts are embedded.</param>
    public ModuleSchema(string module, Assembly assembly)
        : this(module, Read(module, assembly)) { }

    internal ModuleSchema(string module, IEnumerable<(string File, string Sql)> files)
    {
        if (!ModuleName().IsMatch(module))
            throw new ArgumentException($"'{module}' is no module's name: letters only, the first a capital.", nameof(module));
        Name = module.ToLowerInvariant();
        Scripts = [.. files.Select(f => MigrationScript.Parse(Name, f.File, f.Sql)).OrderBy(s => s.Version)];
        if (Scripts.GroupBy(s => s.Version).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new MigrationException($"{Name}: version {twice.Key} is there twice: {string.Join(" and ", twice.Select(s => s.File))}.");
    }

    /// <summary>The schema's name and the role of requests (<c>ledger</c>).</summary>
    public string Name { get; }

    /// <summary>The role of jobs, listeners and statements alongside (<c>ledger_writer</c>).</summary>
    public string WriterRole => Name + "_writer";

    internal IReadOnlyList<MigrationScript> Scripts { get; }

    static IEnumerable<(string File, string Sql)> Read(string module, Assembly assembly)
    {
        var prefix = $"Hazina.{module}.Schema.";
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            yield return (name[prefix.Length..], reader.ReadToEnd());
        }
    }

    [GeneratedRegex(@"^[A-Z][A-Za-z]{1,40}\z", RegexOptions.None, 1000)]
    private static partial Regex ModuleName();
}

/// <summary>One file of a module's schema.</summary>
sealed partial record MigrationScript(string Module, string File, Version Version, string Sql, string Checksum)
{
    public static MigrationScript Parse(string module, string file, string sql)
    {
        var match = FileName().Match(file);
        if (!match.Success)
            throw new MigrationException($"{module}: '{file}' is not named V<major>.<minor>.<patch>__<what>.sql.");

        // A checkout with other line ends is the same script.
        var normal = sql.ReplaceLineEndings("\n");
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(normal)));
        return new MigrationScript(module, file, Version.Parse(match.Groups["version"].Value), normal, checksum);
    }

    [GeneratedRegex(@"^V(?<version>\d{1,5}\.\d{1,5}\.\d{1,5})__[a-z0-9_]+\.sql\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}

/// <summary>The database's history and the program's scripts do not fit together, or a script failed. The message says which and what to do.</summary>
public sealed class MigrationException : Exception
{
    public MigrationException() { }

    public MigrationException(string message)
        : base(message) { }

    public MigrationException(string message, Exception innerException)
        : base(message, innerException) { }
}
