using System.Buffers.Binary;

namespace Hazina.Ledger.Tests.Model;

/// <summary>Ids that a generator can name by number. A world of its own keeps several runs apart in one database.</summary>
readonly record struct Ids(int World)
{
    public Guid Account(int number) => Make(0xA, number);

    public Guid Reservation(int number) => Make(0xB, number);

    public Guid Transaction(int number) => Make(0xC, number);

    public Guid Bulk(int number) => Make(0xD, number);

    Guid Make(byte kind, int number) => new Guid(World, kind, 0x7000, [0x80, 0, 0, kind, 0, 0, 0, 0]).Plus(number);
}

static class GuidCounting
{
    /// <summary>The id with a number in its last four bytes.</summary>
    public static Guid Plus(this Guid id, int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], number);
        return new Guid(bytes, bigEndian: true);
    }
}
