using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts.Holdings;

/// <summary>
/// Gives out account numbers: counted by a sequence, so that none is given twice, and shuffled with the database's own key, so that none tells another.
/// </summary>
sealed class AccountNumbers(Database database)
{
    byte[]? key;

    /// <summary>The next count, and the number that is made of it.</summary>
    public async Task<(long No, string Number)> Next(CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        key ??= (await connection.QuerySingleAsync<Guid>(new CommandDefinition(KeyWriterSql, cancellationToken: stop))).ToByteArray();
        var no = await connection.QuerySingleAsync<long>(new CommandDefinition(NextWriterSql, cancellationToken: stop));
        return (no, AccountNumber.Of(no, key));
    }

    const string KeyWriterSql = "select key from accounts.numbering";

    const string NextWriterSql = "select nextval('accounts.account_no')";
}

/// <summary>Ten digits and two check digits (ISO 7064 MOD 97-10): every wrong digit and nearly every pair that changed places is noticed.</summary>
static class AccountNumber
{
    const long First = 1_000_000_000,
        Count = 9_000_000_000;

    const int HalfBits = 17,
        Rounds = 6;

    const long HalfMask = (1L << HalfBits) - 1;

    /// <param name="no">From 1 to 9,000,000,000.</param>
    /// <param name="key">Another key, another order.</param>
    public static string Of(long no, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(no);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(no, Count);
        // A permutation of 34 bits, walked on until it is back among the numbers that there are: still a permutation.
        var shuffled = no - 1;
        do shuffled = Shuffle(shuffled, key);
        while (shuffled >= Count);
        var digits = First + shuffled;
        return string.Create(CultureInfo.InvariantCulture, $"{digits:0000000000}{98 - (digits * 100 % 97):00}");
    }

    /// <summary>Whether its check digits are right.</summary>
    public static bool IsRight(string? text) =>
        text is { Length: 12 }
        && text.All(char.IsAsciiDigit)
        && text[0] != '0'
        && long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) % 97 == 1;

    /// <summary>A Feistel network: whatever the rounds are made of, each value leads to another one.</summary>
    static long Shuffle(long value, ReadOnlySpan<byte> key)
    {
        var (left, right) = (value >> HalfBits, value & HalfMask);
        Span<byte> input = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[32];
        for (var round = 0L; round < Rounds; round++)
        {
            BinaryPrimitives.WriteInt64BigEndian(input, round);
            BinaryPrimitives.WriteInt64BigEndian(input[8..], right);
            HMACSHA256.HashData(key, input, hash);
            (left, right) = (right, left ^ (BinaryPrimitives.ReadInt64BigEndian(hash) & HalfMask));
        }

        return (left << HalfBits) | right;
    }
}
