using Hazina.Ledger;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Billing.Charges;

/// <summary>The billing ledger as it is written alongside the postings that take fees.</summary>
static class ChargeRows
{
    static readonly AlongsideStatement InsertStatement = new(
        "billing",
        "billing.charge",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
        ]
    );

    public static AlongsideRow Insert(
        string reference,
        string book,
        Guid transaction,
        FeeQuote quote,
        decimal amount,
        FeeOwner bearer,
        string source,
        Guid sourceId
    ) =>
        new(
            InsertStatement,
            Key: null,
            [
                Guid.CreateVersion7(),
                reference,
                book,
                quote.Fee,
                Words.Of(quote.Type),
                quote.Provider,
                bearer.Account,
                Words.Of(bearer.Kind),
                bearer.Holder,
                quote.Basis.Value,
                amount,
                quote.Amount.Currency.Code,
                source,
                sourceId,
                transaction,
                Fill.RecordedAt,
            ]
        );

    const string InsertWriterSql = """
        insert into billing.fee_charges (id, ref, book, fee_id, type, provider, account_id, owner_type, owner_id, basis, amount, currency, source, source_id,
               transaction_id, charged_at)
        select u.id, u.ref, u.book, u.fee_id, u.type, u.provider, u.account_id, u.owner_type, u.owner_id, u.basis, u.amount, u.currency, u.source, u.source_id,
               u.transaction_id, u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::text[], $10::uuid[], $11::numeric[],
                      $12::numeric[], $13::text[], $14::text[], $15::uuid[], $16::uuid[], $17::timestamptz[])
            as u (ordinal, id, ref, book, fee_id, type, provider, account_id, owner_type, owner_id, basis, amount, currency, source, source_id,
                  transaction_id, now)
        """;
}
