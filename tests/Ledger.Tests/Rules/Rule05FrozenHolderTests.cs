using Npgsql;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 5: a frozen holder of the turn is removed, unless it waits for a standby (<see cref="StandbyTests"/>).</summary>
public sealed class Rule05FrozenHolderTests
{
    [Fact]
    public async Task Who_is_silent_in_the_turn_loses_it_and_the_session()
    {
        await using var ledger = await RealLedger.CreateAsync();
        using var frozen = ledger.Store();
        frozen.Load();
        frozen.Begin(keepTurn: false); // and nothing more

        var journal = await ledger.StartAsync(new LedgerOptions { TurnTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.True((await journal.Post(Given.Transfer(1, 1))).IsPosted);
        Assert.Throws<Writing.StoreLostException>(() => frozen.HasAttempt(Given.Tx(1)));
    }

    [Fact]
    public async Task A_turn_that_was_kept_is_taken_from_a_silent_holder_too()
    {
        await using var ledger = await RealLedger.CreateAsync();
        using var frozen = ledger.Store();
        frozen.Load();
        frozen.Begin(keepTurn: true);
        frozen.Rollback();

        var journal = await ledger.StartAsync(new LedgerOptions { TurnTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.True((await journal.Post(Given.Transfer(1, 1))).IsPosted);
    }

    [Fact]
    public async Task Only_the_holder_of_the_turn_is_removed()
    {
        await using var ledger = await RealLedger.CreateAsync();
        await using var bystander = await ledger.Open().Writer("ledger").OpenConnectionAsync();
        await using (var other = new NpgsqlCommand("select pg_advisory_lock(1)", bystander))
            await other.ExecuteNonQueryAsync();
        using var frozen = ledger.Store();
        frozen.Begin(keepTurn: false);

        await ledger.StartAsync(new LedgerOptions { TurnTimeout = TimeSpan.FromMilliseconds(300) });
        await using var alive = new NpgsqlCommand("select 1", bystander);
        Assert.Equal(1, await alive.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_session_that_is_silent_or_unreachable_is_ended_by_the_server_as_well()
    {
        await using var ledger = await RealLedger.CreateAsync();
        await using var connection = await ledger.Open().Writer("ledger").OpenConnectionAsync();
        Assert.Equal(("60000", "15000"), (await Set("idle_in_transaction_session_timeout"), await Set("tcp_user_timeout")));

        // What the session was started with: on a Unix socket the second has no effect, and shows as 0.
        async Task<string> Set(string name)
        {
            await using var command = new NpgsqlCommand($"select reset_val from pg_settings where name = '{name}'", connection);
            return (string)(await command.ExecuteScalarAsync())!;
        }
    }
}
