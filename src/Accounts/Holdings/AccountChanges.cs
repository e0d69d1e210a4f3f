using Hazina.Ledger;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Microsoft.AspNetCore.Http;
using NpgsqlTypes;

namespace Hazina.Accounts.Holdings;

/// <summary>Rows that go alongside postings about an account, and that several verbs write.</summary>
static class AccountChanges
{
    static readonly AlongsideStatement Told = new("accounts", "accounts.audit", Outbox.InsertManySql("accounts"), Outbox.Columns);

    static readonly AlongsideStatement FreezeStatement = new(
        "accounts",
        "accounts.set_freeze",
        SetFreezeWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    static readonly AlongsideStatement CloseStatement = new(
        "accounts",
        "accounts.close",
        CloseWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    static readonly AlongsideStatement CreditLineStatement = new(
        "accounts",
        "accounts.set_credit_line",
        SetCreditLineWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Numeric, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    public static string KeyOf(Guid account) => $"accounts/{account}";

    /// <summary>Holds against the version that was read: of two who freeze at once neither undoes the other unseen.</summary>
    public static AlongsideRow Freeze(AccountRow seen, string own, string staff, string? reason) =>
        new(FreezeStatement, KeyOf(seen.Id), [seen.Id, seen.Version, own, staff, reason, Fill.RecordedAt]);

    public static AlongsideRow Close(AccountRow account) => new(CloseStatement, KeyOf(account.Id), [account.Id, Fill.RecordedAt]);

    public static AlongsideRow CreditLine(AccountRow account, decimal line) =>
        new(CreditLineStatement, KeyOf(account.Id), [account.Id, line, Fill.RecordedAt]);

    /// <summary>An entry of the audit trail, with the money.</summary>
    public static AlongsideRow Audited(HttpContext? context, AuditEntry entry)
    {
        var told = Audit.Event(context, entry);
        return new AlongsideRow(Told, Key: null, [told.Id, told.Type, told.Book, told.Key, told.IsPublic, Fill.RecordedAt, told.Data]);
    }

    const string SetFreezeWriterSql = """
        update accounts.accounts a
           set own_freeze = u.own, staff_freeze = u.staff,
               freeze_reason = case when u.staff <> 'none' then coalesce(u.reason, a.freeze_reason) end, version = a.version + 1, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
            as u (ordinal, id, version, own, staff, reason, now)
         where a.id = u.id and a.version = u.version
        returning u.ordinal
        """;

    // Whose default it was has none until another one is opened or chosen.
    const string CloseWriterSql = """
        with closed as (
            update accounts.accounts a
               set closed_at = u.now, updated_at = u.now, version = a.version + 1
              from unnest($1::int[], $2::uuid[], $3::timestamptz[]) as u (ordinal, id, now)
             where a.id = u.id and a.closed_at is null
            returning u.ordinal, a.id
        ), gone as (
            delete from accounts.defaults d using closed c where d.account_id = c.id
        )
        select ordinal from closed
        """;

    const string SetCreditLineWriterSql = """
        update accounts.accounts a
           set credit_line = u.line, version = a.version + 1, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::numeric[], $4::timestamptz[]) as u (ordinal, id, line, now)
         where a.id = u.id and a.kind = 'credit'
        returning u.ordinal
        """;
}
