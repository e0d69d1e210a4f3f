using System.Reflection;
using Hazina.Host;
using Npgsql;

namespace Hazina.Ledger.Tests.Rules;

/// <summary>Rule 7: statements alongside run as their module's writer, and every one of them is prepared under that role.</summary>
public sealed class Rule07WriterRoleTests
{
    [Fact]
    public async Task Every_statement_alongside_can_be_prepared_as_its_modules_writer()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var modules = typeof(Modules)
            .Assembly.GetReferencedAssemblies()
            .Where(a => a.Name!.StartsWith("Hazina.", StringComparison.Ordinal))
            .Select(Assembly.Load)
            .ToList();
        Assert.Contains(typeof(LedgerModule).Assembly, modules);
        foreach (var statement in modules.SelectMany(StatementsOf))
            Assert.True(await FaultOf(ledger, statement) is null, $"{statement.Name} cannot be run by {statement.Module}_writer");
    }

    [Fact]
    public async Task A_statement_without_the_right_or_with_a_wrong_name_is_found()
    {
        await using var ledger = await RealLedger.CreateAsync();
        Assert.Contains(TrialModule.Insert, StatementsOf(typeof(TrialModule).Assembly));
        foreach (var good in (AlongsideStatement[])[TrialModule.Insert, TrialModule.InsertChild, TrialModule.Bump, TrialModule.Touch])
            Assert.Null(await FaultOf(ledger, good));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await FaultOf(ledger, TrialModule.Trespass));
        var misspelt = TrialModule.Touch with { Sql = TrialModule.Touch.Sql.Replace("trial.rows", "rows", StringComparison.Ordinal) };
        Assert.Equal(PostgresErrorCodes.UndefinedTable, await FaultOf(ledger, misspelt));
    }

    [Fact]
    public async Task Rows_alongside_are_written_by_the_modules_writer_and_the_ledgers_rows_by_its_own()
    {
        await using var ledger = await RealLedger.CreateAsync();
        await ledger.Execute(
            """
            create function trial.is_ledgers() returns trigger language plpgsql as $$ begin
                if current_user <> 'ledger_writer' then raise exception 'batches are written by %', current_user; end if;
                return new;
            end $$;
            create trigger is_ledgers before insert on ledger.batches for each row execute function trial.is_ledgers();
            """
        );
        var journal = await ledger.StartAsync();
        Assert.True((await journal.Post(Given.Transfer(1, 1).WithPayment())).IsPosted);
        Assert.Equal("trial_writer", await ledger.Ask<string>("select by from trial.payments"));
    }

    [Fact]
    public async Task A_module_cannot_write_what_is_not_its_own()
    {
        await using var ledger = await RealLedger.CreateAsync();
        var journal = await ledger.StartAsync();
        var outcomes = await journal.PostMany([Given.Transfer(1, 1).With(TrialModule.Trespass), Given.Transfer(2, 2).WithPayment()]);
        Assert.Equal([OutcomeStatus.Faulty, OutcomeStatus.Posted], outcomes.Select(o => o.Status));
        Assert.Equal(0, await ledger.Ask<long>("select count(*) from ledger.book_batches where batch > 100000"));
    }

    [Fact]
    public async Task A_connection_that_took_no_role_may_touch_nothing()
    {
        await using var ledger = await RealLedger.CreateAsync();
        await using var bare = await ledger.Open().Bare().OpenConnectionAsync();
        await using var command = new NpgsqlCommand("select count(*) from trial.payments", bare);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteScalarAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    static IEnumerable<AlongsideStatement> StatementsOf(Assembly assembly) =>
        from type in assembly.GetTypes()
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where field.FieldType == typeof(AlongsideStatement)
        select (AlongsideStatement)field.GetValue(null)!;

    /// <summary>Null, or the code of the error. Explaining it with empty arrays checks the rights, which preparing alone does not.</summary>
    static async Task<string?> FaultOf(RealLedger ledger, AlongsideStatement statement)
    {
        await using var connection = await ledger.Open().Writer(statement.Module).OpenConnectionAsync();
        try
        {
            await Run($"prepare alongside as {statement.Sql}");
            await Run($"explain execute alongside({string.Join(", ", Enumerable.Repeat("null", 1 + statement.Columns.Count))})");
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }

        async Task Run(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
