using System.Net;
using System.Text.Json.Nodes;
using Hazina.Identity.Organizations;
using Hazina.Identity.Tests.Administration;
using Hazina.Platform.Security;

namespace Hazina.Identity.Tests.Organizations;

public sealed class OrganizationTests(StaffServer server) : IClassFixture<StaffServer>
{
    [Fact]
    public async Task Whoever_makes_an_organisation_owns_it_and_changes_it()
    {
        var (asha, _) = await server.Someone();
        var wish = StaffServer.Wish();
        wish["trading_name"] = "Duka";
        wish["registration_number"] = "PVT-123";
        wish["email"] = "Duka@Example.com";
        wish["phone"] = "+254712345678";
        var made = (await asha.Post("/v1/organizations", wish)).Is(HttpStatusCode.Created);
        Assert.Equal(
            ("organization", "Duka Ltd", "Duka", "sme", "PVT-123", "KE", "duka@example.com"),
            (
                (string)made["object"]!,
                (string)made["legal_name"]!,
                (string)made["trading_name"]!,
                (string)made["type"]!,
                (string)made["registration_number"]!,
                (string)made["country"]!,
                (string)made["email"]!
            )
        );
        Assert.Equal(("active", "owner"), ((string)made["status"]!, (string)made["role"]!));
        Assert.Equal(
            """["see","change","manage_members","manage_owners","manage_keys","see_money","move_money"]""",
            made["rights"]!.ToJsonString()
        );
        var path = $"/v1/organizations/{made["id"]}";
        Assert.Equal(made.ToJsonString(), (await asha.Get(path)).Is(HttpStatusCode.OK).ToJsonString());

        var change = new JsonObject
        {
            ["legal_name"] = "Duka Kubwa Ltd",
            ["trading_name"] = "",
            ["country"] = "UG",
            ["type"] = "ngo",
        };
        var changed = (await asha.Patch(path, change)).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("Duka Kubwa Ltd", null, "UG", "ngo", "PVT-123"),
            (
                (string)changed["legal_name"]!,
                (string?)changed["trading_name"],
                (string)changed["country"]!,
                (string)changed["type"]!,
                (string)changed["registration_number"]!
            )
        );
        Assert.Equal(["organization_changed", "organization_created"], (await asha.Activity()).Take(2));
    }

    [Fact]
    public async Task Ones_own_are_listed_page_by_page_and_others_are_not_there()
    {
        var ((asha, _), (juma, _)) = (await server.Someone(), await server.Someone());
        List<Guid> ids = [];
        for (var i = 0; i < 3; i++)
            ids.Insert(0, await StaffServer.Organization(asha, $"Duka {i}"));
        var page = (await asha.Get("/v1/organizations?limit=2")).Is(HttpStatusCode.OK);
        Assert.True((bool)page["has_more"]!);
        Assert.Equal(ids.Take(2), page["data"]!.AsArray().Select(o => (Guid)o!["id"]!));
        var rest = (await asha.Get($"/v1/organizations?starting_after={ids[1]}")).Is(HttpStatusCode.OK);
        Assert.Equal(ids[2], (Guid)rest["data"]!.AsArray().Single()!["id"]!);
        Assert.Equal(
            ids.Take(2),
            (await asha.Get($"/v1/organizations?ending_before={ids[2]}")).Json["data"]!.AsArray().Select(o => (Guid)o!["id"]!)
        );

        Assert.Empty((await juma.Get("/v1/organizations")).Json["data"]!.AsArray());
        foreach (var id in new[] { ids[0], Guid.CreateVersion7() })
        {
            var path = $"/v1/organizations/{id}";
            foreach (
                var reply in new[]
                {
                    await juma.Get(path),
                    await juma.Patch(path, new JsonObject { ["legal_name"] = "Mine" }),
                    await juma.Get(path + "/members"),
                    await juma.Get(path + "/invitations"),
                    await StaffServer.Invite(juma, id, "viewer", IdentityServer.AnyEmail()),
                    await juma.Delete($"{path}/invitations/{Guid.CreateVersion7()}"),
                    await juma.Patch($"{path}/members/{asha.User}", new JsonObject { ["role"] = "viewer" }),
                    await juma.Delete($"{path}/members/{asha.User}"),
                    await juma.Delete($"{path}/members/{juma.User}"),
                }
            )
                reply.IsProblem(404, "identity.no_such_organization", "organization");
        }
    }

    [Fact]
    public async Task A_member_does_what_the_role_says()
    {
        var (asha, _) = await server.Someone();
        var id = await StaffServer.Organization(asha);
        var path = $"/v1/organizations/{id}";
        foreach (var role in (string[])["developer", "finance", "viewer"])
        {
            var member = await server.Member(asha, id, role);
            Assert.Equal(role, (string)(await member.Get(path)).Is(HttpStatusCode.OK)["role"]!);
            Assert.Contains(member.User, Users((await member.Get(path + "/members")).Is(HttpStatusCode.OK)));
            foreach (
                var reply in new[]
                {
                    await member.Patch(path, new JsonObject { ["legal_name"] = "Mine" }),
                    await member.Get(path + "/invitations"),
                    await StaffServer.Invite(member, id, "viewer", IdentityServer.AnyEmail()),
                    await member.Patch($"{path}/members/{member.User}", new JsonObject { ["role"] = "owner" }),
                    await member.Delete($"{path}/members/{asha.User}"),
                    await member.Delete($"{path}/invitations/{Guid.CreateVersion7()}"),
                }
            )
                reply.IsProblem(403, "identity.organization_right_missing");
        }

        static IEnumerable<Guid> Users(JsonNode list) => list["data"]!.AsArray().Select(m => (Guid)m!["user"]!);
    }

    [Fact]
    public async Task Nobody_belongs_to_more_than_fifty_however_many_are_made_at_once()
    {
        var (asha, _) = await server.Someone();
        await server.Do(
            """
            with o as (
                insert into identity.organizations (id, legal_name, type, country, created_at, updated_at)
                select gen_random_uuid(), 'Duka ' || n, 'sme', 'KE', now(), now() from generate_series(1, 48) n returning id
            )
            insert into identity.members (id, organization_id, user_id, role, created_at, updated_at)
            select gen_random_uuid(), id, @User, 'owner', now(), now() from o
            """,
            asha
        );
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => asha.Post("/v1/organizations", StaffServer.Wish())));
        Assert.Equal(2, answers.Count(a => a.Status == HttpStatusCode.Created));
        foreach (var refused in answers.Where(a => a.Status != HttpStatusCode.Created))
            refused.IsProblem(422, "identity.too_many_organizations");
    }

    [Fact]
    public async Task Staff_suspends_it_and_then_members_can_only_see_it_and_leave()
    {
        using var staff = await server.Staff(Role.Compliance);
        var (asha, email) = await server.Someone();
        var id = await StaffServer.Organization(asha);
        var path = $"/v1/organizations/{id}";
        var viewer = await server.Member(asha, id, "viewer");
        var (late, lateEmail) = await server.Someone();
        var open = (await StaffServer.Invite(asha, id, "viewer", lateEmail)).Is(HttpStatusCode.Created);
        Assert.Null((await staff.SendAsync(HttpMethod.Get, path)).Is(HttpStatusCode.OK)["role"]);

        (await staff.SendAsync(HttpMethod.Post, path + "/suspend", StaffServer.Because())).Is(HttpStatusCode.OK);
        var again = await staff.SendAsync(HttpMethod.Post, path + "/suspend", StaffServer.Because());
        again.IsProblem(409, "identity.wrong_organization_status", "organization");
        Assert.Equal("suspended", (string)(await asha.Get(path)).Is(HttpStatusCode.OK)["status"]!);
        (await asha.Patch(path, new JsonObject { ["legal_name"] = "x" })).IsProblem(409, "identity.organization_suspended");
        (await StaffServer.Invite(asha, id, "viewer", email)).IsProblem(409, "identity.organization_suspended");
        (await asha.Delete($"{path}/members/{viewer.User}")).IsProblem(409, "identity.organization_suspended");
        (await late.Post($"/v1/me/invitations/{open["id"]}/accept")).IsProblem(409, "identity.organization_suspended");
        Assert.Equal(HttpStatusCode.NoContent, (await viewer.Delete($"{path}/members/{viewer.User}")).Status);
        Assert.Equal("Your organisation is suspended", (await server.Anyone.Messages(email))[^1].Subject);

        (await staff.SendAsync(HttpMethod.Post, path + "/reinstate", StaffServer.Because())).Is(HttpStatusCode.OK);
        (await asha.Patch(path, new JsonObject { ["legal_name"] = "Duka" })).Is(HttpStatusCode.OK);
        (await late.Post($"/v1/me/invitations/{open["id"]}/accept")).Is(HttpStatusCode.OK);
        Assert.Contains("organization_suspended", await asha.Activity());
        Assert.Equal(
            ("identity.organization.suspended", $"organization:{id}", staff.Id.ToString(), true),
            await server.Told("identity.organization.suspended", $"organization:{id}")
        );
        var none = await staff.SendAsync(HttpMethod.Post, $"/v1/organizations/{Guid.CreateVersion7()}/suspend", StaffServer.Because());
        none.IsProblem(404, "identity.no_such_organization", "organization");
    }

    [Fact]
    public async Task Staff_decides_about_no_organisation_of_their_own()
    {
        using var staff = await server.Staff(Role.Operations);
        var own = (await staff.SendAsync(HttpMethod.Post, "/v1/organizations", StaffServer.Wish())).Is(HttpStatusCode.Created);
        var reply = await staff.SendAsync(HttpMethod.Post, $"/v1/organizations/{own["id"]}/suspend", StaffServer.Because());
        reply.IsProblem(403, "identity.own_account", "organization");
    }

    [Fact]
    public void There_are_as_many_countries_as_the_standard_has()
    {
        Assert.Equal(249, Countries.Count);
        Assert.True(Countries.Has("KE"));
        Assert.False(Countries.Has("ZZ"));
    }

    [Fact]
    public async Task Staff_finds_organisations_among_everybodys_and_nobody_else_does()
    {
        var mark = $"Z{Guid.CreateVersion7():N}";
        var ((asha, _), (juma, _)) = (await server.Someone(), await server.Someone());
        var ids = new List<Guid>();
        foreach (var (owner, name) in new[] { (asha, $"{mark} One"), (juma, $"{mark} Two"), (juma, $"{mark}_hree") })
            ids.Add(await StaffServer.Organization(owner, name));
        using var staff = await server.Staff(Role.User, Role.Operations);
        var low = mark.ToLowerInvariant();
        Assert.Equal([ids[2], ids[1], ids[0]], await Found($"name={low}"));
        Assert.Equal([ids[1], ids[0]], await Found($"name={low}%20"));
        Assert.Empty(await Found($"name={low}%25")); // no pattern
        Assert.Equal([ids[2], ids[1]], await Found($"member={juma.User}"));
        Assert.Equal([ids[2]], await Found($"member={juma.User}&limit=1"));
        Assert.Equal([ids[1]], await Found($"name={low}&limit=1&starting_after={ids[2]}"));
        Assert.Equal([ids[1]], await Found($"name={low}&limit=1&ending_before={ids[0]}"));
        (await staff.SendAsync(HttpMethod.Post, $"/v1/organizations/{ids[1]}/suspend", StaffServer.Because())).Is(HttpStatusCode.OK);
        Assert.Equal([ids[1]], await Found($"name={low}&status=suspended&type=sme&country=KE"));
        Assert.Empty(await Found($"name={low}&country=UG"));

        // Without asking for all, one's own; and all are for staff.
        Assert.Empty((await staff.SendAsync(HttpMethod.Get, "/v1/organizations")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        Assert.Single((await asha.Get("/v1/organizations")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        (await asha.Get("/v1/organizations?all=true")).IsProblem(403, "platform.permission_missing");
        (await asha.Get($"/v1/organizations?name={low}")).IsProblem(400, "platform.invalid_request", "all");
        foreach (var wrong in (string[])["status=gone", "type=bank", "country=ke", "name=", "member=me", "starting_after=x"])
            Assert.Equal(HttpStatusCode.BadRequest, (await staff.SendAsync(HttpMethod.Get, $"/v1/organizations?all=true&{wrong}")).Status);

        async Task<List<Guid>> Found(string query) =>
            [
                .. (await staff.SendAsync(HttpMethod.Get, $"/v1/organizations?all=true&{query}")).Is(HttpStatusCode.OK)["data"]!
                    .AsArray()
                    .Select(o => (Guid)o!["id"]!),
            ];
    }
}
