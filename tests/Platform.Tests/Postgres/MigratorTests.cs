using Dapper;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Platform.Tests.Postgres;

public sealed class MigratorTests
{
    static readonly (string File, string Sql) First = (
        "V1.0.0__coins.sql",
        """
        create table vault.coins (id int primary key, made timestamptz not null default now());
        grant select, insert on vault.coins to vault, vault_writer;
        """
    );

    static readonly (string File, string Sql) Second = (
        "V1.1.0__weights.sql",
        "alter table vault.coins add column weight int not null default 7;"
    );

    static ModuleSchema Vault(params (string, string)[] files) => new("Vault", files);

    static ModuleSchema Attic { get; } =
        new("Attic", [("V1.0.0__boxes.sql", "create table attic.boxes (id int); grant all on attic.boxes to attic, attic_writer;")]);

    [Fact]
    public async Task Scripts_are_applied_once_in_the_order_of_their_versions()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        var migrator = new Migrator(database);

        Assert.Equal(["vault/V1.0.0__coins.sql"], await migrator.Migrate([Vault(First)]));
        Assert.Equal(["vault/V1.1.0__weights.sql"], await migrator.Migrate([Vault(Second, First)]));
        Assert.Empty(await migrator.Migrate([Vault(First, Second)]));
        Assert.Equal(2L, await scratch.Ask<long>("select count(*) from platform.migrations where module = 'vault'"));
    }

    [Fact]
    public async Task Version_ten_comes_after_version_nine()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        var applied = await new Migrator(database).Migrate([Vault(First, ("V1.10.0__b.sql", "select 1"), ("V1.9.0__a.sql", "select 1"))]);
        Assert.Equal(["vault/V1.0.0__coins.sql", "vault/V1.9.0__a.sql", "vault/V1.10.0__b.sql"], applied);
    }

    [Fact]
    public async Task A_changed_shipped_script_is_refused_but_other_line_ends_are_not_a_change()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        var migrator = new Migrator(database);
        await migrator.Migrate([Vault(First)]);

        await migrator.Migrate([Vault((First.File, First.Sql.ReplaceLineEndings("\r\n")))]);
        var e = await Assert.ThrowsAsync<MigrationException>(() =>
            migrator.Migrate([Vault((First.File, First.Sql + "-- edited"), Second)])
        );
        Assert.Contains("V1.0.0__coins.sql is not the file that was applied", e.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await scratch.Ask<long>("select count(*) from platform.migrations"));
    }

    [Fact]
    public async Task The_one_script_that_was_shipped_in_two_forms_is_taken_in_either()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        var migrator = new Migrator(database);
        await migrator.Migrate([Vault(First)]);
        await scratch.Ask<int>(
            "with u as (update platform.migrations set checksum = '42a08df97b4c7c2b8973058d9c3cfe7543699da3854f99a83001810ecc0ce0fa' returning 1) "
                + "select count(*)::int from u"
        );
        Assert.Equal(["vault/V1.1.0__weights.sql"], await migrator.Migrate([Vault(First, Second)]));
    }

    [Fact]
    public async Task A_missing_applied_script_and_one_that_comes_too_late_are_refused()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        var migrator = new Migrator(database);
        await migrator.Migrate([Vault(First, Second)]);

        var missing = await Assert.ThrowsAsync<MigrationException>(() => migrator.Migrate([Vault(First)]));
        Assert.Contains("belongs to a newer program", missing.Message, StringComparison.Ordinal);
        var late = await Assert.ThrowsAsync<MigrationException>(() =>
            migrator.Migrate([Vault(First, Second, ("V1.0.5__late.sql", "select 1"))])
        );
        Assert.Contains("V1.0.5__late.sql comes too late", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_behind_and_names_its_line()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        var broken = ("V1.0.0__broken.sql", "create table vault.half (id int);\n\ncreate tabel vault.oops (id int);");

        var e = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(database).Migrate([Vault(broken)]));

        Assert.Contains("V1.0.0__broken.sql, line 3: syntax error", e.Message, StringComparison.Ordinal);
        Assert.False(await scratch.Ask<bool>("select to_regclass('vault.half') is not null"));
        Assert.Equal(0L, await scratch.Ask<long>("select count(*) from platform.migrations"));
    }

    [Fact]
    public void Names_that_do_not_fit_and_versions_that_are_there_twice_are_refused()
    {
        Assert.Throws<MigrationException>(() => Vault(("V1__coins.sql", "")));
        Assert.Throws<MigrationException>(() => Vault(("coins.sql", "")));
        Assert.Throws<MigrationException>(() => Vault(First, ("V1.0.0__other.sql", "")));
        Assert.Throws<ArgumentException>(() => new ModuleSchema("va ult", []));
    }

    [Fact]
    public async Task Several_processes_that_start_at_once_migrate_once()
    {
        await using var scratch = await ScratchDatabase.Create();
        var slow = ("V1.2.0__slow.sql", "select pg_sleep(0.2); create table vault.slow (id int);");
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async _ =>
                {
                    await using var database = Database.Owned(scratch.Superuser);
                    return await new Migrator(database).Migrate([Vault(First, Second, slow)]);
                })
        );

        Assert.Equal(3, all.Sum(a => a.Count));
        Assert.Single(all, a => a.Count == 3);
    }

    [Fact]
    public async Task Databases_of_one_server_can_be_migrated_at_the_same_time()
    {
        // Roles belong to the server, so the migrators of two databases meet there.
        var suffix = string.Concat(Guid.CreateVersion7().ToString("n").Select(c => char.IsDigit(c) ? (char)(c - '0' + 'g') : c));
        var fresh = new ModuleSchema("T" + suffix, []);
        var scratches = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ScratchDatabase.Create()));
        await Task.WhenAll(
            scratches.Select(async s =>
            {
                await using var database = Database.Owned(s.Superuser);
                await new Migrator(database).Migrate([fresh]);
            })
        );
        foreach (var s in scratches)
            await s.DisposeAsync();
    }

    [Fact]
    public async Task A_role_sees_its_own_schema_only_and_a_connection_without_one_sees_nothing()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        await new Migrator(database).Migrate([Vault(First), Attic]);

        Assert.Equal(0L, await Scalar<long>(database.Requests("vault"), "select count(*) from vault.coins"));
        Assert.Equal("vault_writer", await Scalar<string>(database.Writer("vault"), "select current_user::text"));
        await Denied(database.Requests("vault"), "select * from attic.boxes");
        await Denied(database.Writer("attic"), "select * from vault.coins");
        await Denied(database.Bare(), "select * from vault.coins");
        await Denied(database.Requests("vault"), "create table public.mine (id int)");
        await Denied(database.Requests("vault"), "create table vault.mine (id int)");
        await Denied(database.Writer("vault"), "delete from platform.migrations");
    }

    [Fact]
    public async Task A_pooled_connection_keeps_its_role_whatever_was_done_on_it()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        await new Migrator(database).Migrate([Vault(First)]);
        await using var other = Database.Owned(
            new NpgsqlConnectionStringBuilder(scratch.Superuser) { Pooling = true, MaxPoolSize = 1 }.ConnectionString
        );

        var first = 0;
        for (var round = 0; round < 3; round++)
        {
            await using var connection = await other.Writer("vault").OpenConnectionAsync();
            Assert.Equal("vault_writer", await connection.ExecuteScalarAsync<string>("select current_user::text"));
            Assert.True(first == 0 || first == connection.ProcessID, "the pool gives the same connection again");
            first = connection.ProcessID;
            await connection.ExecuteAsync("reset role; set role none; select set_config('app.user_id', 'x', false)");
        }
    }

    [Fact]
    public async Task The_databases_owner_with_createrole_is_enough()
    {
        // Roles made by this owner belong to it alone, so the module's name must be its own too.
        var tag = string.Concat(Guid.CreateVersion7().ToString("n").Select(c => char.IsDigit(c) ? (char)(c - '0' + 'g') : c));
        var (owner, app, module) = ($"owner_{tag}", $"app_{tag}", "T" + tag);
        await using var scratch = await ScratchDatabase.Create(owner);
        var schema = new ModuleSchema(
            module,
            [("V1.0.0__a.sql", $"create table {module}.a (id int); grant select on {module}.a to {module};")]
        );

        await using (var database = new Database(scratch.As(app), scratch.As(owner)))
        {
            Assert.Single(await new Migrator(database).Migrate([schema]));
            Assert.Equal(0L, await Scalar<long>(database.Requests(schema.Name), $"select count(*) from {module}.a"));
            await Denied(database.Bare(), $"select count(*) from {module}.a");
        }

        // The owner as the app's login too, and the app's login where all is done.
        foreach (var login in (string[])[owner, app])
        {
            await using var database = new Database(scratch.As(login));
            Assert.Empty(await new Migrator(database).Migrate([schema]));
            Assert.Equal(schema.Name, await Scalar<string>(database.Requests(schema.Name), "select current_user::text"));
        }
    }

    [Fact]
    public async Task A_login_without_rights_is_told_what_is_missing()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using (var database = Database.Owned(scratch.Superuser))
            await new Migrator(database).Migrate([Vault(First)]);
        await using var app = new Database(scratch.As(Database.AppLogin));
        var e = await Assert.ThrowsAsync<MigrationException>(() => new Migrator(app).Migrate([Vault(First, Second)]));
        Assert.Contains("42501", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_login_may_end_its_own_backends_whatever_role_they_took()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = Database.Owned(scratch.Superuser);
        await new Migrator(database).Migrate([Vault(First)]);
        await using var frozen = await database.Writer("vault").OpenConnectionAsync();
        Assert.True(await Scalar<bool>(database.Bare(), $"select pg_terminate_backend({frozen.ProcessID})"));
    }

    [Fact]
    public async Task Dapper_reads_snake_case_dates_and_moments()
    {
        await using var scratch = await ScratchDatabase.Create();
        await using var database = new Database(scratch.Superuser);
        await using var connection = await database.Bare().OpenConnectionAsync();
        var moment = new DateTimeOffset(2026, 3, 1, 3, 0, 0, TimeSpan.FromHours(3));

        var row = await connection.QuerySingleAsync<Row>(
            "select @moment as made_at, @day as due_on, null::timestamptz as gone_at",
            new { moment, day = new DateOnly(2026, 2, 28) }
        );

        Assert.Equal(new Row(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), new DateOnly(2026, 2, 28), null), row);
        Assert.Equal(TimeSpan.Zero, row.MadeAt.Offset);
        await Assert.ThrowsAnyAsync<Exception>(() =>
            connection.QuerySingleAsync<Row>(
                "select timestamp '2026-01-01' as made_at, current_date as due_on, null::timestamptz as gone_at"
            )
        );
    }

    [Fact]
    public async Task A_connection_string_keeps_its_own_words_and_gets_the_platforms_limits()
    {
        var of = new NpgsqlConnectionStringBuilder(
            ConnectionSettings.Of("Host=a,b;Username=u;Maximum Pool Size=7;Options=-c work_mem=8MB", "vault", "test")
        );
        Assert.Equal(7, of.MaxPoolSize);
        Assert.Equal((1800, 600), (of.ConnectionLifetime, of.ConnectionIdleLifetime));
        Assert.True(of.TcpKeepAlive);
        Assert.EndsWith("-c work_mem=8MB -c role=vault", of.Options, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ConnectionSettings.Of("Host=a;Username=u", "vault -c x=y", "test"));
        await using var several = new Database("Host=a,b;Username=u");
        Assert.NotNull(several.Requests("vault"));
    }

    sealed record Row(DateTimeOffset MadeAt, DateOnly DueOn, DateTimeOffset? GoneAt);

    static async Task<T> Scalar<T>(NpgsqlDataSource source, string sql)
    {
        await using var connection = await source.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    static async Task Denied(NpgsqlDataSource source, string sql)
    {
        await using var connection = await source.OpenConnectionAsync();
        var e = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, e.SqlState);
    }
}
