using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;

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
        await using var connection = await (await server.App).Database.Requests("accounts").OpenConnectionAsync();
        var tables = (
            await connection.QueryAsync<string>(
                """
                select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'accounts' and c.relkind = 'r' and has_any_column_privilege(c.oid, 'select') order by 1
                """
            )
        ).ToList();
        Assert.Equal(["accounts", "activity", "beneficiaries", "category_rules", "defaults", "statements", "transfers"], tables);
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
