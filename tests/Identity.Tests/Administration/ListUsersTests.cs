using System.Net;
using System.Text.Json.Nodes;
using Hazina.Platform.Security;

namespace Hazina.Identity.Tests.Administration;

public sealed class ListUsersTests(StaffServer server) : IClassFixture<StaffServer>
{
    [Fact]
    public async Task Staff_finds_people_by_what_they_are_and_exactly_by_their_addresses()
    {
        using var staff = await server.Staff(Role.Operations);
        var (asha, email) = await server.Someone();
        var name = $"asha_{Guid.CreateVersion7():N}"[..20];
        (await asha.Patch("/v1/me", new JsonObject { ["username"] = name })).Is(HttpStatusCode.OK);
        var phone = IdentityServer.AnyPhone();
        await server.Do("update identity.users set phone = @phone, phone_verified_at = now() where id = @User", new { phone, asha.User });
        var claim = IdentityServer.AnyEmail();
        (await server.Anyone.Register(claim)).Is(HttpStatusCode.Accepted);

        foreach (
            var query in (string[])
                [
                    $"email={email}",
                    $"email={email.ToUpperInvariant()}",
                    $"phone=%2B{phone[1..]}",
                    $"username={name}",
                    $"username={name.ToUpperInvariant()}",
                    $"email={email}&status=active&role=user&kyc_status=pending",
                ]
        )
            Assert.Equal([asha.User], await Ids(staff, query));
        Assert.Empty(await Ids(staff, $"email={email}&status=suspended"));
        Assert.Empty(await Ids(staff, $"email={email}&role=admin"));
        Assert.Empty(await Ids(staff, $"email={email}&kyc_status=approved"));
        Assert.Empty(await Ids(staff, $"email=x{email}"));
        Assert.Contains(staff.Id, await Ids(staff, "role=operations"));
        Assert.Single(await Ids(staff, $"email={claim}&status=pending_verification"));
    }

    [Fact]
    public async Task The_newest_come_first_page_by_page()
    {
        using var staff = await server.Staff(Role.Compliance);
        List<Guid> ids = [];
        for (var i = 0; i < 3; i++)
            ids.Insert(0, (await server.Someone()).Person.User);
        var first = (await staff.SendAsync(HttpMethod.Get, "/v1/users?limit=2")).Is(HttpStatusCode.OK);
        Assert.Equal(ids.Take(2), Ids(first));
        Assert.True((bool)first["has_more"]!);
        Assert.Equal(ids[2], (await Ids(staff, $"limit=1&starting_after={ids[1]}")).Single());
        Assert.Equal(ids.Take(2), await Ids(staff, $"limit=2&ending_before={ids[2]}"));
    }

    [Fact]
    public async Task One_person_is_shown_whole_and_nobody_is_nobody()
    {
        using var staff = await server.Staff(Role.Admin);
        var (asha, email) = await server.Someone();
        var shown = (await staff.SendAsync(HttpMethod.Get, $"/v1/users/{asha.User}")).Is(HttpStatusCode.OK);
        Assert.Equal((email, "active", "user"), ((string)shown["email"]!, (string)shown["status"]!, (string)shown["object"]!));
        Assert.Equal((await asha.Get("/v1/me")).Json.ToJsonString(), shown.ToJsonString());
        (await staff.SendAsync(HttpMethod.Get, $"/v1/users/{Guid.CreateVersion7()}")).IsProblem(404, "identity.no_such_user", "user");
    }

    [Theory]
    [InlineData("status=gone", "status")]
    [InlineData("status=", "status")]
    [InlineData("status=ACTIVE", "status")]
    [InlineData("role=king", "role")]
    [InlineData("kyc_status=verified", "kyc_status")]
    [InlineData("email=asha", "email")]
    [InlineData("email=", "email")]
    [InlineData("phone=0712345678", "phone")]
    [InlineData("username=", "username")]
    [InlineData("username=a%00b", "username")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("starting_after=x", "starting_after")]
    [InlineData("name=asha", "name")]
    public async Task What_cannot_be_asked_is_named(string query, string param)
    {
        using var staff = await server.Staff(Role.Operations);
        (await staff.SendAsync(HttpMethod.Get, "/v1/users?" + query)).IsProblem(400, "platform.invalid_request", param);
    }

    [Fact]
    public async Task Keys_do_not_look_after_people()
    {
        var reply = await Reply.Of(await server.App.Client.GetAsync("/v1/users"));
        reply.IsProblem(403, "platform.people_only");
    }

    static async Task<IReadOnlyList<Guid>> Ids(Person staff, string query) =>
        Ids((await staff.SendAsync(HttpMethod.Get, "/v1/users?" + query)).Is(HttpStatusCode.OK));

    static IReadOnlyList<Guid> Ids(JsonNode list) => [.. list["data"]!.AsArray().Select(u => (Guid)u!["id"]!)];
}
