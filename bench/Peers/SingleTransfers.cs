using Npgsql;
using NpgsqlTypes;

namespace Hazina.Bench.Peers;

/// <summary>
/// One transfer a call, one commit a call, by 64 callers at once, each with a connection of its own and a prepared statement: as a service
/// of many threads uses such a ledger.
/// </summary>
abstract class SingleTransfers(string name, string? functions, string what, string sql, bool hot)
    : SqlPeer(name, functions, what, callers: 64)
{
    public override async Task<ICaller> Connect(int number, CancellationToken stop)
    {
        var connection = await Source.OpenConnectionAsync(stop);
        var caller = new Caller(connection, sql, new Traffic(number, hot), IsPosted);
        await caller.Prepare(stop);
        return caller;
    }

    /// <summary>Whether this answer says that the transfer was posted.</summary>
    protected abstract bool IsPosted(object? answer);

    sealed class Caller : ICaller
    {
        readonly NpgsqlConnection connection;
        readonly NpgsqlCommand command;
        readonly Traffic traffic;
        readonly Func<object?, bool> isPosted;
        readonly NpgsqlParameter<Guid> id = new() { NpgsqlDbType = NpgsqlDbType.Uuid };
        readonly NpgsqlParameter<long> from = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
        readonly NpgsqlParameter<long> to = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
        readonly NpgsqlParameter<decimal> amount = new() { NpgsqlDbType = NpgsqlDbType.Numeric };

        public Caller(NpgsqlConnection connection, string sql, Traffic traffic, Func<object?, bool> isPosted)
        {
            (this.connection, this.traffic, this.isPosted) = (connection, traffic, isPosted);
            command = new NpgsqlCommand(sql, connection) { Parameters = { id, from, to, amount } };
        }

        public Task Prepare(CancellationToken stop) => command.PrepareAsync(stop);

        public async Task<int> Call()
        {
            var transfer = traffic.Next();
            (id.TypedValue, from.TypedValue, to.TypedValue, amount.TypedValue) = (transfer.Id, transfer.From, transfer.To, transfer.Amount);
            while (true)
            {
                try
                {
                    var answer = await command.ExecuteScalarAsync();
                    return isPosted(answer) ? 1 : throw new InvalidOperationException($"Not posted: {answer}.");
                }
                catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DeadlockDetected)
                {
                    // Nothing was done; as a service would, it tries again. The time lost counts.
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await command.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
