using Hazina.Ledger.Writing;
using NpgsqlTypes;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>What a module puts alongside, in the simulation: a row a posting, a guarded row, one that is always faulty, one that is always locked.</summary>
static class SimulatedModule
{
    /// <summary>Values: the posting's id, "posted" or "refused", its row, the code.</summary>
    public static AlongsideStatement Insert { get; } =
        new("payments", "insert", "", [NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Text]);

    /// <summary>Values: the row's key, the version that it must have.</summary>
    public static AlongsideStatement Update { get; } =
        new("payments", "update", "", [NpgsqlDbType.Text, NpgsqlDbType.Integer], Guarded: true);

    public static AlongsideStatement Poison { get; } = new("payments", "poison", "", []);

    public static AlongsideStatement Locked { get; } = new("cards", "locked", "", []);

    public static IReadOnlyList<AlongsideRow> WhenPosted(Posting posting) =>
        [new AlongsideRow(Insert, null, [posting.Id, "posted", Fill.Row, Fill.RefusalCode])];

    public static IReadOnlyList<AlongsideRow> WhenRefused(Posting posting) =>
        [new AlongsideRow(Insert, null, [posting.Id, "refused", Fill.Row, Fill.RefusalCode])];

    /// <summary>As the SQL would run it: kind by kind, whole sets.</summary>
    public static void Run(IReadOnlyList<AlongsideCall> calls, SimulatedTables tables)
    {
        foreach (var (statement, rows) in calls.Select(c => (c.Statement, c.Rows)))
        {
            int[] blamed = [.. rows.Select(r => r.Item).Distinct()];
            if (statement == Locked)
                throw new BatchRejectedException(RejectedBecause.Blocked, blamed);
            if (statement == Poison)
                throw new BatchRejectedException(RejectedBecause.Faulty, blamed.Length == 1 ? blamed : []);
            if (statement == Update)
            {
                var missed = rows.Where(r => tables.VersionOf((string)r.Values[0]!) != (int)r.Values[1]!)
                    .Select(r => r.Item)
                    .Distinct()
                    .ToList();
                if (missed.Count > 0)
                    throw new BatchRejectedException(RejectedBecause.Missed, missed);
                var twice = rows.GroupBy(r => (string)r.Values[0]!).FirstOrDefault(g => g.Count() > 1)?.Key;
                if (twice is not null)
                    tables.Doubled.Add($"key {twice} in one batch");
            }
        }
    }
}
