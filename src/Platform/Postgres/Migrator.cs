using System.Diagnostics;
using Dapper;
using Npgsql;

namespace Hazina.Platform.Postgres;

/// <summary>
/// Brings a database to the shape that this program was built for: roles, schemas, grants, scripts. Any number of processes may start at
/// once; one migrates, the others wait and find it done.
/// </summary>
/// <remarks>
/// Works for a superuser and for the database's owner with CREATEROLE, on PostgreSQL 15 and newer. A login that is neither can still start
/// on a database that is already up to date.
/// </remarks>
public sealed class Migrator(Database database)
{
    // The name of the lock, not a secret: "hazina" in ASCII.
    const long LockKey = 0x68617A696E61;

    // V1.4.0__api_log.sql was shipped in two forms, of which this is the one that is not kept; V1.8.0 makes the same of both.
    const string OtherApiLog = "42a08df97b4c7c2b8973058d9c3cfe7543699da3854f99a83001810ecc0ce0fa";

    /// <summary>Applies what is missing, module by module in the order given, each script in a transaction of its own.</summary>
    /// <returns>The scripts applied now, as <c>ledger/V1.0.0__journal.sql</c>.</returns>
    /// <exception cref="MigrationException">A shipped file was changed, an applied one is missing, one is out of order, or one failed.</exception>
    public async Task<IReadOnlyList<string>> Migrate(IReadOnlyList<ModuleSchema> modules, CancellationToken cancellation = default)
    {
        await using var connection = await database.Owner().OpenConnectionAsync(cancellation);
        await RequireVersion(connection);
        await connection.ExecuteAsync(
            new CommandDefinition(LockOwnerSql, new { key = LockKey }, commandTimeout: 0, cancellationToken: cancellation)
        );
        try
        {
            return await UnderLock(connection, modules, cancellation);
        }
        finally
        {
            await connection.ExecuteAsync(UnlockOwnerSql, new { key = LockKey });
        }
    }

    async Task<IReadOnlyList<string>> UnderLock(
        NpgsqlConnection connection,
        IReadOnlyList<ModuleSchema> modules,
        CancellationToken cancellation
    )
    {
        var login = new LoginRole(connection, database.Login, database.Password);
        await login.Ensure();
        if (!await connection.ExecuteScalarAsync<bool>(HistoryExistsOwnerSql))
            await connection.ExecuteAsync(CreateHistoryOwnerSql);
        await login.LetReadHistory();

        var history = (await connection.QueryAsync<Applied>(HistoryOwnerSql)).ToList();
        foreach (var module in modules)
            Check(module, [.. history.Where(a => a.Module == module.Name)]);

        var done = new List<string>();
        foreach (var module in modules)
        {
            await login.EnsureModule(module);
            foreach (
                var script in module.Scripts.Where(s => !history.Exists(a => a.Module == s.Module && a.Version == s.Version.ToString()))
            )
            {
                cancellation.ThrowIfCancellationRequested();
                await Apply(connection, script);
                done.Add($"{script.Module}/{script.File}");
            }
        }

        return done;
    }

    static void Check(ModuleSchema module, IReadOnlyList<Applied> applied)
    {
        foreach (var row in applied)
        {
            var script =
                module.Scripts.FirstOrDefault(s => s.Version.ToString() == row.Version)
                ?? throw new MigrationException(
                    $"{module.Name}: {row.File} is applied in the database, but this program does not have it. The database belongs to a newer "
                        + "program: start that one."
                );
            if (script.Checksum != row.Checksum && row.Checksum != OtherApiLog)
                throw new MigrationException(
                    $"{module.Name}: {script.File} is not the file that was applied on {row.AppliedAt:u} (SHA-256 {script.Checksum[..12]}…, then "
                        + $"{row.Checksum[..12]}…). A shipped script is never edited: put the change into a new version."
                );
        }

        if (applied.Count == 0)
            return;
        var last = applied.Max(a => Version.Parse(a.Version))!;
        if (module.Scripts.FirstOrDefault(s => s.Version < last && !applied.Any(a => a.Version == s.Version.ToString())) is { } late)
            throw new MigrationException(
                $"{module.Name}: {late.File} comes too late, version {last} is already applied. Give it a version after that."
            );
    }

    static async Task Apply(NpgsqlConnection connection, MigrationScript script)
    {
        var clock = Stopwatch.GetTimestamp();
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(AsOne(script), transaction: transaction, commandTimeout: 0));
            await connection.ExecuteAsync(
                RecordOwnerSql,
                new
                {
                    script.Module,
                    version = script.Version.ToString(),
                    script.File,
                    script.Checksum,
                    milliseconds = (int)Stopwatch.GetElapsedTime(clock).TotalMilliseconds,
                },
                transaction
            );
            await transaction.CommitAsync();
        }
        catch (PostgresException e)
        {
            throw new MigrationException(
                $"{script.Module}: {script.File}{Line(script.Sql, e)}: {e.MessageText} ({e.SqlState}). Nothing of it was applied.",
                e
            );
        }
    }

    /// <summary>
    /// The file as a single statement: the server cuts it up itself, it cannot end the transaction, and an error's position counts from the
    /// file's start.
    /// </summary>
    static string AsOne(MigrationScript script) =>
        $"do $do{script.Checksum}$ begin execute $sql{script.Checksum}${script.Sql}$sql{script.Checksum}$; end $do{script.Checksum}$";

    static string Line(string sql, PostgresException e) =>
        e.InternalPosition > 0 && e.InternalQuery == sql
            ? $", line {sql.AsSpan(0, Math.Min(e.InternalPosition, sql.Length)).Count('\n') + 1}"
            : "";

    static async Task RequireVersion(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < 15)
            throw new MigrationException($"PostgreSQL {connection.PostgreSqlVersion} is too old: Hazina needs 15 or newer.");
        if (await connection.ExecuteScalarAsync<string>(EncodingOwnerSql) is var encoding and not "UTF8")
            throw new MigrationException($"The database's encoding is {encoding}; Hazina needs UTF8.");
    }

    sealed record Applied(string Module, string Version, string File, string Checksum, DateTimeOffset AppliedAt);

    const string LockOwnerSql = "select pg_advisory_lock(@key)";
    const string UnlockOwnerSql = "select pg_advisory_unlock(@key)";
    const string EncodingOwnerSql = "select current_setting('server_encoding')";
    const string HistoryExistsOwnerSql = "select to_regclass('platform.migrations') is not null";
    const string HistoryOwnerSql =
        "select module, version, file, checksum, applied_at from platform.migrations order by applied_at, module";

    const string CreateHistoryOwnerSql = """
        create schema if not exists platform;
        create table platform.migrations (
            module       text        not null,
            version      text        not null,
            file         text        not null,
            checksum     text        not null,
            applied_at   timestamptz not null default clock_timestamp(),
            applied_by   text        not null default session_user,
            milliseconds int         not null,
            primary key (module, version)
        );
        comment on table platform.migrations is 'Which script of which module was applied when; written by the migrator alone';
        """;

    const string RecordOwnerSql = """
        insert into platform.migrations (module, version, file, checksum, milliseconds)
        values (@module, @version, @file, @checksum, @milliseconds)
        """;
}
