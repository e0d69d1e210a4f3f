using System.Net;
using System.Text.Json.Nodes;
using Hazina.Identity.Tests.Administration;

namespace Hazina.Identity.Tests.Organizations;

public sealed class MemberTests(StaffServer server) : IClassFixture<StaffServer>
{
    async Task<(PeopleApi Owner, Guid Id, string Path)> Duka()
    {
        var (owner, _) = await server.Someone();
        var id = await StaffServer.Organization(owner);
        return (owner, id, $"/v1/organizations/{id}");
    }

    static async Task<JsonArray> Waiting(PeopleApi person) =>
        (await person.Get("/v1/me/invitations")).Is(HttpStatusCode.OK)["data"]!.AsArray();

    [Fact]
    public async Task Somebody_with_an_account_and_somebody_without_are_invited_in_the_same_way()
    {
        var (owner, id, path) = await Duka();
        var (juma, known) = await server.Someone();
        var unknown = IdentityServer.AnyEmail();
        var first = (await StaffServer.Invite(owner, id, "finance", known)).Is(HttpStatusCode.Created);
        var second = (await StaffServer.Invite(owner, id, "finance", unknown)).Is(HttpStatusCode.Created);
        Assert.Equal(first.AsObject().Select(p => p.Key), second.AsObject().Select(p => p.Key));
        Assert.Equal(TimeSpan.FromDays(14), (DateTimeOffset)first["expires_at"]! - (DateTimeOffset)first["created_at"]!);
        Assert.Equal((await server.Anyone.Messages(known))[^1].Text, (await server.Anyone.Messages(unknown))[^1].Text);
        var list = (await owner.Get(path + "/invitations")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal([unknown, known], list.Select(i => (string)i!["address"]!));

        Assert.Equal((Guid)first["id"]!, (Guid)(await Waiting(juma)).Single()!["id"]!);
        (await juma.Get(path)).IsProblem(404, "identity.no_such_organization");
        var accepted = (await juma.Post($"/v1/me/invitations/{first["id"]}/accept")).Is(HttpStatusCode.OK);
        Assert.Equal("accepted", (string)accepted["status"]!);
        Assert.Equal("finance", (string)(await juma.Get(path)).Is(HttpStatusCode.OK)["role"]!);
        Assert.Empty(await Waiting(juma));
        (await juma.Post($"/v1/me/invitations/{first["id"]}/accept")).IsProblem(404, "identity.no_such_invitation", "invitation");

        // Who has no account yet registers first, with that address.
        await server.Anyone.Registered(unknown);
        var newcomer = await server.Anyone.SignedIn(unknown);
        (await newcomer.Post($"/v1/me/invitations/{(await Waiting(newcomer)).Single()!["id"]}/accept")).Is(HttpStatusCode.OK);
        var members = (await newcomer.Get(path + "/members")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal([newcomer.User, juma.User, owner.User], members.Select(m => (Guid)m!["user"]!));
        Assert.Equal("Asha Mwangi", (string)members[0]!["full_name"]!);
        Assert.DoesNotContain("@", members.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(2, (await owner.Get(path + "/members?limit=2")).Json["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_invitation_is_for_the_address_it_went_to_and_for_nobody_else()
    {
        var (owner, id, path) = await Duka();
        var ((juma, email), (other, _)) = (await server.Someone(), await server.Someone());
        var invitation = (await StaffServer.Invite(owner, id, "viewer", email)).Is(HttpStatusCode.Created);
        foreach (var stranger in new[] { other, owner })
        {
            Assert.Empty(await Waiting(stranger));
            (await stranger.Post($"/v1/me/invitations/{invitation["id"]}/accept")).IsProblem(404, "identity.no_such_invitation");
            (await stranger.Post($"/v1/me/invitations/{invitation["id"]}/decline")).IsProblem(404, "identity.no_such_invitation");
        }

        Assert.Equal(
            "declined",
            (string)(await juma.Post($"/v1/me/invitations/{invitation["id"]}/decline")).Is(HttpStatusCode.OK)["status"]!
        );
        (await juma.Post($"/v1/me/invitations/{invitation["id"]}/accept")).IsProblem(404, "identity.no_such_invitation");
        (await juma.Get(path)).IsProblem(404, "identity.no_such_organization");
    }

    [Fact]
    public async Task By_phone_it_works_as_well_once_the_number_is_verified()
    {
        var (owner, id, path) = await Duka();
        var (juma, _) = await server.Someone();
        var phone = IdentityServer.AnyPhone();
        var body = new JsonObject { ["role"] = "viewer", ["phone"] = phone };
        (await owner.Post(path + "/invitations", body)).Is(HttpStatusCode.Created);
        Assert.Contains("Duka Ltd", (await server.Anyone.Messages(phone))[^1].Text, StringComparison.Ordinal);
        await server.Do("update identity.users set phone = @phone where id = @User", new { phone, juma.User });
        Assert.Empty(await Waiting(juma));
        await server.Do("update identity.users set phone_verified_at = now() where id = @User", juma);
        Assert.Single(await Waiting(juma));
    }

    [Fact]
    public async Task One_that_is_withdrawn_replaced_or_old_cannot_be_accepted()
    {
        var (owner, id, path) = await Duka();
        var (juma, email) = await server.Someone();
        var withdrawn = (await StaffServer.Invite(owner, id, "admin", email)).Is(HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete($"{path}/invitations/{withdrawn["id"]}")).Status);
        (await owner.Delete($"{path}/invitations/{withdrawn["id"]}")).IsProblem(404, "identity.no_such_invitation");
        var replaced = (await StaffServer.Invite(owner, id, "admin", email)).Is(HttpStatusCode.Created);
        var old = (await StaffServer.Invite(owner, id, "viewer", email)).Is(HttpStatusCode.Created);
        await server.Do("update identity.invitations set expires_at = now() where id = @id", new { id = (Guid)old["id"]! });
        foreach (var invitation in new[] { withdrawn, replaced, old })
            (await juma.Post($"/v1/me/invitations/{invitation["id"]}/accept")).IsProblem(404, "identity.no_such_invitation");
        Assert.Empty(await Waiting(juma));
        var list = (await owner.Get(path + "/invitations")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(["expired", "withdrawn", "withdrawn"], list.Select(i => (string)i!["status"]!));
    }

    [Fact]
    public async Task Somebody_who_belongs_to_it_stays_what_they_are()
    {
        var (owner, id, path) = await Duka();
        var email = (string)(await owner.Get("/v1/me")).Json["email"]!;
        var admin = await server.Member(owner, id, "admin");
        var invitation = (await StaffServer.Invite(admin, id, "viewer", email)).Is(HttpStatusCode.Created);
        (await owner.Post($"/v1/me/invitations/{invitation["id"]}/accept")).Is(HttpStatusCode.OK);
        Assert.Equal("owner", (string)(await owner.Get(path)).Json["role"]!);
    }

    [Fact]
    public async Task Admins_manage_all_but_owners()
    {
        var (owner, id, path) = await Duka();
        var admin = await server.Member(owner, id, "admin");
        var viewer = await server.Member(admin, id, "viewer");
        Assert.Equal("finance", (string)(await Change(admin, path, viewer.User, "finance")).Is(HttpStatusCode.OK)["role"]!);
        Assert.Contains("membership_changed", await viewer.Activity());
        (await Change(admin, path, owner.User, "viewer")).IsProblem(403, "identity.organization_right_missing");
        (await Change(admin, path, viewer.User, "owner")).IsProblem(403, "identity.organization_right_missing");
        (await Change(admin, path, admin.User, "owner")).IsProblem(403, "identity.organization_right_missing");
        (await admin.Delete($"{path}/members/{owner.User}")).IsProblem(403, "identity.organization_right_missing");
        (await StaffServer.Invite(admin, id, "owner", IdentityServer.AnyEmail())).IsProblem(403, "identity.organization_right_missing");
        (await Change(admin, path, Guid.CreateVersion7(), "viewer")).IsProblem(404, "identity.no_such_member", "user");
        (await admin.Delete($"{path}/members/{Guid.CreateVersion7()}")).IsProblem(404, "identity.no_such_member", "user");
        Assert.Equal(HttpStatusCode.NoContent, (await admin.Delete($"{path}/members/{viewer.User}")).Status);
        (await viewer.Get(path)).IsProblem(404, "identity.no_such_organization");
        Assert.Contains("membership_ended", await viewer.Activity());
        Assert.Equal(HttpStatusCode.NoContent, (await admin.Delete($"{path}/members/{admin.User}")).Status);
        (await admin.Get(path)).IsProblem(404, "identity.no_such_organization");
    }

    [Fact]
    public async Task The_last_owner_who_can_sign_in_neither_leaves_nor_is_lowered()
    {
        var (owner, id, path) = await Duka();
        (await owner.Delete($"{path}/members/{owner.User}")).IsProblem(422, "identity.last_owner", "user");
        (await Change(owner, path, owner.User, "admin")).IsProblem(422, "identity.last_owner", "user");
        (await Change(owner, path, owner.User, "owner")).Is(HttpStatusCode.OK);
        var second = await server.Member(owner, id, "owner");
        await server.Do("update identity.users set status = 'suspended' where id = @User", second);
        (await owner.Delete($"{path}/members/{owner.User}")).IsProblem(422, "identity.last_owner", "user");
        await server.Do("update identity.users set status = 'active' where id = @User", second);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete($"{path}/members/{owner.User}")).Status);
        Assert.Equal("owner", (string)(await second.Get(path)).Is(HttpStatusCode.OK)["role"]!);
    }

    [Fact]
    public async Task Two_owners_who_go_at_once_leave_one()
    {
        for (var round = 0; round < 5; round++)
        {
            var (owner, id, path) = await Duka();
            var second = await server.Member(owner, id, "owner");
            var answers = await Task.WhenAll(
                round % 2 == 0 ? owner.Delete($"{path}/members/{owner.User}") : Change(owner, path, second.User, "viewer"),
                second.Delete($"{path}/members/{second.User}"),
                Change(second, path, owner.User, "viewer")
            );
            Assert.Contains(answers, a => a.Status is HttpStatusCode.OK or HttpStatusCode.NoContent);
            Assert.Equal(
                1,
                await server.Ask<int>(
                    "select count(*)::int from identity.members where organization_id = @id and role = 'owner'",
                    new { id }
                )
            );
        }
    }

    [Fact]
    public async Task An_organisation_has_a_thousand_members_at_most_however_many_join_at_once()
    {
        var (owner, id, _) = await Duka();
        await server.Do(
            """
            with u as (
                insert into identity.users (id, email, email_verified_at, status, created_at, updated_at)
                select gen_random_uuid(), 'm' || n || '@' || @id || '.example', now(), 'active', now(), now() from generate_series(1, 998) n returning id
            )
            insert into identity.members (id, organization_id, user_id, role, created_at, updated_at)
            select gen_random_uuid(), @id, id, 'viewer', now(), now() from u
            """,
            new { id }
        );
        List<(PeopleApi Person, JsonNode Invitation)> invited = [];
        for (var i = 0; i < 3; i++)
        {
            var (person, email) = await server.Someone();
            invited.Add((person, (await StaffServer.Invite(owner, id, "viewer", email)).Is(HttpStatusCode.Created)));
        }

        var answers = await Task.WhenAll(invited.Select(i => i.Person.Post($"/v1/me/invitations/{i.Invitation["id"]}/accept")));
        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        foreach (var refused in answers.Where(a => a.Status != HttpStatusCode.OK))
            refused.IsProblem(422, "identity.too_many_members", "invitation");
        Assert.Single(await Waiting(invited[Array.FindIndex(answers, a => a.Status != HttpStatusCode.OK)].Person));
    }

    [Fact]
    public async Task A_session_that_was_left_open_invites_nobody()
    {
        var (owner, id, path) = await Duka();
        var member = await server.Member(owner, id, "viewer");
        await server.Do("update identity.sessions set confirmed_at = now() - interval '1 hour' where user_id = @User", owner);
        (await StaffServer.Invite(owner, id, "owner", IdentityServer.AnyEmail())).IsProblem(403, "identity.confirmation_required");
        (await Change(owner, path, member.User, "owner")).IsProblem(403, "identity.confirmation_required");
    }

    static Task<Reply> Change(PeopleApi by, string path, Guid user, string role) =>
        by.Patch($"{path}/members/{user}", new JsonObject { ["role"] = role });
}
