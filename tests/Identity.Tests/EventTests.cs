using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Tests.Administration;
using Hazina.Platform.Auditing;
using Hazina.Platform.Security;
using Npgsql;

namespace Hazina.Identity.Tests;

/// <summary>What Identity tells the modules above it, and what it leaves for the audit trail.</summary>
public sealed class EventTests(IdentityServer server)
{
    [Fact]
    public async Task What_somebody_does_is_told_in_order_and_holds_nothing_personal()
    {
        var email = IdentityServer.AnyEmail();
        var asha = await server.Someone(email);
        (
            await asha.Patch(
                "/v1/me",
                new JsonObject
                {
                    ["first_name"] = "Ashanti",
                    ["profile"] = new JsonObject { ["city"] = "Kisumu" },
                }
            )
        ).Is(HttpStatusCode.OK);
        await AuthenticatorApp.Add(asha, TimeProvider.System);
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete("/v1/me/authenticator")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Post("/v1/auth/sign-out")).Status);

        string[] expected =
        [
            "identity.user.registered.v1",
            "identity.user.verified.v1",
            "identity.session.started.v1",
            "identity.user.profile_changed.v1",
            "identity.second_factor.added.v1",
            "identity.second_factor.removed.v1",
            "identity.session.ended.v1",
        ];
        var told = await Told(asha.User.ToString(), expected.Length);
        Assert.Equal(expected, told.Select(t => t.Type));
        Assert.All(told, t => Assert.False(t.IsPublic));
        var text = string.Concat(told.Select(t => t.Data));
        Assert.All(new[] { email, "Ashanti", "Kisumu", "Mwangi" }, p => Assert.DoesNotContain(p, text, StringComparison.Ordinal));
        Assert.Contains("profile.city", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_becomes_of_an_organisation_and_its_members_is_told_in_order()
    {
        var (asha, other) = (await server.Someone(), IdentityServer.AnyEmail());
        var juma = await server.Someone(other);
        var id = await StaffServer.Organization(asha);
        var path = $"/v1/organizations/{id}";
        (await asha.Patch(path, new JsonObject { ["trading_name"] = "Duka la Asha" })).Is(HttpStatusCode.OK);
        var invitation = (await StaffServer.Invite(asha, id, "finance", other)).Is(HttpStatusCode.Created);
        (await juma.Post($"/v1/me/invitations/{invitation["id"]}/accept")).Is(HttpStatusCode.OK);
        (await asha.Patch($"{path}/members/{juma.User}", new JsonObject { ["role"] = "viewer" })).Is(HttpStatusCode.OK);
        using var staff = await Person.SignedInAsync(await server.App, Role.Operations);
        foreach (var act in (string[])["suspend", "reinstate"])
            (await staff.SendAsync(HttpMethod.Post, $"{path}/{act}", StaffServer.Because())).Is(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await juma.Delete($"{path}/members/{juma.User}")).Status);

        string[] expected =
        [
            "identity.organization.created.v1",
            "identity.organization.changed.v1",
            "identity.member.joined.v1",
            "identity.member.role_changed.v1",
            "identity.organization.suspended.v1",
            "identity.organization.reinstated.v1",
            "identity.member.left.v1",
        ];
        var told = await Told(id.ToString(), expected.Length);
        Assert.Equal(expected, told.Select(t => t.Type));
        Assert.All(told, t => Assert.False(t.IsPublic));
        Assert.Equal(["finance", "viewer"], told.Skip(2).Take(2).Select(t => (string)JsonNode.Parse(t.Data)!["role"]!));
        Assert.DoesNotContain("Duka", string.Concat(told.Select(t => t.Data)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_roles_and_another_kyc_status_are_told()
    {
        var asha = await server.Someone();
        using var admin = await Person.SignedInAsync(await server.App, Role.Admin);
        using var compliance = await Person.SignedInAsync(await server.App, Role.Compliance);
        (await admin.SendAsync(HttpMethod.Put, $"/v1/users/{asha.User}/roles", StaffServer.Roles("user", "partner"))).Is(HttpStatusCode.OK);
        var kyc = new JsonObject { ["status"] = "approved", ["reason"] = "papers seen" };
        (await compliance.SendAsync(HttpMethod.Put, $"/v1/users/{asha.User}/kyc-status", kyc)).Is(HttpStatusCode.OK);
        var told = (await Told(asha.User.ToString(), 5)).TakeLast(2).ToList();
        Assert.Equal(["identity.user.roles_changed.v1", "identity.user.kyc_changed.v1"], told.Select(t => t.Type));
        Assert.Equal("""["partner","user"]""", JsonNode.Parse(told[0].Data)!["roles"]!.ToJsonString());
        Assert.Equal("approved", (string)JsonNode.Parse(told[1].Data)!["status"]!);
        Assert.DoesNotContain("papers", told[1].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_tells_which_sessions_it_ended()
    {
        var email = IdentityServer.AnyEmail();
        var asha = await server.Someone(email);
        await asha.SignedIn(email);
        var body = new JsonObject { ["current_password"] = IdentityServer.Good, ["new_password"] = "another set of small boats" };
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Post("/v1/auth/password/change", body)).Status);
        var told = await Told(asha.User.ToString(), 6);
        Assert.Equal(["identity.password.changed.v1", "identity.session.ended.v1"], told.TakeLast(2).Select(t => t.Type));
        var ended = JsonNode.Parse(told[^1].Data)!;
        Assert.Equal(("password_changed", 2), ((string)ended["reason"]!, ended["sessions"]!.AsArray().Count));
    }

    [Fact]
    public async Task Wrong_passwords_and_codes_leave_an_entry_each_and_so_does_who_may_not_come_in()
    {
        var email = IdentityServer.AnyEmail();
        var asha = await server.Someone(email);
        await (await server.Anyone()).SignIn(email, "not the password at all");
        await asha.Post("/v1/auth/confirm", new JsonObject { ["password"] = "not the password at all" });
        await asha.Post(
            "/v1/auth/password/change",
            new JsonObject { ["current_password"] = "not the password at all", ["new_password"] = "another set of small boats" }
        );
        await using (var owner = new NpgsqlConnection(await server.Owner()))
        {
            await owner.ExecuteAsync("update identity.users set status = 'suspended' where id = @id", new { id = asha.User });
        }

        await (await server.Anyone()).SignIn(email);
        var entries = await Told($"user:{asha.User}", 7);
        Assert.Equal(
            [
                "identity.user.registered",
                "identity.user.verified",
                "identity.session.started",
                "identity.sign_in.failed",
                "identity.password.wrong",
                "identity.password.wrong",
                "identity.sign_in.refused",
            ],
            entries.Select(e => (string)JsonNode.Parse(e.Data)!["action"]!)
        );
        Assert.All(entries, e => Assert.DoesNotContain(email, e.Data, StringComparison.Ordinal));
        Assert.All(entries, e => Assert.DoesNotContain("small boats", e.Data, StringComparison.Ordinal));
        var actors = entries.Select(e => (string)JsonNode.Parse(e.Data)!["actor_type"]!);
        Assert.Equal(["nobody", "user", "user", "nobody", "user", "user", "nobody"], actors);
    }

    [Fact]
    public async Task Under_the_role_of_requests_nobody_writes_an_entry_in_anothers_name()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        await using var connection = await (await server.App).Database.Requests("identity").OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("select set_config('app.user_id', @id, true)", new { id = juma.User.ToString() }, transaction);
        await Audit.Write(transaction, context: null, Entry(juma.User));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Audit.Write(transaction, context: null, Entry(asha.User)));
        Assert.Contains("row-level security", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_activity_has_its_name_in_the_trail() =>
        Assert.All(Enum.GetValues<ActivityType>(), t => Assert.StartsWith("identity.", AuditActions.Of(t), StringComparison.Ordinal));

    static AuditEntry Entry(Guid user) =>
        new("identity.thing.done", AuditTarget.User(user), TimeProvider.System.GetUtcNow()) { Actor = AuditActor.User(user) };

    async Task<IReadOnlyList<Row>> Told(string key, int count)
    {
        IReadOnlyList<Row> rows = [];
        await Eventually.TrueAsync(
            async () =>
            {
                await using var owner = new NpgsqlConnection(await server.Owner());
                rows =
                [
                    .. await owner.QueryAsync<Row>(
                        "select type, is_public, data::text as data from platform.events where key = @key order by number",
                        new { key }
                    ),
                ];
                return rows.Count >= count;
            },
            $"{count} events of {key}"
        );
        return rows;
    }

    sealed record Row(string Type, bool IsPublic, string Data);
}
