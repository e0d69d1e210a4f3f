using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>
/// What the database itself holds, and what lies outside of the chain. A constraint that is there is trusted, because PostgreSQL enforces it; where
/// one is missing, what it held is counted.
/// </summary>
sealed class Guards(NpgsqlConnection connection, Findings findings)
{
    public void Check(StoredHead last)
    {
        CheckTriggers();
        if (!AreIdsUnique())
            CountIds();
        Ask(UsedTwiceSql, "The id {0} belongs to a {1} and to a {2}: an id has one outcome.");
        Ask(StrayRowsSql, "Row {0} belongs to no batch.", FindingKind.Journal, last.Header.LastRow);
        Ask(StrayRefusalsSql, "Refusal {0} belongs to batch {1}, which is not there.", FindingKind.Journal, last.Header.Number);
        Ask(StrayBulksSql, "Bulk {0} belongs to batch {1}, which is not there.", FindingKind.Journal, last.Header.Number);
        Ask(StrayDetailsSql, "There are details for row {0}, which is not there.", FindingKind.Journal, last.Header.LastRow);
        Ask(StrayValueDatesSql, "Row {0} is stored as value-dated, and is not there.", FindingKind.Stored, last.Header.LastRow);
    }

    void CheckTriggers()
    {
        using var command = new NpgsqlCommand(MissingTriggersSql, connection);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            findings.Add(
                FindingKind.Guard,
                null,
                null,
                $"The trigger that keeps ledger.{reader.GetString(0)} append-only is {(reader.GetBoolean(1) ? "switched off" : "gone")}: "
                    + $"somebody wanted to change what must not change."
            );
        }
    }

    bool AreIdsUnique()
    {
        using var command = new NpgsqlCommand(MissingKeysSql, connection);
        using var reader = command.ExecuteReader();
        var all = true;
        while (reader.Read())
        {
            all = false;
            findings.Add(
                FindingKind.Guard,
                null,
                null,
                $"The constraint or index ledger.{reader.GetString(0)}, which keeps ids unique, is gone or not valid."
            );
        }

        return all;
    }

    void CountIds()
    {
        Ask(RepeatedIdsSql, "Transaction {0} begins {1} times.");
        Ask(RepeatedReversalsSql, "Transaction {0} is reversed {1} times.");
    }

    void Ask(string sql, string sentence, FindingKind kind = FindingKind.Journal, long? last = null)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        if (last is { } given)
            command.Parameters.Add(new NpgsqlParameter { Value = given });
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            findings.Add(kind, null, values[0] as long?, string.Format(sentence, values));
        }
    }

    const string MissingTriggersSql = """
        select expected.name, t.tgname is not null
        from unnest(array['journal', 'transaction_details', 'refusals', 'bulks', 'batches', 'balance_snapshots']) as expected(name)
        left join pg_trigger as t
          on t.tgrelid = to_regclass('ledger.' || expected.name) and t.tgname = expected.name || '_append_only'
        where t.tgname is null or t.tgenabled not in ('O', 'A')
        order by expected.name
        """;

    const string MissingKeysSql = """
        select expected.name
        from unnest(array['journal_pkey', 'journal_transaction_leg_key', 'transaction_details_pkey', 'transaction_details_reverses_key',
                          'refusals_pkey', 'bulks_pkey', 'batches_pkey', 'batches_attempt_key']) as expected(name)
        left join pg_index as i on i.indexrelid = to_regclass('ledger.' || expected.name)
        where i.indexrelid is null or not (i.indisunique and i.indisvalid and i.indisready and i.indislive)
        order by expected.name
        """;

    const string RepeatedIdsSql = """
        select transaction_id, count(*) from ledger.journal where leg = 0 group by transaction_id having count(*) > 1 limit 20
        """;

    const string RepeatedReversalsSql = """
        select reverses, count(*) from ledger.transaction_details where reverses is not null group by reverses having count(*) > 1 limit 20
        """;

    const string UsedTwiceSql = """
        select id, 'refusal', 'transaction' from ledger.refusals as r
        where exists (select from ledger.journal as j where j.transaction_id = r.id and j.leg = 0)
        union all
        select id, 'bulk', 'transaction' from ledger.bulks as b
        where exists (select from ledger.journal as j where j.transaction_id = b.id and j.leg = 0)
        union all
        select b.id, 'bulk', 'refusal' from ledger.bulks as b join ledger.refusals as r using (id)
        limit 20
        """;

    const string StrayRowsSql = "select seq from ledger.journal where seq > $1 or seq < 1 order by seq limit 20";

    const string StrayRefusalsSql = "select id, batch from ledger.refusals where batch > $1 or batch < 1 order by batch limit 20";

    const string StrayBulksSql = "select id, batch from ledger.bulks where batch > $1 or batch < 1 order by batch limit 20";

    const string StrayDetailsSql = "select seq from ledger.transaction_details where seq > $1 or seq < 1 order by seq limit 20";

    const string StrayValueDatesSql = "select seq from ledger.value_dated where seq > $1 or seq < 1 order by seq limit 20";
}
