using Dapper;
using Npgsql;

namespace Hazina.Platform.Postgres;

/// <summary>
/// What the app's login needs: to exist, and to be able to take each module's roles without inheriting any of them, so that a connection that
/// took none may touch nothing. Asks before it changes, so that a login without rights can start on a finished database.
/// </summary>
sealed class LoginRole(NpgsqlConnection owner, string login, string? password)
{
    public async Task Ensure()
    {
        if (!await owner.ExecuteScalarAsync<bool>(RoleExistsOwnerSql, new { role = login }))
        {
            await CreateRole($"create role {Quoted(login)} login nosuperuser nocreatedb nocreaterole noinherit" + PasswordClause());
        }

        if (!await owner.ExecuteScalarAsync<bool>(CanConnectOwnerSql, new { role = login }))
            await Run($"grant connect on database {Quoted(owner.Database!)} to {Quoted(login)}");
        if (await owner.ExecuteScalarAsync<bool>(PublicIsOpenOwnerSql))
            await Run("revoke all on schema public from public");
    }

    public async Task LetReadHistory()
    {
        if (await owner.ExecuteScalarAsync<bool>(CanReadHistoryOwnerSql, new { role = login }))
            return;
        await Run($"grant usage on schema platform to {Quoted(login)}");
        await Run($"grant select on platform.migrations to {Quoted(login)}");
    }

    public async Task EnsureModule(ModuleSchema module)
    {
        if (!await owner.ExecuteScalarAsync<bool>(SchemaExistsOwnerSql, new { schema = module.Name }))
            await Run($"create schema if not exists {Quoted(module.Name)}");

        foreach (var role in (string[])[module.Name, module.WriterRole])
        {
            if (!await owner.ExecuteScalarAsync<bool>(RoleExistsOwnerSql, new { role }))
                await CreateRole($"create role {Quoted(role)} nologin");
            if (!await owner.ExecuteScalarAsync<bool>(CanUseOwnerSql, new { role, schema = module.Name }))
                await Run($"grant usage on schema {Quoted(module.Name)} to {Quoted(role)}");
            if (!await owner.ExecuteScalarAsync<bool>(MayTakeOwnerSql(), new { login, role }))
                await Run($"grant {Quoted(role)} to {Quoted(login)}" + (HasGrantOptions ? " with inherit false, set true" : ""));
        }
    }

    bool HasGrantOptions => owner.PostgreSqlVersion.Major >= 16;

    string MayTakeOwnerSql() => HasGrantOptions ? MayTakeFrom16OwnerSql : MayTake15OwnerSql;

    /// <summary>Roles belong to the whole server: another database's migrator may make the same one at the same moment.</summary>
    async Task CreateRole(string sql)
    {
        try
        {
            await Run(sql);
        }
        catch (MigrationException e)
            when (e.InnerException
                    is PostgresException { SqlState: PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation }
            )
        {
            // It is there, which is all that was wanted.
        }
    }

    async Task Run(string sql)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await owner.ExecuteAsync(sql);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InternalError && attempt < 5)
            {
                // "tuple concurrently updated": another database's migrator granted the same role at the same moment.
            }
            catch (PostgresException e)
            {
                var hint =
                    e.SqlState == PostgresErrorCodes.InsufficientPrivilege
                        ? " Migrations need a superuser, or the database's owner with CREATEROLE who also made Hazina's roles."
                        : "";
                throw new MigrationException(
                    $"'{(sql.Contains(" password ", StringComparison.Ordinal) ? "create role …" : sql)}' failed: {e.MessageText} ({e.SqlState}).{hint}",
                    e
                );
            }
        }
    }

    string PasswordClause() => string.IsNullOrEmpty(password) ? "" : $" password '{password.Replace("'", "''", StringComparison.Ordinal)}'";

    static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    const string RoleExistsOwnerSql = "select exists (select from pg_roles where rolname = @role)";
    const string CanConnectOwnerSql = "select has_database_privilege(@role, current_database(), 'connect')";
    const string SchemaExistsOwnerSql = "select exists (select from pg_namespace where nspname = @schema)";
    const string CanUseOwnerSql = "select has_schema_privilege(@role, @schema, 'usage')";

    const string PublicIsOpenOwnerSql = """
        select exists (
            select from pg_namespace n, aclexplode(n.nspacl) a
             where n.nspname = 'public' and a.grantee = 0)
        """;

    const string CanReadHistoryOwnerSql = """
        select has_schema_privilege(@role, 'platform', 'usage') and has_table_privilege(@role, 'platform.migrations', 'select')
        """;

    // Superusers may take every role without a grant; asking the catalogue keeps them honest.
    const string MayTake15OwnerSql = """
        select exists (
            select from pg_auth_members m
              join pg_roles r on r.oid = m.roleid
              join pg_roles l on l.oid = m.member
             where r.rolname = @role and l.rolname = @login)
        """;

    const string MayTakeFrom16OwnerSql = """
        select exists (
            select from pg_auth_members m
              join pg_roles r on r.oid = m.roleid
              join pg_roles l on l.oid = m.member
             where r.rolname = @role and l.rolname = @login and m.set_option)
        """;
}
