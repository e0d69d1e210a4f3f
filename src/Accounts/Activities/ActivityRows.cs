using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Accounts.Activities;

/// <summary>Activity as it is written alongside the posting that it tells of.</summary>
static class ActivityRows
{
    static readonly AlongsideStatement InsertStatement = new(
        "accounts",
        "accounts.activity",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Boolean,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Bigint,
            NpgsqlDbType.Text,
            NpgsqlDbType.TimestampTz,
        ]
    );

    static readonly AlongsideStatement EndStatement = new(
        "accounts",
        "accounts.end_activity",
        EndWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Bigint,
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    /// <param name="transaction">The posting's id.</param>
    /// <param name="entry">What it is to the holder.</param>
    public static AlongsideRow Insert(Guid transaction, ActivityEntry entry) =>
        new(
            InsertStatement,
            Key: null,
            [
                entry.Id,
                entry.Account.Id,
                Words.Of(entry.Account.HolderType),
                entry.Account.Holder,
                entry.Account.Book,
                Words.Of(entry.Type),
                Words.Of(entry.Status),
                Words.Of(entry.Side),
                entry.Amount.Value,
                entry.Amount.Currency.Code,
                entry.Status != ActivityStatus.Completed ? null : entry.BalanceAfter ?? (object)Fill.BalanceAfter(entry.Account.Id),
                entry.Category,
                entry.Reference,
                entry.Description,
                entry.Counterparty,
                entry.IsOwn,
                entry.Source,
                entry.SourceId,
                transaction,
                Fill.Row,
                entry.Details,
                Fill.RecordedAt,
            ]
        );

    /// <summary>What becomes of something pending. Of two who end it at once the second one's posting ends as a conflict.</summary>
    /// <param name="transaction">The posting's id.</param>
    /// <param name="account">The account that it is about.</param>
    /// <param name="activity">The pending one.</param>
    /// <param name="status">Not pending.</param>
    /// <param name="amount">What it came to, where that is another amount.</param>
    public static AlongsideRow End(Guid transaction, Guid account, Guid activity, ActivityStatus status, decimal? amount) =>
        new(
            EndStatement,
            $"activity/{activity}",
            [
                activity,
                Words.Of(status),
                amount,
                status == ActivityStatus.Completed ? Fill.BalanceAfter(account) : null,
                transaction,
                Fill.Row,
                Fill.RecordedAt,
            ]
        );

    // What the module says comes before the holder's rules: it knows what the money was for.
    const string InsertWriterSql = """
        insert into accounts.activity (id, account_id, owner_type, owner_id, book, type, status, side, amount, currency, balance_after, category, category_by,
               reference, description, counterparty, is_own, source, source_id, transaction_id, journal_row, details, occurred_at, updated_at)
        select u.id, u.account_id, u.owner_type, u.owner_id, u.book, u.type, u.status, u.side, u.amount, u.currency, u.balance_after,
               coalesce(u.category, r.category), case when u.category is not null then 'module' when r.category is not null then 'rule' end,
               u.reference, u.description, u.counterparty, u.is_own, u.source, u.source_id, u.transaction_id, u.journal_row, u.details::jsonb, u.now, u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::numeric[], $11::text[],
                      $12::numeric[], $13::text[], $14::text[], $15::text[], $16::text[], $17::boolean[], $18::text[], $19::uuid[], $20::uuid[],
                      $21::bigint[], $22::text[], $23::timestamptz[])
            as u (ordinal, id, account_id, owner_type, owner_id, book, type, status, side, amount, currency, balance_after, category, reference,
                  description, counterparty, is_own, source, source_id, transaction_id, journal_row, details, now)
          left join lateral (
              select c.category from accounts.category_rules c
               where c.owner_id = u.owner_id and c.owner_type = u.owner_type
                 and position(c.contains in lower(concat_ws(' ', u.description, u.counterparty, u.reference))) > 0
               order by c.id limit 1) as r on true
        """;

    // Where it comes to stand in the list is where the money moved; what was cancelled or failed stays where it was asked for.
    const string EndWriterSql = """
        update accounts.activity a
           set status = u.status, amount = coalesce(u.amount, a.amount), balance_after = u.balance_after, updated_at = u.now,
               transaction_id = case when u.status = 'completed' then u.transaction_id else a.transaction_id end,
               journal_row = case when u.status = 'completed' then u.journal_row else a.journal_row end,
               occurred_at = case when u.status = 'completed' then u.now else a.occurred_at end
          from unnest($1::int[], $2::uuid[], $3::text[], $4::numeric[], $5::numeric[], $6::uuid[], $7::bigint[], $8::timestamptz[])
            as u (ordinal, id, status, amount, balance_after, transaction_id, journal_row, now)
         where a.id = u.id and a.status = 'pending'
        returning u.ordinal
        """;
}
