using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Tests.Model;
using Hazina.Money;

namespace Hazina.Ledger.Tests.Canonical;

public sealed class RowBytesTests
{
    static readonly JournalRow Row = new()
    {
        Seq = 0x0102030405060708,
        Kind = RowKind.Leg,
        TransactionId = new Guid("00112233-4455-7677-8899-aabbccddeeff"),
        Leg = 1,
        Legs = 2,
        BusinessKind = "fee",
        Debit = 3,
        Credit = 4,
        Amount = 1.50m,
        DebitAfter = -0.00000001m,
        CreditAfter = 2,
        DebitPrevious = 5,
        CreditPrevious = 6,
        Flags = RowFlags.Forced,
        RecordedAt = DateTimeOffset.UnixEpoch.AddMicroseconds(7),
    };

    [Fact]
    public void The_bytes_of_a_row_never_change() =>
        // Hashed by journals since: when this fails, the code is wrong.
        Assert.Equal(
            "0102030405060708" // seq
                + "01" // kind
                + "00112233445576778899aabbccddeeff" // transaction, as it is written
                + "00000001" // leg
                + "00000002" // legs
                + "0003666565" // business kind
                + "0000000000000003" // debit
                + "0000000000000004" // credit
                + "00000000000000000000000008f0d180" // 1.5
                + "ffffffffffffffffffffffffffffffff" // −10⁻⁸
                + "0000000000000000000000000bebc200" // 2
                + "0000000000000005" // previous rows
                + "0000000000000006"
                + "00" // no reservation
                + "01" // flags
                + "ffffffff" // no effective date
                + "0000000000000007",
            Hex(Row)
        );

    [Fact]
    public void A_reservation_and_a_date_are_in_the_bytes()
    {
        var with = Row with
        {
            Reservation = new Guid("ffeeddcc-bbaa-7988-8766-554433221100"),
            HeldAfter = 0.5m,
            EffectiveDate = new DateOnly(2026, 1, 31),
        };
        Assert.Equal(
            Hex(Row)[..^28]
                + "01"
                + "ffeeddccbbaa79888766554433221100"
                + "00000000000000000000000002faf080"
                + "01"
                + "000b493e"
                + "0000000000000007",
            Hex(with)
        );
    }

    static readonly JournalRow[] Others =
    [
        Row with
        {
            Seq = 1,
        },
        Row with
        {
            Kind = RowKind.Close,
        },
        Row with
        {
            TransactionId = Given.Tx(1),
        },
        Row with
        {
            Leg = 0,
        },
        Row with
        {
            Legs = 3,
        },
        Row with
        {
            BusinessKind = "fees",
        },
        Row with
        {
            Debit = 9,
        },
        Row with
        {
            Credit = 9,
        },
        Row with
        {
            Amount = 1.51m,
        },
        Row with
        {
            DebitAfter = 0,
        },
        Row with
        {
            CreditAfter = 0,
        },
        Row with
        {
            DebitPrevious = 0,
        },
        Row with
        {
            CreditPrevious = 0,
        },
        Row with
        {
            Reservation = Given.Hold(),
        },
        Row with
        {
            Reservation = Given.Hold(),
            HeldAfter = 1,
        },
        Row with
        {
            Flags = RowFlags.None,
        },
        Row with
        {
            EffectiveDate = new DateOnly(2026, 1, 1),
        },
        Row with
        {
            RecordedAt = DateTimeOffset.UnixEpoch,
        },
    ];

    [Fact]
    public void Every_field_is_in_the_bytes()
    {
        Assert.Equal(Others.Length, Others.Select(Hex).Append(Hex(Row)).Distinct().Count() - 1);
    }

    [Fact]
    public void Amounts_are_whole_numbers_of_the_smallest_unit() =>
        Always.Holds(
            from digits in Gen.ArrayOf(Gen.Choose(0, 9), 28)
            from isNegative in Gen.Elements(true, false)
            from scale in Gen.Choose(0, 8)
            select (Whole: digits.Take(20 + scale).Aggregate(BigInteger.Zero, (sum, digit) => (sum * 10) + digit), isNegative, scale),
            number =>
            {
                var value = decimal.Parse($"{number.Whole}") / (decimal)BigInteger.Pow(10, number.scale) * (number.isNegative ? -1 : 1);
                var expected = number.Whole * BigInteger.Pow(10, 8 - number.scale) * (number.isNegative ? -1 : 1);
                Assert.Equal(expected, (BigInteger)RowBytes.Scaled(value));
            },
            times: 1_000
        );

    [Fact]
    public void Needless_zeros_do_not_change_an_amount_and_digits_beyond_the_eighth_are_no_amount()
    {
        Assert.Equal((Int128)150_000_000, RowBytes.Scaled(1.500000000000m));
        Assert.Equal((BigInteger)Amount.Limit * 100_000_000 + 99_999_999, (BigInteger)RowBytes.Scaled(Amount.Limit));
        Assert.Throws<BrokenInvariantException>(() => RowBytes.Scaled(0.000000001m));
    }

    static string Hex(JournalRow row)
    {
        Span<byte> buffer = stackalloc byte[1024];
        return Convert.ToHexStringLower(buffer[..RowBytes.Write(buffer, row)]);
    }
}
