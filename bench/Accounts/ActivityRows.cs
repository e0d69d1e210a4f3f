using Npgsql;

namespace Hazina.Bench.Accounts;

/// <summary>
/// Many accounts of one holder and their activity, without the ledger's postings: rows in the order in which they would have come, so that those of one account
/// lie as far apart as the table is long.
/// </summary>
static class ActivityRows
{
    public const int Accounts = 10_000;

    const int AtOnce = 500_000;

    /// <summary>As the statements below make it.</summary>
    public static Guid AccountId(int number) => Guid.Parse($"01900000-0000-7000-8000-{number:x12}");

    /// <summary>
    /// Makes them. Indexes are taken down before and built anew afterwards, which takes a third of the time; they are as dense then as a vacuum would have
    /// them, and a little denser than they grow.
    /// </summary>
    /// <param name="connectionString">The owner's.</param>
    /// <param name="holder">Whose they are.</param>
    /// <param name="rows">Of activity.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task Make(string connectionString, Guid holder, long rows, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(stop);
        // The rows refer to what is there: that each is looked up is not what is measured.
        await Run(
            connection,
            "set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '1GB'",
            stop
        );
        await Run(connection, AccountsSql, stop, holder, Accounts);
        var indexes = await Indexes(connection, stop);
        foreach (var (name, _) in indexes)
            await Run(connection, $"drop index accounts.{name}", stop);
        for (var done = 0L; done < rows; done += AtOnce)
        {
            await Run(connection, RowsSql, stop, holder, Accounts, done, Math.Min(rows, done + AtOnce) - 1, rows);
            if ((done + AtOnce) % (5 * AtOnce) == 0)
                Report.Line($"{Math.Min(rows, done + AtOnce):N0} of {rows:N0} rows");
        }

        foreach (var (name, definition) in indexes)
        {
            Report.Line($"indexing {name}");
            await Run(connection, definition, stop);
        }

        await Run(connection, "vacuum (analyze) accounts.activity", stop);
        await Run(connection, "analyze accounts.accounts", stop);
        await Run(connection, "checkpoint", stop);
    }

    /// <summary>Those that can be taken down: the key stays and grows at its end, as does the one that a listener asks for.</summary>
    static async Task<IReadOnlyList<(string Name, string Definition)>> Indexes(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(IndexesSql, connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var found = new List<(string, string)>();
        while (await reader.ReadAsync(stop))
            found.Add((reader.GetString(0), reader.GetString(1)));
        return found;
    }

    static async Task Run(NpgsqlConnection connection, string sql, CancellationToken stop, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(stop);
    }

    const string IndexesSql = """
        select c.relname::text, pg_get_indexdef(i.indexrelid)
          from pg_index i join pg_class c on c.oid = i.indexrelid
         where i.indrelid = 'accounts.activity'::regclass and not i.indisunique and c.relname <> 'activity_transaction'
         order by 1
        """;

    const string AccountsSql = """
        insert into accounts.accounts (id, no, number, book, owner_type, owner_id, kind, currency, opened_at, updated_at)
        select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1000000 + n, lpad((100000000000 + n)::text, 12, '0'), 'live', 'user', $1,
               'wallet', 'KES', now() - interval '2 years', now() - interval '2 years'
          from generate_series(0, $2 - 1) as n
        """;

    // Over two years whatever their number, the last one now; one of five hundred has failed.
    const string RowsSql = """
        insert into accounts.activity (id, account_id, owner_type, owner_id, book, type, status, side, amount, currency, balance_after, category, category_by,
               reference, description, counterparty, source, source_id, transaction_id, journal_row, occurred_at, updated_at)
        select (lpad(to_hex(n), 8, '0') || '-0001-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
               ('01900000-0000-7000-8000-' || lpad(to_hex((n * 7919) % $2), 12, '0'))::uuid, 'user', $1, 'live',
               case n % 7 when 0 then 'deposit' when 1 then 'payment' else 'transfer' end, case when n % 501 = 0 then 'failed' else 'completed' end,
               case n % 3 when 0 then 'credit' else 'debit' end, 1 + (n / 10000 * 37 + n) % 1000, 'KES', case when n % 501 > 0 then 1000 end,
               case n % 7 when 1 then (array['food', 'rent', 'fares'])[1 + n / 7 % 3] end, case n % 7 when 1 then 'rule' end, 'R' || n,
               'Something that was paid for, number ' || n, 'Somebody or other', 'bench',
               (lpad(to_hex(n), 8, '0') || '-0002-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
               (lpad(to_hex(n), 8, '0') || '-0003-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1000000 + n,
               now() - interval '2 years' + n * (interval '2 years' / $5::float8), now()
          from generate_series($3, $4) as n
        """;
}
