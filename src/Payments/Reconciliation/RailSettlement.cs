using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Payments.Reconciliation;

/// <summary>A row of <c>payments.rail_settlements</c>.</summary>
/// <param name="Change">Of our account with the rail: below zero what went to where it is safeguarded.</param>
/// <param name="Receipt">The rail's own, as its statement has it.</param>
/// <param name="BreakId">The line that said so; null: people did.</param>
sealed record RailSettlement(
    Guid Id,
    string Book,
    string Provider,
    string Currency,
    decimal Change,
    string Receipt,
    string Note,
    Guid? BreakId,
    Guid AskedBy,
    Guid ApprovedBy,
    DateTimeOffset RecordedAt
)
{
    /// <summary>Of settlements <c>t</c>, in the order of the record.</summary>
    public const string Columns =
        "t.id, t.book, t.provider, t.currency, t.change, t.receipt, t.note, t.break_id, t.asked_by, t.approved_by, t.recorded_at";

    static readonly AlongsideStatement InsertStatement = new(
        "payments",
        "payments.insert_settlement",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    public Amount Money => new(Math.Abs(Change), Hazina.Money.Currency.Of(Currency));

    public AlongsideRow Insert() =>
        new(
            InsertStatement,
            $"settlements/{Provider}/{Receipt}",
            [Id, Book, Provider, Currency, Change, Receipt, Note, BreakId, AskedBy, ApprovedBy, Fill.RecordedAt]
        );

    public RailSettlementAnswer Answer() =>
        new(
            Id,
            Provider,
            Change < 0 ? SettlementDirection.ToSafeguarded : SettlementDirection.FromSafeguarded,
            WireAmount.Of(Money),
            Receipt,
            Note,
            BreakId,
            AskedBy,
            ApprovedBy,
            RecordedAt
        );

    const string InsertWriterSql = """
        with settled as (
            insert into payments.rail_settlements (id, book, provider, currency, change, receipt, note, break_id, asked_by, approved_by, recorded_at)
            select u.id, u.book, u.provider, u.currency, u.change, u.receipt, u.note, u.break_id, u.asked_by, u.approved_by, u.now
              from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::text[], $8::text[], $9::uuid[], $10::uuid[],
                          $11::uuid[], $12::timestamptz[])
                as u (ordinal, id, book, provider, currency, change, receipt, note, break_id, asked_by, approved_by, now)
                on conflict do nothing
            returning id)
        select u.ordinal from unnest($1::int[], $2::uuid[]) as u (ordinal, id) join settled using (id)
        """;
}

/// <summary>Which way money goes between a rail and where it is safeguarded.</summary>
enum SettlementDirection
{
    /// <summary>Out of our account with the rail.</summary>
    ToSafeguarded,

    /// <summary>Into it, as for payouts.</summary>
    FromSafeguarded,
}

[Description("Money that went from our account with a provider to where it is safeguarded, or came from there.")]
sealed record RailSettlementAnswer(
    [property: Description("Also the ledger's transaction and the approval.")] Guid Id,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    SettlementDirection Direction,
    WireAmount Amount,
    [property: Description("The provider's own, as its statement has it.")] string Receipt,
    string Note,
    [property: Description("The statement's line that said so; not there where people said it before.")] Guid? Break,
    Guid AskedBy,
    Guid ApprovedBy,
    DateTimeOffset RecordedAt
)
{
    [Description("Always rail_settlement.")]
    public string Object => "rail_settlement";
}
