using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Payments.Paying;

/// <summary>Payments and their keys as they are written alongside the postings that make them.</summary>
static class PaymentRows
{
    static readonly AlongsideStatement InsertStatement = new(
        "payments",
        "payments.payment",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Boolean,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.TimestampTz,
            NpgsqlDbType.TimestampTz,
        ]
    );

    static readonly AlongsideStatement KeyStatement = new(
        "payments",
        "payments.payment_key",
        KeyWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Bytea, NpgsqlDbType.Uuid],
        Guarded: true
    );

    static readonly AlongsideStatement RetryStatement = new(
        "payments",
        "payments.payment_retry",
        RetryWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz]
    );

    /// <param name="order">What is asked for.</param>
    /// <param name="status">What the posting makes of it.</param>
    public static AlongsideRow Insert(PaymentOrder order, PaymentStatus status) =>
        new(
            InsertStatement,
            Key: null,
            [
                order.Id,
                order.Payer.Book,
                order.Type,
                Words.Of(status),
                order.Payer.Id,
                Words.Of(order.Payer.HolderType),
                order.Payer.Holder,
                order.PayerName,
                order.Payee.Id,
                Words.Of(order.Payee.HolderType),
                order.Payee.Holder,
                order.PayeeName,
                order.Amount.Value,
                order.Amount.Currency.Code,
                status == PaymentStatus.Completed ? order.Amount.Value : 0m,
                order.Fee?.Fee,
                order.Fee is { } quote ? Words.Of(quote.BorneBy) : null,
                order.Fee?.IsReturned,
                order.Fee?.Amount.Value ?? 0m,
                status == PaymentStatus.Completed ? order.Fee?.Amount.Value ?? 0m : 0m,
                order.Reference,
                order.Description,
                order.Metadata,
                order.AskedBy,
                order.Reservation,
                status == PaymentStatus.Failed ? Fill.RefusalCode : null,
                order.ExpiresAt,
                Fill.RecordedAt,
            ]
        );

    /// <summary>Of two requests with one key the second one's posting ends as a conflict.</summary>
    public static AlongsideRow Key(PaymentOrder order) =>
        new(
            KeyStatement,
            $"payment_key/{order.AskedBy}/{order.Payer.Book}/{order.Key.Key}",
            [order.AskedBy, order.Payer.Book, order.Key.Key, order.Key.Fingerprint.ToArray(), order.Id]
        );

    /// <summary>A try that came to nothing, before the one that this goes with.</summary>
    public static AlongsideRow Retry(Guid payment, int attempt, string reason) =>
        new(RetryStatement, Key: null, [payment, attempt, reason, Fill.RecordedAt]);

    const string InsertWriterSql = """
        insert into payments.payments (id, book, type, status, capture, payer_account, payer_owner_type, payer_owner_id, payer_name, payee_account,
               payee_owner_type, payee_owner_id, payee_name, amount, currency, captured, fee_id, fee_bearer, fee_is_returned, fee_quoted, fee, reference,
               description, metadata, asked_by, reservation_id, failure_code, expires_at, created_at, updated_at, authorized_at, completed_at)
        select u.id, u.book, u.type, u.status, case when u.reservation_id is null then 'automatic' else 'manual' end, u.payer_account, u.payer_owner_type,
               u.payer_owner_id, u.payer_name, u.payee_account, u.payee_owner_type, u.payee_owner_id, u.payee_name, u.amount, u.currency, u.captured, u.fee_id,
               u.fee_bearer, u.fee_is_returned, u.fee_quoted, u.fee, u.reference, u.description, u.metadata::jsonb, u.asked_by, u.reservation_id,
               u.failure_code, u.expires_at, u.now, u.now, case when u.status in ('authorized', 'completed') then u.now end,
               case when u.status = 'completed' then u.now end
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::text[], $10::uuid[], $11::text[],
                      $12::uuid[], $13::text[], $14::numeric[], $15::text[], $16::numeric[], $17::uuid[], $18::text[], $19::boolean[], $20::numeric[],
                      $21::numeric[], $22::text[], $23::text[], $24::text[], $25::uuid[], $26::uuid[], $27::text[], $28::timestamptz[], $29::timestamptz[])
            as u (ordinal, id, book, type, status, payer_account, payer_owner_type, payer_owner_id, payer_name, payee_account, payee_owner_type, payee_owner_id,
                  payee_name, amount, currency, captured, fee_id, fee_bearer, fee_is_returned, fee_quoted, fee, reference, description, metadata, asked_by,
                  reservation_id, failure_code, expires_at, now)
        """;

    const string KeyWriterSql = """
        with kept as (
            insert into payments.payment_keys (asked_by, book, key, fingerprint, payment_id)
            select u.asked_by, u.book, u.key, u.fingerprint, u.payment_id
              from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::uuid[]) as u (ordinal, asked_by, book, key, fingerprint, payment_id)
                on conflict do nothing
            returning payment_id)
        select u.ordinal
          from unnest($1::int[], $6::uuid[]) as u (ordinal, payment_id)
          join kept using (payment_id)
        """;

    const string RetryWriterSql = """
        insert into payments.payment_retries (payment_id, attempt, reason, status, retried_at)
        select u.payment_id, u.attempt, u.reason, 'retried', u.now
          from unnest($1::int[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[]) as u (ordinal, payment_id, attempt, reason, now)
        """;
}
