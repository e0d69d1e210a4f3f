using System.Net;
using System.Text.Json.Nodes;
using Hazina.Identity.Administration;
using Hazina.Platform.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Identity.Tests.Administration;

public sealed class SuspendUserTests(StaffServer server) : IClassFixture<StaffServer>
{
    static Task<Reply> Suspend(Person staff, Guid user) =>
        staff.SendAsync(HttpMethod.Post, $"/v1/users/{user}/suspend", StaffServer.Because("a report of theft"));

    static Task<Reply> Reinstate(Person staff, Guid user) =>
        staff.SendAsync(HttpMethod.Post, $"/v1/users/{user}/reinstate", StaffServer.Because("the report was false"));

    [Fact]
    public async Task A_person_who_is_suspended_is_out_at_once_and_comes_in_again_when_reinstated()
    {
        using var staff = await server.Staff(Role.Operations);
        var (asha, email) = await server.Someone();
        var other = await server.Anyone.SignedIn(email);
        (await asha.Post("/v1/me/contact-change", new JsonObject { ["phone"] = IdentityServer.AnyPhone() })).Is(HttpStatusCode.Accepted);

        var suspended = (await Suspend(staff, asha.User)).Is(HttpStatusCode.OK);
        Assert.Equal(("suspended", "a report of theft"), ((string)suspended["status"]!, (string)suspended["status_reason"]!));
        foreach (var session in new[] { asha, other })
            (await session.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        (await server.Anyone.SignIn(email)).IsProblem(403, "identity.suspended");
        Assert.Equal("Your account is suspended", (await server.Anyone.Messages(email))[^1].Subject);
        Assert.DoesNotContain("theft", (await server.Anyone.Messages(email))[^1].Text, StringComparison.Ordinal);
        (await Suspend(staff, asha.User)).IsProblem(409, "identity.wrong_user_status", "user");

        var reinstated = (await Reinstate(staff, asha.User)).Is(HttpStatusCode.OK);
        Assert.Equal(("active", "the report was false"), ((string)reinstated["status"]!, (string)reinstated["status_reason"]!));
        (await Reinstate(staff, asha.User)).IsProblem(409, "identity.wrong_user_status", "user");
        (await asha.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        var again = await server.Anyone.SignedIn(email);
        Assert.Equal(["signed_in", "reinstated", "suspended"], (await again.Activity()).Take(3));
        Assert.Equal("cancelled", (string)(await again.Get("/v1/me/contact-change")).Json["status"]!);
        // Neither why nor from where is for the person to read.
        Assert.DoesNotContain("theft", (await again.Get("/v1/me/activity")).Text, StringComparison.Ordinal);
        Assert.Null((await again.Get("/v1/me")).Json["status_reason"]);
        Assert.Equal(
            (staff.Id.ToString(), "a report of theft", true),
            await server.Ask<(string, string, bool)>(
                """
                select details ->> 'by', details ->> 'reason', address is null from identity.activities where user_id = @User and type = 'suspended'
                """,
                asha
            )
        );
    }

    [Fact]
    public async Task A_person_is_signed_out_everywhere_and_may_come_in_again()
    {
        using var staff = await server.Staff(Role.Operations);
        var (asha, email) = await server.Someone();
        var other = await server.Anyone.SignedIn(email);
        var out1 = await staff.SendAsync(HttpMethod.Post, $"/v1/users/{asha.User}/sign-out", StaffServer.Because("a lost phone"));
        Assert.Equal("active", (string)out1.Is(HttpStatusCode.OK)["status"]!);
        foreach (var session in new[] { asha, other })
            (await session.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        Assert.Equal("You are signed out", (await server.Anyone.Messages(email))[^1].Subject);
        Assert.Equal(["signed_in", "sessions_ended"], (await (await server.Anyone.SignedIn(email)).Activity()).Take(2));

        using var admin = await server.Staff(Role.Admin);
        (await staff.SendAsync(HttpMethod.Post, $"/v1/users/{admin.Id}/sign-out", StaffServer.Because())).IsProblem(
            403,
            "identity.staff_protected",
            "user"
        );
    }

    [Fact]
    public async Task The_keys_that_the_person_made_stop_and_stay_so()
    {
        using var staff = await server.Staff(Role.Operations);
        using var partner = await server.Staff(Role.Partner);
        var key = await Key(partner);
        (await Suspend(staff, partner.Id)).Is(HttpStatusCode.OK);
        using var client = server.App.ClientWith((string)key["key"]!);
        (await Reply.Of(await client.GetAsync("/v1/me"))).IsProblem(401, "platform.unauthenticated");
        (await Reinstate(staff, partner.Id)).Is(HttpStatusCode.OK);
        (await Reply.Of(await client.GetAsync("/v1/me"))).IsProblem(401, "platform.unauthenticated");
    }

    [Fact]
    public async Task A_key_that_slips_through_while_others_still_know_the_person_is_found()
    {
        using var partner = await server.Staff(Role.Partner);
        var key = await Key(partner);
        var narrowing = server.App.Services.GetRequiredService<Narrowing>();
        await server.Do(
            "update identity.users set status = 'suspended', rights_shrank_at = now() - interval '30 seconds' where id = @Id",
            partner
        );
        await narrowing.Sweep(CancellationToken.None);
        Assert.True(await Ended());
        Assert.True(await Marked());
        await server.Do("update identity.users set rights_shrank_at = now() - interval '2 minutes' where id = @Id", partner);
        await narrowing.Sweep(CancellationToken.None);
        Assert.False(await Marked());

        Task<bool> Ended() =>
            server.Ask<bool>("select revoked_at is not null from platform.api_keys where id = @id", new { id = (Guid)key["id"]! });
        Task<bool> Marked() => server.Ask<bool>("select rights_shrank_at is not null from identity.users where id = @Id", partner);
    }

    [Fact]
    public async Task Nobody_suspends_themselves_and_staff_is_for_administrators()
    {
        using var operations = await server.Staff(Role.Operations);
        using var compliance = await server.Staff(Role.Compliance);
        using var admin = await server.Staff(Role.Admin);
        (await Suspend(operations, operations.Id)).IsProblem(403, "identity.own_account", "user");
        (await Suspend(operations, compliance.Id)).IsProblem(403, "identity.staff_protected", "user");
        (await Suspend(operations, admin.Id)).IsProblem(403, "identity.staff_protected", "user");
        (await Suspend(admin, compliance.Id)).Is(HttpStatusCode.OK);
        (await Reinstate(operations, compliance.Id)).IsProblem(403, "identity.staff_protected", "user");
        (await Reinstate(admin, compliance.Id)).Is(HttpStatusCode.OK);
        (await Suspend(admin, Guid.CreateVersion7())).IsProblem(404, "identity.no_such_user", "user");
        var claim = (await server.Anyone.Register(IdentityServer.AnyEmail())).Is(HttpStatusCode.Accepted);
        (await Suspend(admin, (Guid)claim["id"]!)).IsProblem(409, "identity.wrong_user_status", "user");
    }

    [Fact]
    public async Task Two_administrators_who_suspend_each_other_at_once_leave_one()
    {
        for (var round = 0; round < 5; round++)
        {
            await server.Do("update identity.users set roles = '{user}' where 'admin' = any (roles)");
            using var one = await server.Staff(Role.Admin);
            using var two = await server.Staff(Role.Admin);
            var answers = await Task.WhenAll(Suspend(one, two.Id), Suspend(two, one.Id));
            Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
            Assert.Equal(
                1,
                await server.Ask<int>("select count(*)::int from identity.users where 'admin' = any (roles) and status = 'active'")
            );
        }
    }

    [Fact]
    public async Task A_right_that_was_taken_elsewhere_is_not_used_while_this_server_still_knows_it()
    {
        using var staff = await server.Staff(Role.Operations);
        var (asha, _) = await server.Someone();
        (await staff.SendAsync(HttpMethod.Get, "/v1/users?limit=1")).Is(HttpStatusCode.OK);
        await server.Do("update identity.users set roles = '{user}' where id = @Id", staff);
        (await Suspend(staff, asha.User)).IsProblem(403, "platform.permission_missing");
        (await asha.Get("/v1/me")).Is(HttpStatusCode.OK);
    }

    async Task<JsonNode> Key(Person partner) =>
        (
            await partner.SendAsync(
                HttpMethod.Post,
                "/v1/keys",
                new JsonObject { ["name"] = "till", ["permissions"] = new JsonArray("identity.self") }
            )
        ).Is(HttpStatusCode.Created);
}
