using System.Data;
using Dapper;

namespace Hazina.Platform.Postgres;

/// <summary>Dapper, told once per process: snake_case columns, dates as <see cref="DateOnly"/>, times as <see cref="DateTimeOffset"/> in UTC.</summary>
static class DapperSetup
{
    static readonly Lazy<bool> Done = new(() =>
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        // Dapper knows these two itself and would pass over the handlers when it sends them.
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.RemoveTypeMap(typeof(DateOnly));
        SqlMapper.RemoveTypeMap(typeof(DateOnly?));
        SqlMapper.AddTypeHandler(new TimeHandler());
        SqlMapper.AddTypeHandler(new DateHandler());
        SqlMapper.AddTypeHandler(new ArrayHandler<string>());
        SqlMapper.AddTypeHandler(new ArrayHandler<Guid>());
        SqlMapper.AddTypeHandler(new ArrayHandler<int>());
        SqlMapper.AddTypeHandler(new ArrayHandler<long>());
        SqlMapper.AddTypeHandler(new ArrayHandler<decimal>());
        return true;
    });

    public static void Ensure() => _ = Done.Value;

    sealed class TimeHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) =>
            value switch
            {
                DateTimeOffset time => time.ToUniversalTime(),
                DateTime { Kind: DateTimeKind.Utc } time => new DateTimeOffset(time),
                // A timestamp without time zone names no moment; reading one as if it did is how hours get lost.
                _ => throw new DataException($"{value.GetType().Name} is not a timestamptz; times are stored with their zone."),
            };

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();
    }

    sealed class DateHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) =>
            value switch
            {
                DateOnly date => date,
                DateTime time => DateOnly.FromDateTime(time),
                _ => throw new DataException($"{value.GetType().Name} is not a date."),
            };

        public override void SetValue(IDbDataParameter parameter, DateOnly value)
        {
            parameter.DbType = DbType.Date;
            parameter.Value = value;
        }
    }

    /// <summary>The driver announces an array as one of anything, which fits no record's constructor.</summary>
    sealed class ArrayHandler<T> : SqlMapper.TypeHandler<T[]>
    {
        public override T[] Parse(object value) => (T[])value;

        public override void SetValue(IDbDataParameter parameter, T[]? value) => parameter.Value = (object?)value ?? DBNull.Value;
    }
}
