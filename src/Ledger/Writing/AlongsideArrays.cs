using Npgsql;
using NpgsqlTypes;

namespace Hazina.Ledger.Writing;

/// <summary>Columns of values as typed arrays, the parameters of a set.</summary>
static class AlongsideArrays
{
    /// <exception cref="InvalidCastException">A value is not of the column's type.</exception>
    public static NpgsqlParameter Parameter(NpgsqlDbType type, object?[] values) =>
        new()
        {
            NpgsqlDbType = type | NpgsqlDbType.Array,
            Value = type switch
            {
                NpgsqlDbType.Uuid => Structs<Guid>(values),
                NpgsqlDbType.Bigint => Structs<long>(values),
                NpgsqlDbType.Integer => Structs<int>(values),
                NpgsqlDbType.Smallint => Structs<short>(values),
                NpgsqlDbType.Boolean => Structs<bool>(values),
                NpgsqlDbType.Numeric => Structs<decimal>(values),
                NpgsqlDbType.TimestampTz => Structs<DateTimeOffset>(values),
                NpgsqlDbType.Date => Structs<DateOnly>(values),
                NpgsqlDbType.Text or NpgsqlDbType.Varchar or NpgsqlDbType.Jsonb or NpgsqlDbType.Json => Array.ConvertAll(
                    values,
                    v => (string?)v
                ),
                NpgsqlDbType.Bytea => Array.ConvertAll(values, v => (byte[]?)v),
                _ => throw new InvalidCastException($"Statements alongside have no columns of type {type}."),
            },
        };

    static T?[] Structs<T>(object?[] values)
        where T : struct => Array.ConvertAll(values, v => (T?)v);
}
