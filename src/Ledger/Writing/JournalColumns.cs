using Hazina.Ledger.Decisions;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Ledger.Writing;

/// <summary>The journal's columns, in the one order in which they are written and read.</summary>
static class JournalColumns
{
    public const string Names =
        "seq, kind, transaction_id, leg, legs, business_kind, debit_account, credit_account, amount, debit_after, credit_after, "
        + "debit_previous, credit_previous, held_after, reservation, flags, effective_date, recorded_at";

    public static JournalRow Read(NpgsqlDataReader reader) =>
        new()
        {
            Seq = reader.GetInt64(0),
            Kind = (RowKind)reader.GetInt16(1),
            TransactionId = reader.GetGuid(2),
            Leg = reader.GetInt32(3),
            Legs = reader.GetInt32(4),
            BusinessKind = reader.GetString(5),
            Debit = reader.GetInt64(6),
            Credit = reader.IsDBNull(7) ? 0 : reader.GetInt64(7),
            Amount = reader.IsDBNull(8) ? 0 : reader.GetDecimal(8),
            DebitAfter = reader.GetDecimal(9),
            CreditAfter = reader.IsDBNull(10) ? 0 : reader.GetDecimal(10),
            DebitPrevious = reader.IsDBNull(11) ? 0 : reader.GetInt64(11),
            CreditPrevious = reader.IsDBNull(12) ? 0 : reader.GetInt64(12),
            HeldAfter = reader.IsDBNull(13) ? 0 : reader.GetDecimal(13),
            Reservation = reader.IsDBNull(14) ? null : reader.GetGuid(14),
            Flags = (RowFlags)reader.GetInt16(15),
            EffectiveDate = reader.IsDBNull(16) ? null : reader.GetFieldValue<DateOnly>(16),
            RecordedAt = reader.GetFieldValue<DateTimeOffset>(17),
        };

    public static string NameOf(ReservationStatus status) =>
        status switch
        {
            ReservationStatus.Active => "ACTIVE",
            ReservationStatus.Captured => "CAPTURED",
            ReservationStatus.Released => "RELEASED",
            ReservationStatus.Expired => "EXPIRED",
            _ => throw new InvalidOperationException($"No reservation is {status}."),
        };

    public static void Write<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type)
        where T : struct
    {
        if (value is { } given)
            copy.Write(given, type);
        else
            copy.WriteNull();
    }

    public static void Write(NpgsqlBinaryImporter copy, string? value, NpgsqlDbType type)
    {
        if (value is null)
            copy.WriteNull();
        else
            copy.Write(value, type);
    }
}
