using Dapper;
using Hazina.Identity.Tests.Passkeys;
using Npgsql;

namespace Hazina.Identity.Tests;

/// <summary>What a stolen query sees: the database itself keeps people's rows apart.</summary>
public sealed class RowSecurityTests(IdentityServer server)
{
    [Fact]
    public async Task Every_table_has_row_level_security_that_holds_for_its_owner_too()
    {
        await using var connection = new NpgsqlConnection(await server.Owner());
        var open = await connection.QueryAsync<string>(
            """
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'identity' and c.relkind = 'r'
               and not (c.relrowsecurity and c.relforcerowsecurity
                        and exists (select from pg_policy p where p.polrelid = c.oid and 'identity_writer'::regrole = any (p.polroles)))
            """
        );
        Assert.Empty(open);
    }

    [Fact]
    public async Task A_table_that_requests_can_read_shows_the_rows_of_who_asks_and_no_others()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        (
            await juma.Patch(
                "/v1/me",
                new System.Text.Json.Nodes.JsonObject { ["profile"] = new System.Text.Json.Nodes.JsonObject { ["city"] = "Kisumu" } }
            )
        ).Is(System.Net.HttpStatusCode.OK);
        await AuthenticatorApp.Add(juma, TimeProvider.System);
        await juma.WithPasskey();
        await using (var owner = new NpgsqlConnection(await server.Owner()))
        {
            await owner.ExecuteAsync(
                """
                insert into identity.linked_logins (id, user_id, provider, issuer, subject, created_at)
                values (gen_random_uuid(), @User, 'main', 'https://id.example.com', @User, now())
                """,
                new { juma.User }
            );
        }

        (await juma.Post("/v1/me/erasure")).Is(System.Net.HttpStatusCode.Accepted);
        foreach (var person in new[] { asha, juma })
            await Administration.StaffServer.Organization(person);
        var change = new System.Text.Json.Nodes.JsonObject { ["phone"] = IdentityServer.AnyPhone() };
        (await juma.Post("/v1/me/contact-change", change)).Is(System.Net.HttpStatusCode.Accepted);
        await using var connection = await (await server.App).Database.Requests("identity").OpenConnectionAsync();
        var tables = (
            await connection.QueryAsync<string>(
                """
                select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'identity' and c.relkind = 'r' and has_any_column_privilege(c.oid, 'select')
                """
            )
        ).ToList();
        Assert.Equal(
            [
                "activities",
                "authenticators",
                "contact_changes",
                "erasures",
                "invitations",
                "linked_logins",
                "members",
                "organizations",
                "passkeys",
                "preferences",
                "profiles",
                "recovery_codes",
                "sessions",
                "users",
            ],
            tables.Order(StringComparer.Ordinal)
        );
        // What belongs to several is looked at by a test of its own.
        foreach (var table in tables.Except(["invitations", "organizations"]))
        {
            var key = table == "users" ? "id" : "user_id";
            Assert.Empty(await connection.QueryAsync<Guid>($"select {key} from identity.{table}"));
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("select set_config('app.user_id', @id, true)", new { id = juma.User.ToString() }, transaction);
            var seen = (await connection.QueryAsync<Guid>($"select {key} from identity.{table}", transaction: transaction)).ToList();
            Assert.NotEmpty(seen);
            Assert.All(seen, id => Assert.Equal(juma.User, id));
        }

        Assert.NotEqual(asha.User, juma.User);
    }

    [Fact]
    public async Task Organisations_and_invitations_are_shown_to_those_whose_they_are()
    {
        var (asha, juma, email) = (await server.Someone(), await server.Someone(), IdentityServer.AnyEmail());
        var guest = await server.Someone(email);
        var (hers, his) = (await Administration.StaffServer.Organization(asha), await Administration.StaffServer.Organization(juma));
        foreach (var (owner, id) in new[] { (asha, hers), (juma, his) })
        {
            (await Administration.StaffServer.Invite(owner, id, "viewer", email)).Is(System.Net.HttpStatusCode.Created);
            (await Administration.StaffServer.Invite(owner, id, "viewer", IdentityServer.AnyEmail())).Is(System.Net.HttpStatusCode.Created);
        }

        await Sees(asha, [hers], [hers, hers]);
        await Sees(juma, [his], [his, his]);
        await Sees(guest, [], [hers, his]);
        await Sees(null, [], []);

        async Task Sees(PeopleApi? person, Guid[] organizations, Guid[] invitations)
        {
            await using var connection = await (await server.App).Database.Requests("identity").OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            if (person is not null)
                await connection.ExecuteAsync("select set_config('app.user_id', @id, true)", new { id = person.User.ToString() });
            Assert.Equal(organizations, await connection.QueryAsync<Guid>("select id from identity.organizations"));
            Assert.Equal(invitations, await connection.QueryAsync<Guid>("select organization_id from identity.invitations order by id"));
        }
    }

    [Theory]
    [InlineData("update identity.organizations set status = 'active'")]
    [InlineData("insert into identity.organizations (id) values (gen_random_uuid())")]
    [InlineData("update identity.members set role = 'owner'")]
    [InlineData("insert into identity.members (id) values (gen_random_uuid())")]
    [InlineData("delete from identity.members")]
    [InlineData("update identity.invitations set status = 'accepted'")]
    [InlineData("select details from identity.activities")]
    [InlineData("update identity.users set kyc_status = 'approved'")]
    [InlineData("update identity.users set roles = '{admin}'")]
    [InlineData("update identity.users set status = 'active'")]
    [InlineData("update identity.users set email = 'a@b.example'")]
    [InlineData("update identity.sessions set expires_at = now()")]
    [InlineData("select token_hash from identity.sessions")]
    [InlineData("select hash from identity.passwords")]
    [InlineData("select hash from identity.codes")]
    [InlineData("select secret from identity.authenticators")]
    [InlineData("delete from identity.authenticators")]
    [InlineData("select public_key from identity.passkeys")]
    [InlineData("update identity.passkeys set sign_count = 0")]
    [InlineData("delete from identity.passkeys")]
    [InlineData("select state from identity.passkey_challenges")]
    [InlineData("insert into identity.linked_logins (id) values (gen_random_uuid())")]
    [InlineData("delete from identity.linked_logins")]
    [InlineData("select id from identity.linked_login_attempts")]
    [InlineData("select hash from identity.recovery_codes")]
    [InlineData("update identity.recovery_codes set used_at = null")]
    [InlineData("select id from identity.sign_ins")]
    [InlineData("update identity.contact_changes set due_at = now()")]
    [InlineData("insert into identity.contact_changes (id) values (gen_random_uuid())")]
    [InlineData("update identity.sessions set confirmed_at = now()")]
    [InlineData("delete from identity.users")]
    [InlineData("delete from identity.activities")]
    [InlineData("update identity.activities set type = 'nothing'")]
    public async Task What_requests_may_not_do_the_database_refuses(string sql)
    {
        await using var connection = await (await server.App).Database.Requests("identity").OpenConnectionAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Nobody_writes_into_anothers_rows()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        await using var connection = await (await server.App).Database.Requests("identity").OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("select set_config('app.user_id', @id, true)", new { id = juma.User.ToString() }, transaction);
        var id = new { id = asha.User };
        Assert.Equal(0, await connection.ExecuteAsync("update identity.users set full_name = 'x' where id = @id", id, transaction));
        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            connection.ExecuteAsync(
                "insert into identity.activities (id, user_id, type, created_at) values (gen_random_uuid(), @id, 'signed_in', now())",
                id,
                transaction
            )
        );
        Assert.Contains("row-level security", refused.MessageText, StringComparison.Ordinal);
    }
}
