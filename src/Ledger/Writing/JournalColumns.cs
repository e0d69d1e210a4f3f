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

    public static void Write(NpgsqlBinaryImporter copy, in JournalRow row)
    {
        var isLeg = row.Kind == RowKind.Leg;
        copy.StartRow();
        copy.Write(row.Seq, NpgsqlDbType.Bigint);
        copy.Write((short)row.Kind, NpgsqlDbType.Smallint);
        copy.Write(row.TransactionId, NpgsqlDbType.Uuid);
        copy.Write(row.Leg, NpgsqlDbType.Integer);
        copy.Write(row.Legs, NpgsqlDbType.Integer);
        copy.Write(row.BusinessKind, NpgsqlDbType.Text);
        copy.Write(row.Debit, NpgsqlDbType.Bigint);
        WriteIf(copy, isLeg, row.Credit);
        if (row.Amount == 0)
            copy.WriteNull();
        else
            copy.Write(row.Amount, NpgsqlDbType.Numeric);
        copy.Write(row.DebitAfter, NpgsqlDbType.Numeric);
        WriteIf(copy, isLeg, row.CreditAfter);
        WriteIf(copy, row.Kind != RowKind.Open, row.DebitPrevious);
        WriteIf(copy, isLeg, row.CreditPrevious);
        WriteIf(copy, row.Reservation is not null, row.HeldAfter);
        Write(copy, row.Reservation, NpgsqlDbType.Uuid);
        copy.Write((short)row.Flags, NpgsqlDbType.Smallint);
        Write(copy, row.EffectiveDate, NpgsqlDbType.Date);
        copy.Write(row.RecordedAt, NpgsqlDbType.TimestampTz);
    }

    public static JournalRow Read(NpgsqlDataReader reader) => new()
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

    public static string NameOf(ReservationStatus status) => status switch
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

    static void WriteIf(NpgsqlBinaryImporter copy, bool given, long value)
    {
        if (given)
            copy.Write(value, NpgsqlDbType.Bigint);
        else
            copy.WriteNull();
    }

    static void WriteIf(NpgsqlBinaryImporter copy, bool given, decimal value)
    {
        if (given)
            copy.Write(value, NpgsqlDbType.Numeric);
        else
            copy.WriteNull();
    }
}
