using Npgsql;
using NpgsqlTypes;

namespace Hazina.Bench.Peers;

/// <summary>
/// The set-wise function of <c>batched.sql</c>, by two callers: while one's batch is being decided, the other's arrays are made and sent. More
/// would only wait for each other's locks.
/// </summary>
sealed class Batched(bool hot = false)
    : SqlPeer(
        hot ? "batched-hot" : "batched",
        "batched.sql",
        "plpgsql function over arrays of 8,000, set-wise" + (hot ? "; into one account" : ""),
        callers: 2
    )
{
    const int Size = 8_000;

    public override async Task<ICaller> Connect(int number, CancellationToken stop)
    {
        var caller = new Caller(await Source.OpenConnectionAsync(stop), new Traffic(number, hot));
        await caller.Prepare(stop);
        return caller;
    }

    sealed class Caller : ICaller
    {
        readonly NpgsqlConnection connection;
        readonly NpgsqlCommand command;
        readonly Traffic traffic;
        readonly Guid[] ids = new Guid[Size];
        readonly long[] from = new long[Size];
        readonly long[] to = new long[Size];
        readonly decimal[] amounts = new decimal[Size];

        public Caller(NpgsqlConnection connection, Traffic traffic)
        {
            (this.connection, this.traffic) = (connection, traffic);
            command = new NpgsqlCommand("select transfer_batch($1, $2, $3, $4)", connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                    new NpgsqlParameter<long[]> { TypedValue = from, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                    new NpgsqlParameter<long[]> { TypedValue = to, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                    new NpgsqlParameter<decimal[]> { TypedValue = amounts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Numeric },
                },
            };
        }

        public Task Prepare(CancellationToken stop) => command.PrepareAsync(stop);

        public async Task<int> Call()
        {
            for (var i = 0; i < Size; i++)
            {
                var transfer = traffic.Next();
                (ids[i], from[i], to[i], amounts[i]) = (transfer.Id, transfer.From, transfer.To, transfer.Amount);
            }

            var answers = (short[])(await command.ExecuteScalarAsync())!;
            return answers.All(answer => answer == 0) ? answers.Length : throw new InvalidOperationException("Not all were posted.");
        }

        public async ValueTask DisposeAsync()
        {
            await command.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
