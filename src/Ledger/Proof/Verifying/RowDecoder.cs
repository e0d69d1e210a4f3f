using System.Text;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Writing;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>Rows of the journal from a COPY of <see cref="JournalColumns.Names"/>, and whether each has the columns that its kind has.</summary>
sealed class RowDecoder
{
    const int Fields = 18;

    readonly byte[] buffer = new byte[256 * 1024];
    readonly List<(byte[] Bytes, string Text)> businessKinds = [];
    Columns present;

    /// <summary>Reads the rows of a range in order; stops before the first that cannot be read.</summary>
    /// <returns>What is wrong with that row; null when all were read.</returns>
    public (long Row, string Flaw)? Read(NpgsqlConnection connection, long first, long last, List<JournalRow> into)
    {
        // COPY takes no parameters; these are two numbers.
        using var copy = new CopyReader(connection, CopyRowsSql(first, last), buffer);
        var next = first;
        while (copy.NextRow(Fields))
        {
            JournalRow row;
            try
            {
                row = Row(copy);
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                return (next, $"it holds {e.Message}");
            }

            if (row.Seq != next)
                return (next, "it is missing");
            if (FlawOf(row) is { } flaw)
                return (next, flaw);
            into.Add(row);
            next++;
        }

        return next <= last ? (next, "it is missing") : null;
    }

    JournalRow Row(CopyReader copy)
    {
        present = Columns.None;
        var seq = Required(copy);
        var kind = RequiredShort(copy);
        copy.Field(out var id);
        var transaction = WireValues.Id(id);
        copy.Field(out var leg);
        var legNumber = WireValues.Int32(leg);
        copy.Field(out var legs);
        var legCount = WireValues.Int32(legs);
        copy.Field(out var businessKind);
        var business = BusinessKind(businessKind);
        return new JournalRow
        {
            Seq = seq,
            Kind = (RowKind)checked((byte)kind),
            TransactionId = transaction,
            Leg = legNumber,
            Legs = legCount,
            BusinessKind = business,
            Debit = Required(copy),
            Credit = Long(copy, Columns.Credit),
            Amount = Number(copy, Columns.Amount),
            DebitAfter = Number(copy, Columns.DebitAfter),
            CreditAfter = Number(copy, Columns.CreditAfter),
            DebitPrevious = Long(copy, Columns.DebitPrevious),
            CreditPrevious = Long(copy, Columns.CreditPrevious),
            HeldAfter = Number(copy, Columns.HeldAfter),
            Reservation = copy.Field(out var reservation) ? WireValues.Id(reservation) : null,
            Flags = (RowFlags)checked((byte)RequiredShort(copy)),
            EffectiveDate = copy.Field(out var date) ? WireValues.Date(date) : null,
            RecordedAt = copy.Field(out var time) ? WireValues.Time(time) : throw new FormatException("no time"),
        };
    }

    static long Required(CopyReader copy) =>
        copy.Field(out var bytes) ? WireValues.Int64(bytes) : throw new FormatException("no number where one must be");

    static short RequiredShort(CopyReader copy) =>
        copy.Field(out var bytes) ? WireValues.Int16(bytes) : throw new FormatException("no number where one must be");

    long Long(CopyReader copy, Columns column)
    {
        if (!copy.Field(out var bytes))
            return 0;
        present |= column;
        return WireValues.Int64(bytes);
    }

    decimal Number(CopyReader copy, Columns column)
    {
        if (!copy.Field(out var bytes))
            return 0m;
        present |= column;
        return WireValues.Number(bytes);
    }

    /// <summary>There are few, and they come again and again.</summary>
    string BusinessKind(ReadOnlySpan<byte> bytes)
    {
        foreach (var (known, text) in businessKinds)
        {
            if (bytes.SequenceEqual(known))
                return text;
        }

        var read = Encoding.UTF8.GetString(bytes);
        if (businessKinds.Count < 64)
            businessKinds.Add((bytes.ToArray(), read));
        return read;
    }

    /// <summary>The same that <see cref="JournalColumns"/> leaves null, and no other.</summary>
    string? FlawOf(in JournalRow row)
    {
        if (!Enum.IsDefined(row.Kind))
            return $"it is of kind {(int)row.Kind}, which this version does not know";
        if (row.Flags is > (RowFlags.Forced | RowFlags.Reversal))
            return $"it has flags {(int)row.Flags}, which this version does not know";
        var expected = Columns.DebitAfter;
        if (row.Kind == RowKind.Leg)
            expected |= Columns.Credit | Columns.CreditAfter | Columns.CreditPrevious;
        if (row.Kind != RowKind.Open)
            expected |= Columns.DebitPrevious;
        if (row.Kind is RowKind.Leg or RowKind.Reserve or RowKind.Release or RowKind.Expire)
            expected |= Columns.Amount;
        if (row.Reservation is not null)
            expected |= Columns.HeldAfter;
        if (row.Kind is RowKind.Reserve or RowKind.Release or RowKind.Expire && row.Reservation is null)
            return $"it is a {Name(row.Kind)} and names no reservation";
        if (row.Kind is RowKind.Open or RowKind.Change or RowKind.Close && row.Reservation is not null)
            return $"it is a {Name(row.Kind)} and names a reservation";
        var wrong = present ^ expected;
        if (wrong == Columns.None)
            return null;
        var missing = expected & wrong;
        return missing != Columns.None ? $"it is a {Name(row.Kind)} without {missing}" : $"it is a {Name(row.Kind)}, which has no {wrong}";
    }

    static string Name(RowKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The columns that only some kinds have.</summary>
    [Flags]
    enum Columns
    {
        None = 0,
        Credit = 1,
        Amount = 2,
        DebitAfter = 4,
        CreditAfter = 8,
        DebitPrevious = 16,
        CreditPrevious = 32,
        HeldAfter = 64,
    }

    static string CopyRowsSql(long first, long last) =>
        $"copy (select {JournalColumns.Names} from ledger.journal where seq between {first} and {last} order by seq) to stdout (format binary)";
}
