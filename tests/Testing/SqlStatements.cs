using System.Reflection;
using System.Text.RegularExpressions;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Testing;

/// <summary>
/// Every statement of an assembly, prepared against the migrated tables under the role that runs it: a name that is misspelt or a right that is missing
/// is found without running anything.
/// </summary>
/// <remarks>
/// A statement is a constant whose name ends in <c>Sql</c>. It runs as the role of its module's requests, or as the writer where the name ends in
/// <c>WriterSql</c>. Those of the migrator's owner end in <c>OwnerSql</c> and are left to its own tests. Parameters of <c>unnest</c> need a cast.
/// </remarks>
public static partial class SqlStatements
{
    /// <param name="assembly">Whose constants.</param>
    /// <param name="database">A migrated one.</param>
    /// <param name="module">The module, lower case.</param>
    /// <param name="asWriter">Tells by the whole name of a constant what else runs as the writer.</param>
    /// <returns>What is wrong, one line a statement; and how many there were.</returns>
    public static async Task<(IReadOnlyList<string> Faults, int Count)> PrepareAsync(
        Assembly assembly,
        Database database,
        string module,
        Func<string, bool>? asWriter = null
    )
    {
        var faults = new List<string>();
        var count = 0;
        foreach (var (name, sql) in Of(assembly))
        {
            count++;
            var isWriters = asWriter?.Invoke(name) == true || name.EndsWith("WriterSql", StringComparison.Ordinal);
            await using var connection = await (isWriters ? database.Writer(module) : database.Requests(module)).OpenConnectionAsync();
            try
            {
                await Prepare(connection, sql);
            }
            catch (PostgresException e)
            {
                faults.Add($"{name}: {e.MessageText} ({e.SqlState}) as {(isWriters ? module + "_writer" : module)}");
            }
        }

        return (faults, count);
    }

    static IEnumerable<(string Name, string Sql)> Of(Assembly assembly) =>
        from type in assembly.GetTypes()
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where field.IsLiteral && field.FieldType == typeof(string)
        where field.Name.EndsWith("Sql", StringComparison.Ordinal) && !field.Name.EndsWith("OwnerSql", StringComparison.Ordinal)
        select ($"{type.FullName}.{field.Name}", (string)field.GetRawConstantValue()!);

    static async Task Prepare(NpgsqlConnection connection, string sql)
    {
        if (sql.TrimStart().StartsWith("copy", StringComparison.OrdinalIgnoreCase))
        {
            await PrepareCopy(connection, sql);
            return;
        }

        // What cannot be prepared (set local, savepoints) is short and has neither tables nor parameters.
        if (Utility().IsMatch(sql))
            return;
        // Preparing finds wrong names; that a right is missing is only seen when a plan is about to run, which explaining it does.
        var (text, parameters) = Numbered(sql);
        await Run(connection, $"prepare statement_at_hand as {text}");
        try
        {
            var nulls = parameters == 0 ? "" : $"({string.Join(", ", Enumerable.Repeat("null", parameters))})";
            await Run(connection, $"explain execute statement_at_hand{nulls}");
        }
        finally
        {
            await Run(connection, "deallocate statement_at_hand");
        }
    }

    static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    static async Task PrepareCopy(NpgsqlConnection connection, string sql)
    {
        if (sql.Contains("to stdout", StringComparison.OrdinalIgnoreCase))
        {
            await using var export = await connection.BeginRawBinaryCopyAsync(sql);
            await export.CancelAsync();
            return;
        }

        await using var import = await connection.BeginBinaryImportAsync(sql);
    }

    /// <summary>Named parameters as PostgreSQL counts them, and how many there are.</summary>
    static (string Sql, int Parameters) Numbered(string sql)
    {
        var names = new List<string>();
        var most = 0;
        var text = Parameter()
            .Replace(
                sql,
                match =>
                {
                    if (match.Groups["number"] is { Success: true } number)
                        most = Math.Max(most, int.Parse(number.Value));
                    if (match.Groups["name"] is not { Success: true } name)
                        return match.Value;
                    if (!names.Contains(name.Value))
                        names.Add(name.Value);
                    return "$" + (names.IndexOf(name.Value) + 1);
                }
            );
        return (text, Math.Max(most, names.Count));
    }

    [GeneratedRegex("'[^']*'|--.*|(?<![@\\w])@(?<name>[a-zA-Z]\\w*)|\\$(?<number>[0-9]+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(
        @"^\s*(set|reset|begin|commit|rollback|savepoint|release|listen|unlisten|notify|lock|fetch|declare|close)\b",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Utility();
}
