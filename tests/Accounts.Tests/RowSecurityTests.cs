using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;

namespace Hazina.Accounts.Tests;

/// <summary>What a stolen query sees: the database itself keeps holders' rows apart.</summary>
public sealed class RowSecurityTests(AccountsServer server)
{
    [Fact]
    public async Task Every_table_of_accounts_has_row_level_security_that_holds_for_its_owner_too()
    {
        await using var connection = await server.Owner();
        var open = await connection.QueryAsync<string>(
            """
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'accounts' and c.relkind = 'r'
               and not (c.relrowsecurity and c.relforcerowsecurity
                        and exists (select from pg_policy p where p.polrelid = c.oid and 'accounts_writer'::regrole = any (p.polroles)))
            """
        );
        Assert.Empty(open);
    }

    [Fact]
    public async Task An_entry_is_of_an_account_that_is_there_and_stays_its()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(100), await asha.Account());
        await using var connection = await (await server.App).Database.Writer("accounts").OpenConnectionAsync();
        await Refused(PostgresErrorCodes.ForeignKeyViolation, CopySql("gen_random_uuid()"));
        await Refused(
            PostgresErrorCodes.InsufficientPrivilege,
            $"update accounts.activity set account_id = '{other}' where account_id = @purse"
        );
        await Refused(PostgresErrorCodes.InsufficientPrivilege, "delete from accounts.accounts where id = @purse");
        Assert.Equal(1, await connection.ExecuteAsync(CopySql("account_id"), new { purse }));
        await using var owner = await server.Owner();
        var kept = await Assert.ThrowsAsync<PostgresException>(() =>
            owner.ExecuteAsync($"delete from accounts.accounts where id = '{purse}'")
        );
        Assert.Equal(PostgresErrorCodes.RestrictViolation, kept.SqlState);

        async Task Refused(string why, string sql)
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql, new { purse }));
            Assert.Equal(why, refused.SqlState);
        }

        static string CopySql(string account) =>
            $"""
                insert into accounts.activity (id, account_id, owner_type, owner_id, book, type, status, side, amount, currency, description, source, source_id,
                       transaction_id, journal_row, occurred_at, updated_at)
                select gen_random_uuid(), {account}, owner_type, owner_id, book, type, status, side, amount, currency, description, source, source_id,
                       transaction_id, journal_row, occurred_at, updated_at
                  from accounts.activity where account_id = @purse
                """;
    }

    [Fact]
    public async Task A_table_of_accounts_shows_the_rows_of_who_asks_and_of_named_organisations_alone()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var duka = await asha.Organization();
        var (purse, till) = (await asha.Account(100), await asha.Account(100, organization: duka));
        var theirs = await juma.Account(100);
        var found = await asha.Recipient(await juma.NumberOf(theirs));
        await asha.Post("/v1/beneficiaries", new JsonObject { ["recipient"] = found });
        await asha.Post("/v1/category-rules", new JsonObject { ["contains"] = "rent", ["category"] = "housing" });
        await asha.Transfer(purse, "recipient", found, 1);
        (
            await asha.Post(
                $"/v1/accounts/{purse}/statements",
                new JsonObject { ["from"] = DateTimeOffset.UtcNow.AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) }
            )
        ).Is(HttpStatusCode.Created);
        var entry = (await asha.Activity(purse))[0]["id"];
        (await asha.Attach($"/v1/accounts/{purse}/activity/{entry}/attachments", "a receipt"u8.ToArray(), "text/plain", null)).Is(
            HttpStatusCode.Created
        );
        await using var connection = await (await server.App).Database.Requests("accounts").OpenConnectionAsync();
        var tables = (
            await connection.QueryAsync<string>(
                """
                select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'accounts' and c.relkind = 'r' and has_any_column_privilege(c.oid, 'select') order by 1
                """
            )
        ).ToList();
        Assert.Equal(
            ["accounts", "activity", "attachments", "beneficiaries", "category_rules", "defaults", "statements", "transfers"],
            tables
        );
        foreach (var table in tables)
        {
            var key = table == "transfers" ? "from_owner_id" : "owner_id";
            Assert.Empty(await connection.QueryAsync<Guid>($"select {key} from accounts.{table}"));
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("select set_config('app.user_id', @id, true)", new { id = asha.Id.ToString() }, transaction);
            var seen = (await connection.QueryAsync<Guid>($"select {key} from accounts.{table}", transaction: transaction)).ToList();
            Assert.NotEmpty(seen);
            Assert.All(seen, id => Assert.Equal(asha.Id, id));
            await connection.ExecuteAsync(
                "select set_config('app.organizations', @duka, true)",
                new { duka = duka.ToString() },
                transaction
            );
            seen = [.. await connection.QueryAsync<Guid>($"select {key} from accounts.{table}", transaction: transaction)];
            Assert.All(seen, id => Assert.Contains(id, new[] { asha.Id, duka }));
            if (table is "accounts" or "activity" or "defaults")
                Assert.Contains(duka, seen);
        }

        Assert.NotEqual(till, purse);
    }
}
