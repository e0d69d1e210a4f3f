using Npgsql;
using NpgsqlTypes;

namespace Hazina.Bench.Peers;

/// <summary>
/// The floor: the journal's rows alone, by binary COPY, one connection as a journal without gaps has one writer, a commit a batch. Nothing
/// is decided, hashed or looked up.
/// </summary>
sealed class Copy() : Workload("copy", "PostgreSQL", "binary COPY of the journal's rows alone, 8,000 a commit: the floor", callers: 1)
{
    const int Size = 8_000;
    NpgsqlDataSource? source;

    NpgsqlDataSource Source => source ?? throw new InvalidOperationException("Prepare comes first.");

    public override async Task Prepare(string connectionString, CancellationToken stop)
    {
        source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "copy_floor" });
        await using var command = Source.CreateCommand("create schema copy_floor;" + SqlPeer.Resource("copy.sql"));
        await command.ExecuteNonQueryAsync(stop);
    }

    public override async Task<ICaller> Connect(int number, CancellationToken stop)
    {
        await using var last = Source.CreateCommand("select coalesce(max(seq), 0) from journal");
        var seq = (long)(await last.ExecuteScalarAsync(stop))!;
        return new Caller(await Source.OpenConnectionAsync(stop), new Traffic(number, hot: false), seq);
    }

    public override async Task Check(long acknowledged, CancellationToken stop)
    {
        await using var command = Source.CreateCommand("select count(*) from journal");
        if ((long)(await command.ExecuteScalarAsync(stop))! != acknowledged)
            throw new InvalidOperationException("COPY kept another number of rows than it acknowledged.");
    }

    public override async ValueTask DisposeAsync()
    {
        if (source is not null)
            await source.DisposeAsync();
    }

    sealed class Caller(NpgsqlConnection connection, Traffic traffic, long last) : ICaller
    {
        long seq = last;

        /// <summary>Synchronous: a thread of its own is the fastest way to write, and this is the floor.</summary>
        public Task<int> Call()
        {
            var now = DateTime.UtcNow;
            using var writer = connection.BeginBinaryImport(CopySql);
            for (var i = 0; i < Size; i++)
                Write(writer, traffic.Next(), ++seq, now);
            writer.Complete();
            return Task.FromResult(Size);
        }

        static void Write(NpgsqlBinaryImporter writer, Transfer transfer, long seq, DateTime now)
        {
            writer.StartRow();
            writer.Write(seq, NpgsqlDbType.Bigint);
            writer.Write((short)1, NpgsqlDbType.Smallint);
            writer.Write(transfer.Id, NpgsqlDbType.Uuid);
            writer.Write(0, NpgsqlDbType.Integer);
            writer.Write(1, NpgsqlDbType.Integer);
            writer.Write("transfer", NpgsqlDbType.Text);
            writer.Write((long)transfer.From, NpgsqlDbType.Bigint);
            writer.Write((long)transfer.To, NpgsqlDbType.Bigint);
            writer.Write(transfer.Amount, NpgsqlDbType.Numeric);
            writer.Write(Traffic.Opening - transfer.Amount, NpgsqlDbType.Numeric);
            writer.Write(Traffic.Opening + transfer.Amount, NpgsqlDbType.Numeric);
            writer.Write(seq - transfer.From, NpgsqlDbType.Bigint);
            writer.Write(seq - transfer.To, NpgsqlDbType.Bigint);
            writer.WriteNull();
            writer.Write((short)0, NpgsqlDbType.Smallint);
            writer.WriteNull();
            writer.Write(now, NpgsqlDbType.TimestampTz);
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }

    const string CopySql = """
        copy journal (seq, kind, transaction_id, leg, legs, business_kind, debit, credit, amount, debit_balance, credit_balance,
            debit_previous, credit_previous, reservation, flags, effective_date, recorded_at) from stdin (format binary)
        """;
}
