using Hazina.Ledger;
using Hazina.Payments.Providers;
using NpgsqlTypes;

namespace Hazina.Payments.Reconciliation;

/// <summary>What a posting did to our account with a rail.</summary>
static class MovementKind
{
    public const string Deposit = "deposit",
        Suspense = "suspense",
        Payout = "payout";

    /// <summary>A payout that came back.</summary>
    public const string Return = "return";

    /// <summary>Paid by the rail after it had said to have failed.</summary>
    public const string Loss = "loss";

    /// <summary>What came in and was sent back the way it came.</summary>
    public const string Reversal = "reversal";

    /// <summary>To where money is safeguarded, or from there.</summary>
    public const string Settlement = "settlement";

    /// <summary>Booked by two people because of a break.</summary>
    public const string Correction = "correction";
}

/// <summary>
/// The row that goes with every posting on the account of rails in transit: what a rail's statement is held against, and, summed, what the ledger has to show
/// there. A posting over a rail without one makes the daily proof differ.
/// </summary>
static class RailMovement
{
    static readonly AlongsideStatement OfCall = new(
        "payments",
        "payments.move_by_call",
        InsertOfCallWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Integer, NpgsqlDbType.TimestampTz]
    );

    static readonly AlongsideStatement OfBreak = new(
        "payments",
        "payments.move_by_break",
        InsertOfBreakWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Numeric, NpgsqlDbType.TimestampTz]
    );

    static readonly AlongsideStatement OfSettlement = new(
        "payments",
        "payments.move_by_settlement",
        InsertOfSettlementWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Numeric, NpgsqlDbType.TimestampTz]
    );

    /// <summary>Between our account with a rail and where money is safeguarded: the rail's statement has it under a receipt.</summary>
    public static AlongsideRow Settlement(RailSettlement row) =>
        new(OfSettlement, Key: null, [row.Id, row.Book, row.Provider, row.Currency, row.Change, Fill.RecordedAt]);

    /// <summary>The call's whole amount, in or out as the kind says.</summary>
    /// <param name="posting">The posting's id.</param>
    public static AlongsideRow Row(Guid posting, ProviderCall call, string kind) =>
        new(
            OfCall,
            Key: null,
            [posting, call.Id, kind, kind is MovementKind.Payout or MovementKind.Loss or MovementKind.Reversal ? -1 : 1, Fill.RecordedAt]
        );

    /// <summary>What two people book because of a break: it is in no statement.</summary>
    /// <param name="change">Of our account with the rail.</param>
    public static AlongsideRow Correction(Guid posting, Guid about, decimal change) =>
        new(OfBreak, Key: null, [posting, about, change, Fill.RecordedAt]);

    const string InsertOfCallWriterSql = """
        insert into payments.rail_movements (id, book, provider, currency, call_id, kind, change, recorded_at)
        select u.id, c.book, c.provider, c.currency, c.id, u.kind, u.sign * c.amount, u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::timestamptz[]) as u (ordinal, id, call, kind, sign, now)
          join payments.provider_calls c on c.id = u.call
        """;

    const string InsertOfSettlementWriterSql = """
        insert into payments.rail_movements (id, book, provider, currency, kind, change, recorded_at)
        select u.id, u.book, u.provider, u.currency, 'settlement', u.change, u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::timestamptz[])
            as u (ordinal, id, book, provider, currency, change, now)
        """;

    const string InsertOfBreakWriterSql = """
        insert into payments.rail_movements (id, book, provider, currency, kind, change, settled_by, recorded_at)
        select u.id, b.book, b.provider, b.currency, 'correction', u.change, b.id, u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::numeric[], $5::timestamptz[]) as u (ordinal, id, about, change, now)
          join payments.breaks b on b.id = u.about
        """;
}
