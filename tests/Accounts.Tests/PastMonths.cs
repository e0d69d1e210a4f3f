using Dapper;
using Npgsql;

namespace Hazina.Accounts.Tests;

/// <summary>What a test has done in a minute, spread over the last months in the same order.</summary>
static class PastMonths
{
    /// <summary>While no server runs on it. Gives all that was booked, in order.</summary>
    public static async Task<IReadOnlyList<(Guid Account, DateTimeOffset At, decimal Signed)>> Spread(TestDatabase database)
    {
        await using var owner = new NpgsqlConnection(database.ConnectionString);
        await owner.OpenAsync();
        await owner.ExecuteAsync(SpreadSql);
        return [.. await owner.QueryAsync<(Guid, DateTimeOffset, decimal)>(BookedSql)];
    }

    // A batch is a day and a half from the one before it; the newest was made when it was.
    const string SpreadSql = """
        set session_replication_role = replica;
        create temp table moved as
            select number, recorded_at as was, recorded_at - ((select max(number) from ledger.batches) - number) * interval '36 hours' as becomes
              from ledger.batches where number > 0;
        update ledger.batches b set recorded_at = m.becomes from moved m where m.number = b.number;
        update ledger.journal j set recorded_at = m.becomes from moved m where m.was = j.recorded_at;
        update ledger.accounts a set opened_at = m.becomes from moved m where m.was = a.opened_at;
        update ledger.balance_snapshots s set at = m.becomes from moved m where m.was = s.at;
        update accounts.activity a set occurred_at = m.becomes from moved m where m.was = a.occurred_at;
        update accounts.accounts a set opened_at = m.becomes from moved m where m.was = a.opened_at;
        """;

    const string BookedSql = """
        select account_id, occurred_at, case when side = 'credit' then amount else -amount end from accounts.activity where status = 'completed'
         order by occurred_at, journal_row
        """;
}
