using Hazina.Ledger.Decisions;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>The turnover counted so far, where the period is not over; the others mean nothing any more.</summary>
static class StoredCounters
{
    public static void CompareAtEnd(NpgsqlConnection connection, LedgerState state, Findings findings)
    {
        var left = state.Counters.ToDictionary();
        using var command = new NpgsqlCommand(CountersSql, connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = state.Head.RecordedAt } },
        };
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var key = new CounterKey(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2));
            var stored = new Counter(reader.GetFieldValue<DateTimeOffset>(3), reader.GetDecimal(4));
            if (!left.Remove(key, out var follows))
                Tell(key, "is stored, and nothing was counted there");
            else if (stored != follows)
                Tell(
                    key,
                    $"is stored as {stored.Total} until {stored.PeriodEnd:u}; the journal says {follows.Total} until {follows.PeriodEnd:u}"
                );
        }

        foreach (var (key, _) in left)
            Tell(key, "is not stored");

        void Tell(in CounterKey key, string what) =>
            findings.Add(
                FindingKind.Stored,
                null,
                null,
                $"The turnover of account {key.Account} under '{key.Tag}' since {key.PeriodStart:u} {what}."
            );
    }

    const string CountersSql = "select account, tag, period_start, period_end, total from ledger.turnover_counters where period_end > $1";
}
