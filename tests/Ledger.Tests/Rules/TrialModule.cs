using NpgsqlTypes;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>A module of these tests, with tables of its own in a real PostgreSQL: what it puts alongside.</summary>
static class TrialModule
{
    /// <summary>A payment with everything that the writer can fill in.</summary>
    public static AlongsideStatement Insert { get; } =
        new(
            "trial",
            "trial.insert_payment",
            """
            insert into trial.payments (id, row, at, balance, code)
            select p.id, p.row, p.at, p.balance, p.code
            from unnest($1::int[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::numeric[], $6::text[]) as p(ordinal, id, row, at, balance, code)
            """,
            [NpgsqlDbType.Uuid, NpgsqlDbType.Bigint, NpgsqlDbType.TimestampTz, NpgsqlDbType.Numeric, NpgsqlDbType.Text]
        );

    /// <summary>A payment that names another, which need not be there before the end of the transaction.</summary>
    public static AlongsideStatement InsertChild { get; } =
        new(
            "trial",
            "trial.insert_child",
            """
            insert into trial.payments (id, parent, at)
            select p.id, p.parent, p.at from unnest($1::int[], $2::uuid[], $3::uuid[], $4::timestamptz[]) as p(ordinal, id, parent, at)
            """,
            [NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz]
        );

    /// <summary>Guarded: the next version of a row.</summary>
    public static AlongsideStatement Bump { get; } =
        new(
            "trial",
            "trial.bump_row",
            """
            update trial.rows as r set version = r.version + 1
            from unnest($1::int[], $2::text[], $3::int[]) as v(ordinal, key, version)
            where r.key = v.key and r.version = v.version
            returning v.ordinal
            """,
            [NpgsqlDbType.Text, NpgsqlDbType.Integer],
            Guarded: true
        );

    /// <summary>Not guarded: touches nothing where the row is not there.</summary>
    public static AlongsideStatement Touch { get; } =
        new(
            "trial",
            "trial.touch_row",
            "update trial.rows as r set version = r.version + 1 from unnest($1::int[], $2::text[]) as v(ordinal, key) where r.key = v.key",
            [NpgsqlDbType.Text]
        );

    /// <summary>Takes longer than a statement may.</summary>
    public static AlongsideStatement Slow { get; } =
        new("trial", "trial.sleep", "insert into trial.rows select 'slow' || pg_sleep(5) from unnest($1::int[])", []);

    /// <summary>What a module may not do.</summary>
    public static AlongsideStatement Trespass { get; } =
        new("trial", "trial.trespass", "insert into ledger.book_batches select 'live', 1000000 + o from unnest($1::int[]) as o", []);

    public static Posting WithPayment(this Posting posting, Guid? payment = null) =>
        posting with
        {
            WhenPosted = [.. posting.WhenPosted, Payment(payment ?? posting.Id)],
            WhenRefused = [Payment(payment ?? posting.Id)],
        };

    public static Posting WithBump(this Posting posting, string key, int version) =>
        posting with
        {
            WhenPosted = [.. posting.WhenPosted, new AlongsideRow(Bump, $"trial/{key}", [key, version])],
        };

    public static Posting With(this Posting posting, AlongsideStatement statement, params IReadOnlyList<object?> values) =>
        posting with
        {
            WhenPosted = [.. posting.WhenPosted, new AlongsideRow(statement, null, values)],
        };

    static AlongsideRow Payment(Guid id) =>
        new(Insert, null, [id, Fill.Row, Fill.RecordedAt, Fill.BalanceAfter(Given.Wallet()), Fill.RefusalCode]);

    /// <summary>Roles are the server's, and several tests make their databases at once.</summary>
    public const string RoleSql = """
        do $$ begin create role trial_writer nologin; exception when duplicate_object or unique_violation then null; end $$;
        grant trial_writer to hazina_app;
        """;

    public const string TablesSql = """
        create schema trial;
        grant usage on schema trial to trial_writer, ledger_writer;
        create table trial.payments (
            id uuid not null primary key,
            row bigint,
            at timestamptz not null,
            balance numeric(28,8),
            code text,
            parent uuid references trial.payments deferrable initially deferred,
            by text not null default current_user);
        create table trial.rows (key text not null primary key, version int not null default 0);
        create table trial.statements (what text not null);
        insert into trial.rows (key) values ('a'), ('b');
        grant select, insert on trial.payments, trial.statements to trial_writer;
        grant select, insert, update on trial.rows to trial_writer;
        create function trial.note() returns trigger language plpgsql as
            $$ begin insert into trial.statements values (tg_op); return null; end $$;
        create trigger note after insert on trial.payments for each statement execute function trial.note();
        """;
}
