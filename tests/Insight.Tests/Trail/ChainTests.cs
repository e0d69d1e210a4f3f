using Dapper;
using Hazina.Insight.Trail;
using Npgsql;

namespace Hazina.Insight.Tests.Trail;

/// <summary>What the chain shows, whoever has been at it.</summary>
public sealed class ChainTests
{
    [Fact]
    public async Task A_trail_that_nobody_touched_is_whole()
    {
        await using var trail = await ScratchTrail.CreateAsync();
        Assert.Equal((0, true), ((await trail.Verify()).Entries, (await trail.Verify()).IsWhole));
        await trail.Append(trail.Event(), trail.Event(address: null), trail.Event());
        await trail.Append(trail.Event());
        var report = await trail.Verify();
        Assert.True(report.IsWhole, report.First);
        Assert.Equal((4, 4, 0), (report.Entries, report.Head.Number, report.Erased));
    }

    [Theory]
    [InlineData(
        "update insight.audit_entries set actor_id = 'juma' where number = 3",
        "Entry 3 was changed: its content does not give its hash."
    )]
    [InlineData("update insight.audit_entries set action = 'sample.thing.kept' where number = 1", "Entry 1 was changed")]
    [InlineData("update insight.audit_entries set before = '{\"place\": 1.5}' where number = 2", "Entry 2 was changed")]
    [InlineData("update insight.audit_entries set after = null where number = 5", "Entry 5 was changed")]
    [InlineData(
        "update insight.audit_entries set occurred_at = occurred_at - interval '1 microsecond' where number = 4",
        "Entry 4 was changed"
    )]
    [InlineData("update insight.audit_entries set address = '192.0.2.8' where number = 2", "Entry 2 was changed: its address or agent")]
    [InlineData("update insight.audit_entries set user_agent = null where number = 2", "Entry 2 was changed: its address or agent")]
    [InlineData("update insight.audit_entries set hash = previous_hash where number = 5", "Entry 5 was changed")]
    [InlineData("delete from insight.audit_entries where number = 3", "Entry 3 is missing.")]
    [InlineData("delete from insight.audit_entries where number in (2, 3)", "Entries 2 to 3 are missing.")]
    [InlineData("delete from insight.audit_entries where number = 1", "Entry 1 is missing.")]
    [InlineData("delete from insight.audit_entries where number = 5", "The last entry is 4, and the head says 5")]
    [InlineData("delete from insight.audit_entries; update insight.audit_head set number = 6", "The last entry is 0, and the head says 6")]
    [InlineData(
        """
            insert into insight.audit_entries (number, recorded_at, id, occurred_at, action, actor_type, target_type, previous_hash, hash)
            select 3, recorded_at + interval '1 second', gen_random_uuid(), occurred_at, 'sample.thing.sold', 'system', 'thing', previous_hash, hash
              from insight.audit_entries where number = 3
            """,
        "Entry 3 is there twice."
    )]
    [InlineData(
        """
            insert into insight.audit_entries (number, recorded_at, id, occurred_at, action, actor_type, target_type, previous_hash, hash)
            select 6, recorded_at, gen_random_uuid(), occurred_at, 'sample.thing.sold', 'system', 'thing', hash, sha256(hash)
              from insight.audit_entries where number = 5
            """,
        "Entry 6 was changed"
    )]
    public async Task What_was_changed_taken_out_or_put_in_is_found(string tampering, string found)
    {
        await using var trail = await ScratchTrail.CreateAsync(5);
        await trail.Tamper(tampering);
        var report = await trail.Verify();
        Assert.False(report.IsWhole);
        Assert.StartsWith(found, report.First, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_that_was_written_anew_with_a_hash_that_fits_breaks_the_one_after_it()
    {
        await using var trail = await ScratchTrail.CreateAsync(3);
        var forged = (await Rows(trail))[1] with { ActorId = "juma" };
        forged = forged.Sealed(forged.PreviousHash);
        var hex = Convert.ToHexString(forged.Hash);
        var (salt, digest) = (Convert.ToHexString(forged.OriginSalt!), Convert.ToHexString(forged.OriginDigest!));
        await trail.Tamper(
            $"update insight.audit_entries set actor_id = 'juma', hash = '\\x{hex}', origin_salt = '\\x{salt}', origin_digest = '\\x{digest}' where number = 2"
        );
        var report = await trail.Verify();
        Assert.Equal((1, "Entry 3 does not follow the entry before it: one of the two was changed."), (report.Broken, report.First));
    }

    [Fact]
    public async Task An_end_that_was_cut_off_with_its_head_is_missed_by_whoever_noted_it()
    {
        await using var trail = await ScratchTrail.CreateAsync(4);
        var noted = (await trail.Verify()).Head;
        await trail.Append(trail.Event());
        Assert.True((await trail.Verify(noted)).IsWhole);
        await trail.Tamper(
            """
            delete from insight.audit_entries where number > 3;
            update insight.audit_head h set number = 3, hash = e.hash from insight.audit_entries e where e.number = 3;
            """
        );
        Assert.True((await trail.Verify()).IsWhole);
        Assert.Equal("Entry 4, which was noted, is missing.", (await trail.Verify(noted)).First);
    }

    [Fact]
    public async Task An_address_can_be_erased_and_the_chain_holds()
    {
        await using var trail = await ScratchTrail.CreateAsync(3);
        await using (var connection = await trail.Database.Writer("insight").OpenConnectionAsync())
        {
            Assert.Equal(
                1,
                await connection.ExecuteAsync(
                    "update insight.audit_entries set address = null, user_agent = null, origin_salt = null where number = 2"
                )
            );
        }

        var report = await trail.Verify();
        Assert.True(report.IsWhole, report.First);
        Assert.Equal(1, report.Erased);
    }

    [Theory]
    [InlineData("update insight.audit_entries set address = '192.0.2.8'")]
    [InlineData("update insight.audit_entries set actor_id = 'juma'")]
    [InlineData("delete from insight.audit_entries")]
    [InlineData("truncate insight.audit_entries")]
    [InlineData("update insight.audit_head set number = number - 1")]
    [InlineData("delete from insight.audit_head")]
    public async Task The_database_lets_nobody_change_it_who_does_not_go_round_it(string sql)
    {
        await using var trail = await ScratchTrail.CreateAsync(2);
        await using var owner = trail.Owner();
        foreach (var source in new[] { trail.Database.Writer("insight"), trail.Database.Requests("insight"), owner })
        {
            await using var connection = await source.OpenConnectionAsync();
            var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql));
            Assert.Contains(refused.SqlState, new[] { PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.RestrictViolation });
        }

        Assert.True((await trail.Verify()).IsWhole);
    }

    [Fact]
    public async Task An_event_that_comes_twice_is_one_entry()
    {
        await using var trail = await ScratchTrail.CreateAsync();
        var (one, two, three) = (trail.Event(), trail.Event(), trail.Event());
        await trail.Append(one, two);
        await trail.Append(two, three, one);
        Assert.Equal((3, true), ((await trail.Verify()).Entries, (await trail.Verify()).IsWhole));
    }

    [Fact]
    public async Task Two_at_once_make_one_chain()
    {
        await using var trail = await ScratchTrail.CreateAsync();
        var events = Enumerable.Range(0, 60).Select(_ => trail.Event()).ToList();
        await Task.WhenAll(events.Chunk(3).Select(c => trail.Append(c)));
        var report = await trail.Verify();
        Assert.True(report.IsWhole, report.First);
        Assert.Equal(60, report.Entries);
    }

    [Fact]
    public async Task Months_are_made_ahead_and_what_has_none_still_has_a_place()
    {
        await using var trail = await ScratchTrail.CreateAsync(1);
        const string Months = "select count(*) from pg_inherits where inhparent = 'insight.audit_entries'::regclass";
        var made = await trail.Ask<long>(Months);
        Assert.Equal(14, made);
        trail.Time.Advance(TimeSpan.FromDays(62));
        await new AuditAppender(trail.Database, trail.Time).MakeMonths(CancellationToken.None);
        Assert.InRange(await trail.Ask<long>(Months), 15, 17);

        trail.Time.Advance(TimeSpan.FromDays(3000));
        await trail.Append(trail.Event());
        Assert.Equal(1, await trail.Ask<long>("select count(*) from insight.audit_entries_rest"));
        Assert.True((await trail.Verify()).IsWhole);
    }

    static async Task<List<AuditRow>> Rows(ScratchTrail trail)
    {
        await using var connection = await trail.Database.Writer("insight").OpenConnectionAsync();
        return [.. await connection.QueryAsync<AuditRow>($"select {ListAuditEntries.Columns} from insight.audit_entries order by number")];
    }
}
