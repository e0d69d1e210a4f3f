using Hazina.Ledger.Proof;

namespace Hazina.Ledger.Tests.Proof;

/// <summary>A superuser may change every table. Whatever he changes is found, and named.</summary>
public sealed class TamperingTests
{
    /// <summary>A row in the middle that moves money and belongs to a transaction of its own.</summary>
    const string AnyLeg =
        "(select seq from ledger.journal where kind = 1 and legs = 1 and reservation is null and flags = 0 and seq > 100 order by seq limit 1)";

    /// <summary>Where a start would take the first position from: nothing later is known of its account, in its own row or saved.</summary>
    const string IsFirstLast =
        "exists (select from ledger.accounts a join ledger.positions p using (number) "
        + "where a.number = accounts[1] and p.last_row = last_rows[1] and a.last_row < last_rows[1])";

    public static TheoryData<string, string, FindingKind, string> Tampering { get; } =
        new()
        {
            {
                "an amount",
                $"update ledger.journal set amount = amount + 1 where seq = {AnyLeg}",
                FindingKind.Journal,
                "Row {leg} does not follow"
            },
            {
                "an amount and its balances",
                $"update ledger.journal set amount = amount + 1, debit_after = debit_after + 1, credit_after = credit_after - 1 where seq = {AnyLeg}",
                FindingKind.Journal,
                "does not follow from the rows before it"
            },
            {
                "a balance after",
                $"update ledger.journal set credit_after = credit_after + 1 where seq = {AnyLeg}",
                FindingKind.Journal,
                "Row {leg} does not follow"
            },
            {
                "a link",
                $"update ledger.journal set debit_previous = debit_previous - 1 where seq = {AnyLeg}",
                FindingKind.Journal,
                "Row {leg} does not follow"
            },
            {
                "an account",
                $"update ledger.journal set debit_account = 1 + debit_account % 5 where seq = {AnyLeg}",
                FindingKind.Journal,
                "Row {leg} does not follow"
            },
            {
                "a business kind",
                $"update ledger.journal set business_kind = 'gift' where seq = {AnyLeg}",
                FindingKind.Chain,
                "Something was changed in: rows"
            },
            {
                "an id",
                $"update ledger.journal set transaction_id = gen_random_uuid() where seq = {AnyLeg}",
                FindingKind.Chain,
                "is not what was hashed"
            },
            {
                "the force of a row",
                $"update ledger.journal set flags = 1 where seq = {AnyLeg}",
                FindingKind.Chain,
                "is not what was hashed"
            },
            {
                "a time",
                $"update ledger.journal set recorded_at = recorded_at - interval '1 day' where seq = {AnyLeg}",
                FindingKind.Journal,
                "Row {leg} is not of the time of its batch"
            },
            { "a missing row", $"delete from ledger.journal where seq = {AnyLeg}", FindingKind.Journal, "Row {leg}: it is missing" },
            {
                "two rows swapped",
                $"""
                    alter table ledger.journal drop constraint journal_links;
                    update ledger.journal set seq = 2000000 where seq = {AnyLeg};
                    update ledger.journal set seq = seq - 1 where seq = (select min(j.seq) from ledger.journal as j where not exists
                        (select from ledger.journal as k where k.seq = j.seq - 1) and j.seq > 1);
                    update ledger.journal set seq = (select min(j.seq) + 1 from ledger.journal as j where not exists
                        (select from ledger.journal as k where k.seq = j.seq + 1)) where seq = 2000000
                    """,
                FindingKind.Journal,
                "does not follow from the rows before it"
            },
            {
                "an amount that is no number",
                $"update ledger.journal set amount = 'NaN' where seq = {AnyLeg}",
                FindingKind.Journal,
                "Row {leg}: it holds NaN"
            },
            {
                "a row behind the end",
                "insert into ledger.journal select 1000000, kind, gen_random_uuid(), leg, legs, business_kind, debit_account, "
                    + "credit_account, amount, debit_after, credit_after, debit_previous, credit_previous, held_after, reservation, "
                    + "flags, effective_date, recorded_at from ledger.journal where kind = 1 and legs = 1 limit 1",
                FindingKind.Journal,
                "Row 1000000 belongs to no batch"
            },
            {
                "details",
                "update ledger.transaction_details set content = convert_to(replace(convert_from(content, 'UTF8'), 'a "
                    + "description', 'another one'), 'UTF8') where document ->> 'description' is not null",
                FindingKind.Chain,
                "is not what was hashed"
            },
            {
                "details that are no JSON",
                "update ledger.transaction_details set content = '\\x7b' where document ->> 'description' is not null",
                FindingKind.Journal,
                "cannot be read"
            },
            {
                "a document",
                "update ledger.transaction_details set document = document || '{\"description\": \"another\"}' where document ->> 'description' is not null",
                FindingKind.Journal,
                "have a document that says other things"
            },
            {
                "what is reversed",
                "update ledger.transaction_details set reverses = gen_random_uuid() where seq = (select min(seq) from "
                    + "ledger.transaction_details where reverses is not null)",
                FindingKind.Journal,
                "the column beside them says"
            },
            {
                "missing details",
                "delete from ledger.transaction_details where seq = (select max(seq) from ledger.transaction_details where document ? 'description')",
                FindingKind.Chain,
                "is not what was hashed"
            },
            {
                "details of nothing",
                "insert into ledger.transaction_details values (1000000, '{}', '{}', null)",
                FindingKind.Journal,
                "There are details for row 1000000"
            },
            {
                "a refusal",
                "update ledger.refusals set code = 'ledger.account_closed' where id = (select min(id::text)::uuid from ledger.refusals)",
                FindingKind.Chain,
                "refusal"
            },
            {
                "a missing refusal",
                "delete from ledger.refusals where id = (select min(id::text)::uuid from ledger.refusals)",
                FindingKind.Journal,
                "refusals"
            },
            {
                "a bulk",
                "update ledger.bulks set first_row = first_row + 1 where id = (select min(id::text)::uuid from ledger.bulks)",
                FindingKind.Chain,
                "bulk"
            },
            {
                "a hash",
                "update ledger.batches set hash = sha256('x') where number = 5",
                FindingKind.Chain,
                "The hash of batch 5 is not the hash of what its row says"
            },
            {
                "a root",
                "update ledger.batches set root = sha256('x') where number = 5",
                FindingKind.Chain,
                "What batch 5 holds is not what was hashed"
            },
            { "a node", "update ledger.batches set node = 'another' where number = 5", FindingKind.Chain, "The hash of batch 5" },
            { "the genesis", "update ledger.batches set hash = sha256('x') where number = 0", FindingKind.Chain, "genesis" },
            { "a missing batch", "delete from ledger.batches where number = 5", FindingKind.Chain, "Batch 5 is missing" },
            {
                "where an account stood",
                "update ledger.accounts set debits = debits + 1, credits = credits + 1 where number = 3",
                FindingKind.Stored,
                "Account 3 "
            },
            {
                "up to which row it is known",
                "update ledger.accounts set last_row = last_row - 1 where number = 3",
                FindingKind.Stored,
                "Account 3 "
            },
            {
                "where an account was saved",
                $"update ledger.saved_positions set debits[1] = debits[1] + 1, credits[1] = credits[1] + 1 where {IsFirstLast}",
                FindingKind.Stored,
                "is saved with debits"
            },
            {
                "up to which row it was saved",
                $"update ledger.saved_positions set last_rows[1] = last_rows[1] + 1 where {IsFirstLast}",
                FindingKind.Stored,
                "which no batch left as its last one"
            },
            { "what was saved is gone", "delete from ledger.saved_positions", FindingKind.Stored, "The checkpoint says that" },
            { "a floor", "update ledger.accounts set floor = -1000000 where number = 3", FindingKind.Stored, "floor -1000000" },
            { "a book", "update ledger.accounts set book = 'sandbox' where number = 3", FindingKind.Stored, "is stored with book sandbox" },
            { "a missing account", "delete from ledger.accounts where number = 3", FindingKind.Stored, "Account 3 " },
            {
                "an account of nobody",
                "insert into ledger.accounts select 1000000, gen_random_uuid(), book, currency, scale, class, owner, floor, "
                    + "ceiling, frozen, opened_at, closed_at, debits, credits, last_row from ledger.accounts where number = 3",
                FindingKind.Stored,
                "no row of the journal opens it"
            },
            {
                "what is left of a reservation",
                "update ledger.reservations set amount = amount + 1, remaining = remaining + 1 where id = (select "
                    + "min(id::text)::uuid from ledger.reservations where status = 'ACTIVE')",
                FindingKind.Stored,
                "is stored with amount"
            },
            {
                "what was captured of a reservation",
                "update ledger.reservations set captured = captured + 0.01 where id = (select min(id::text)::uuid from ledger.reservations "
                    + "where captured + remaining < amount)",
                FindingKind.Stored,
                "is stored with captured"
            },
            {
                "how a reservation ended",
                "update ledger.reservations set status = 'CAPTURED' "
                    + "where id = (select min(id::text)::uuid from ledger.reservations where status in ('RELEASED', 'EXPIRED'))",
                FindingKind.Stored,
                "status CAPTURED; the journal says"
            },
            {
                "a missing reservation",
                "delete from ledger.reservations where id = (select min(id::text)::uuid from ledger.reservations)",
                FindingKind.Stored,
                "is not stored"
            },
            { "a counter", "update ledger.turnover_counters set total = 0 where total > 0", FindingKind.Stored, "The turnover of account" },
            { "a missing counter", "delete from ledger.turnover_counters", FindingKind.Stored, "is not stored" },
            {
                "a balance snapshot",
                "update ledger.balance_snapshots set balance = balance + 1, available = available + 1 where (account, "
                    + "as_of_row) in (select account, max(as_of_row) from ledger.balance_snapshots group by account limit 1)",
                FindingKind.Stored,
                "says balance"
            },
            {
                "the checkpoint",
                "update ledger.checkpoint set as_of_row = (select max(last_row) from ledger.batches)",
                FindingKind.Stored,
                "The checkpoint says"
            },
            {
                "a value date",
                "update ledger.value_dated set effective_date = effective_date + 1 where seq = (select min(seq) from ledger.value_dated)",
                FindingKind.Stored,
                "value-dated with another date"
            },
            {
                "a missing value date",
                "delete from ledger.value_dated where seq = (select min(seq) from ledger.value_dated)",
                FindingKind.Stored,
                "is not stored as value-dated"
            },
            {
                "the books of a batch",
                "update ledger.book_batches set book = 'other' where batch = 5",
                FindingKind.Stored,
                "batch 5 has rows of book 'other'"
            },
            {
                "a trigger that is switched off",
                "alter table ledger.journal disable trigger journal_append_only; select 1",
                FindingKind.Guard,
                "ledger.journal append-only is switched off"
            },
            {
                "an index that is gone",
                "drop index ledger.transaction_details_reverses_key; select 1",
                FindingKind.Guard,
                "transaction_details_reverses_key"
            },
        };

    [Theory]
    [MemberData(nameof(Tampering))]
    public async Task What_a_superuser_changes_is_found_and_named(string what, string sql, FindingKind kind, string sentence)
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync(seed: 11, postings: 500);
        var leg = await ledger.AskAsync<long>($"select {AnyLeg}");
        await ledger.TamperAsync(sql);
        var report = await ledger.VerifyAsync();
        Assert.False(report.IsWhole, what);
        var expected = sentence.Replace("{leg}", $"{leg}", StringComparison.Ordinal);
        Assert.True(
            report.Findings.Any(f => f.Kind == kind && f.What.Contains(expected, StringComparison.Ordinal)),
            $"{what}: no {kind} says '{expected}', but:\n{string.Join('\n', report.Findings)}"
        );
    }

    [Fact]
    public async Task The_first_break_comes_first_and_later_ones_are_found_too()
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync(seed: 11, postings: 500);
        var leg = await ledger.AskAsync<long>($"select {AnyLeg}");
        var last = await ledger.AskAsync<long>("select max(number) from ledger.batches");
        await ledger.TamperAsync($"update ledger.journal set amount = amount + 1 where seq = {leg}");
        await ledger.TamperAsync($"update ledger.batches set root = sha256('x') where number = {last}");
        var report = await ledger.VerifyAsync();
        Assert.Equal((FindingKind.Journal, leg), (report.Findings[0].Kind, report.Findings[0].Row));
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.Chain && f.Batch == last);
        Assert.False(report.IsReplayed);
        Assert.Contains(report.Remarks, r => r.Contains($"row {leg}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("journal")]
    [InlineData("transaction_details")]
    [InlineData("refusals")]
    [InlineData("bulks")]
    [InlineData("batches")]
    [InlineData("balance_snapshots")]
    public async Task What_is_the_truth_can_only_be_appended_to(string table)
    {
        await using var ledger = await ProvenLedger.WithHistoryAsync(seed: 3, postings: 200);
        var column = table switch
        {
            "journal" or "transaction_details" => "seq",
            "batches" => "number",
            "balance_snapshots" => "account",
            _ => "batch",
        };
        string[] changes =
        [
            $"update ledger.{table} set {column} = {column}",
            $"delete from ledger.{table}",
            $"truncate ledger.{table} cascade",
        ];
        foreach (var change in changes)
        {
            // The superuser meets the trigger, everybody else has no right to begin with.
            Assert.Equal("23001", await Refusal(ledger.Owner(), change));
            Assert.Equal("42501", await Refusal(ledger.Database.Requests("ledger"), change));
            Assert.Equal("42501", await Refusal(ledger.Database.Writer("ledger"), change));
        }
    }

    static async Task<string?> Refusal(Npgsql.NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync())).SqlState;
    }
}
