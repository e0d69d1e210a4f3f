using System.Net;
using System.Text.Json.Nodes;
using Hazina.Platform.Security;

namespace Hazina.Identity.Tests.Administration;

public sealed class ChangeRolesTests(StaffServer server) : IClassFixture<StaffServer>
{
    static Task<Reply> Change(Person admin, Guid user, params string[] roles) =>
        admin.SendAsync(HttpMethod.Put, $"/v1/users/{user}/roles", StaffServer.Roles(roles));

    [Fact]
    public async Task Rights_are_given_and_taken_within_the_same_session()
    {
        using var admin = await server.Staff(Role.Admin);
        var (asha, email) = await server.Someone();
        (await asha.Get("/v1/users")).IsProblem(403, "platform.permission_missing");
        var changed = (await Change(admin, asha.User, "user", "operations", "user")).Is(HttpStatusCode.OK);
        Assert.Equal("[\"operations\",\"user\"]", changed["roles"]!.ToJsonString());
        (await asha.Get("/v1/users")).Is(HttpStatusCode.OK);
        (await Change(admin, asha.User, "user")).Is(HttpStatusCode.OK);
        (await asha.Get("/v1/users")).IsProblem(403, "platform.permission_missing");
        (await Change(admin, asha.User, "user")).Is(HttpStatusCode.OK);
        Assert.Equal(["roles_changed", "roles_changed", "signed_in"], (await asha.Activity()).Take(3));
        Assert.Equal("Your rights have changed", (await server.Anyone.Messages(email))[^1].Subject);
        Assert.Equal(
            ("identity.user.roles_changed", $"user:{asha.User}", admin.Id.ToString(), true),
            await server.Told("identity.user.roles_changed", $"user:{asha.User}")
        );
        Assert.Equal(
            """{"by": "ID", "after": {"roles": ["user"]}, "before": {"roles": ["operations", "user"]}}""".Replace(
                "ID",
                admin.Id.ToString()
            ),
            await server.Ask<string>(
                "select details::text from identity.activities where user_id = @User and type = 'roles_changed' order by id desc limit 1",
                asha
            )
        );
    }

    [Fact]
    public async Task Keys_lose_what_their_maker_may_not_do_any_more()
    {
        using var admin = await server.Staff(Role.Admin);
        using var partner = await server.Staff(Role.Partner, Role.Operations);
        var wish = new JsonObject { ["name"] = "till", ["permissions"] = new JsonArray("identity.self", "ledger.read") };
        var key = (await partner.SendAsync(HttpMethod.Post, "/v1/keys", wish)).Is(HttpStatusCode.Created);
        (await Change(admin, partner.Id, Role.Partner)).Is(HttpStatusCode.OK);
        var read = (await partner.SendAsync(HttpMethod.Get, $"/v1/keys/{key["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(("active", "[\"identity.self\"]"), ((string)read["status"]!, read["permissions"]!.ToJsonString()));

        // Who has no right to keys any more can still end those that there are.
        (await Change(admin, partner.Id, Role.User)).Is(HttpStatusCode.OK);
        (await partner.SendAsync(HttpMethod.Post, "/v1/keys", wish)).IsProblem(403, "platform.permission_missing");
        var path = $"/v1/keys/{key["id"]}";
        (await partner.SendAsync(HttpMethod.Post, path + "/rotation", new JsonObject())).IsProblem(403, "platform.permission_missing");
        Assert.Equal(HttpStatusCode.NoContent, (await partner.Client.DeleteAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Nobody_changes_their_own_or_those_of_who_is_not_there_or_was_never_verified()
    {
        using var admin = await server.Staff(Role.Admin);
        (await Change(admin, admin.Id, Role.User, Role.Admin)).IsProblem(403, "identity.own_account", "user");
        (await Change(admin, Guid.CreateVersion7(), Role.User)).IsProblem(404, "identity.no_such_user", "user");
        var claim = (await server.Anyone.Register(IdentityServer.AnyEmail())).Is(HttpStatusCode.Accepted);
        (await Change(admin, (Guid)claim["id"]!, Role.Admin)).IsProblem(409, "identity.wrong_user_status", "user");
    }

    [Fact]
    public async Task Two_administrators_who_take_each_other_away_at_once_leave_one()
    {
        for (var round = 0; round < 5; round++)
        {
            await server.Do("update identity.users set roles = '{user}' where 'admin' = any (roles)");
            using var one = await server.Staff(Role.Admin);
            using var two = await server.Staff(Role.Admin);
            var answers = await Task.WhenAll(Change(one, two.Id, Role.User), Change(two, one.Id, Role.User));
            Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
            Assert.Equal(1, await server.Ask<int>("select count(*)::int from identity.users where 'admin' = any (roles)"));
        }
    }

    [Fact]
    public async Task A_session_that_was_left_open_gives_nobody_a_role()
    {
        using var admin = await server.Staff(Role.Admin);
        var (asha, _) = await server.Someone();
        await server.Do("update identity.sessions set confirmed_at = now() - interval '1 hour' where user_id = @Id", admin);
        (await Change(admin, asha.User, Role.Admin)).IsProblem(403, "identity.confirmation_required");
        Assert.Equal("[\"user\"]", (await asha.Get("/v1/me")).Json["roles"]!.ToJsonString());
    }

    [Fact]
    public async Task What_somebody_is_known_for_is_said_by_compliance_and_never_by_themselves()
    {
        using var compliance = await server.Staff(Role.Compliance);
        var (asha, _) = await server.Someone();
        var path = $"/v1/users/{asha.User}/kyc-status";
        var approved = (await compliance.SendAsync(HttpMethod.Put, path, Kyc("approved", "passport seen"))).Is(HttpStatusCode.OK);
        Assert.Equal(("approved", "passport seen"), ((string)approved["kyc_status"]!, (string)approved["kyc_reason"]!));
        var again = (await compliance.SendAsync(HttpMethod.Put, path, Kyc("approved", "seen again"))).Is(HttpStatusCode.OK);
        Assert.Equal((string)approved["kyc_verified_at"]!, (string)again["kyc_verified_at"]!);
        var rejected = (await compliance.SendAsync(HttpMethod.Put, path, Kyc("rejected", "forged"))).Is(HttpStatusCode.OK);
        Assert.Null(rejected["kyc_verified_at"]);
        Assert.Equal(["kyc_status_changed", "kyc_status_changed", "kyc_status_changed"], (await asha.Activity()).Take(3));
        var me = (await asha.Get("/v1/me")).Is(HttpStatusCode.OK);
        Assert.Equal(("rejected", null), ((string)me["kyc_status"]!, (string?)me["kyc_reason"]));

        var own = await compliance.SendAsync(HttpMethod.Put, $"/v1/users/{compliance.Id}/kyc-status", Kyc("approved", "I know myself"));
        own.IsProblem(403, "identity.own_account", "user");

        static JsonObject Kyc(string status, string reason) => new() { ["status"] = status, ["reason"] = reason };
    }
}
