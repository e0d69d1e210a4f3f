using Npgsql;

namespace Hazina.Bench.Peers;

/// <summary>
/// The floor: the journal's rows alone, by binary COPY, one connection as a journal without gaps has one writer, a commit a batch. Nothing
/// is decided, hashed or looked up.
/// </summary>
sealed class Copy() : Workload("copy", "PostgreSQL", "binary COPY of the journal's rows alone, 8,000 a commit: the floor", callers: 1)
{
    const int Size = 8_000;
    const int Piece = 250;
    NpgsqlDataSource? source;

    NpgsqlDataSource Source => source ?? throw new InvalidOperationException("Prepare comes first.");

    public override async Task Prepare(string connectionString, CancellationToken stop)
    {
        await using var books = await Books.MakeEmpty(connectionString, "copy_floor", stop);
        source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                Database = "copy_floor",
                SearchPath = "copy_floor",
                WriteBufferSize = 65_536,
            }
        );
        await using var command = Source.CreateCommand(SqlPeer.Resource("copy.sql"));
        await command.ExecuteNonQueryAsync(stop);
    }

    public override async Task<ICaller> Connect(int number, CancellationToken stop)
    {
        await using var last = Source.CreateCommand("select coalesce(max(seq), 0) from journal");
        var seq = (long)(await last.ExecuteScalarAsync(stop))!;
        return new Caller(await Source.OpenConnectionAsync(stop), new Traffic(number), seq);
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
        readonly BinaryRows rows = new(Piece * 256);
        long seq = last;

        /// <summary>Synchronous, as a thread of its own is the fastest way; in pieces, so that the server stores one while the next is made.</summary>
        public Task<int> Call()
        {
            var now = DateTime.UtcNow;
            using var copy = connection.BeginRawBinaryCopy(CopySql);
            rows.Begin();
            for (var i = 1; i <= Size; i++)
            {
                Write(traffic.Next(), ++seq, now);
                if (i % Piece == 0)
                    copy.Write(rows.Take());
            }

            rows.End();
            copy.Write(rows.Take());
            return Task.FromResult(Size);
        }

        void Write(Transfer transfer, long row, DateTime now)
        {
            rows.Row(18);
            rows.Bigint(row);
            rows.Smallint(1);
            rows.Uuid(transfer.Id);
            rows.Integer(0);
            rows.Integer(1);
            rows.Text("transfer"u8);
            rows.Bigint(transfer.From);
            rows.Bigint(transfer.To);
            rows.Numeric(transfer.Amount);
            rows.Numeric(Traffic.Opening - transfer.Amount);
            rows.Numeric(Traffic.Opening + transfer.Amount);
            rows.Bigint(row - transfer.From);
            rows.Bigint(row - transfer.To);
            rows.Null();
            rows.Null();
            rows.Smallint(0);
            rows.Null();
            rows.Timestamp(now);
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }

    const string CopySql = """
        copy journal (seq, kind, transaction_id, leg, legs, business_kind, debit_account, credit_account, amount, debit_after, credit_after,
            debit_previous, credit_previous, held_after, reservation, flags, effective_date, recorded_at) from stdin (format binary)
        """;
}
