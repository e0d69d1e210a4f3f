using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Identity.Tests.Administration;
using Hazina.Platform.Security;
using Npgsql;

namespace Hazina.Identity.Tests.Organizations;

public sealed class OrganizationKeysTests(StaffServer server) : IClassFixture<StaffServer>
{
    static JsonObject Wish(Guid? organization, params string[] permissions)
    {
        var wish = new JsonObject { ["name"] = "till", ["permissions"] = new JsonArray([.. permissions.Select(p => (JsonNode)p)]) };
        if (organization is { } id)
            wish["organization"] = id;
        return wish;
    }

    static async Task<JsonNode> Made(PeopleApi by, Guid organization) =>
        (await by.Post("/v1/keys", Wish(organization, "test.read"))).Is(HttpStatusCode.Created);

    async Task<HttpStatusCode> Use(JsonNode key)
    {
        using var client = server.App.ClientWith((string)key["key"]!);
        return (await client.GetAsync("/test/read")).StatusCode;
    }

    [Fact]
    public async Task Members_with_the_right_make_see_rotate_and_end_keys_of_the_organisation()
    {
        var (owner, _) = await server.Someone();
        var id = await StaffServer.Organization(owner);
        var developer = await server.Member(owner, id, "developer");
        var key = await Made(developer, id);
        Assert.Equal(id, (Guid)key["organization"]!);
        Assert.Equal(HttpStatusCode.OK, await Use(key));
        foreach (var member in new[] { owner, developer })
        {
            var list = (await member.Get($"/v1/keys?organization={id}")).Is(HttpStatusCode.OK)["data"]!.AsArray();
            Assert.Equal((Guid)key["id"]!, (Guid)list.Single()!["id"]!);
            Assert.Equal(id, (Guid)(await member.Get($"/v1/keys/{key["id"]}")).Is(HttpStatusCode.OK)["organization"]!);
        }

        (await owner.Patch($"/v1/keys/{key["id"]}", new JsonObject { ["name"] = "shop" })).Is(HttpStatusCode.OK);
        var next = (await owner.Post($"/v1/keys/{key["id"]}/rotation", new JsonObject())).Is(HttpStatusCode.Created);
        Assert.Equal((id, "shop"), ((Guid)next["organization"]!, (string)next["name"]!));
        Assert.Equal(HttpStatusCode.NoContent, (await developer.Delete($"/v1/keys/{next["id"]}")).Status);
        Assert.Equal("revoked", (string)(await owner.Get($"/v1/keys/{next["id"]}")).Json["status"]!);
    }

    [Fact]
    public async Task Nobody_else_comes_near_them()
    {
        var ((owner, _), (stranger, _)) = (await server.Someone(), await server.Someone());
        var id = await StaffServer.Organization(owner);
        await StaffServer.Organization(stranger);
        var key = await Made(owner, id);
        foreach (var person in new[] { stranger, await server.Member(owner, id, "finance"), await server.Member(owner, id, "viewer") })
        {
            (await person.Post("/v1/keys", Wish(id, "test.read"))).IsProblem(404, "platform.no_such_key_owner", "organization");
            (await person.Get($"/v1/keys?organization={id}")).IsProblem(404, "platform.no_such_key_owner", "organization");
            var path = $"/v1/keys/{key["id"]}";
            (await person.Get(path)).IsProblem(404, "platform.no_such_key");
            (await person.Delete(path)).IsProblem(404, "platform.no_such_key");
            (await person.Patch(path, new JsonObject { ["name"] = "mine" })).IsProblem(404, "platform.no_such_key");
            (await person.Post(path + "/rotation", new JsonObject())).IsProblem(404, "platform.no_such_key");
        }

        // Keys of one's own take a right that a person without a role in business has not.
        (await owner.Post("/v1/keys", Wish(null, "test.read"))).IsProblem(403, "platform.permission_missing");
        (await owner.Get("/v1/keys")).IsProblem(403, "platform.permission_missing");
        (await owner.Post("/v1/keys", Wish(id, "test.staff"))).IsProblem(403, "platform.permission_missing", "permissions");
        (await owner.Get("/v1/keys?organization=x")).IsProblem(400, "platform.invalid_request", "organization");
    }

    [Fact]
    public async Task Ones_own_keys_and_those_of_organisations_are_kept_apart()
    {
        using var partner = await server.Staff(Role.Partner, Role.User);
        var id = (Guid)
            (await partner.SendAsync(HttpMethod.Post, "/v1/organizations", StaffServer.Wish())).Is(HttpStatusCode.Created)["id"]!;
        var own = (await partner.SendAsync(HttpMethod.Post, "/v1/keys", Wish(null, "test.read"))).Is(HttpStatusCode.Created);
        var theirs = (await partner.SendAsync(HttpMethod.Post, "/v1/keys", Wish(id, "test.read"))).Is(HttpStatusCode.Created);
        Assert.Null(own["organization"]);
        Assert.Equal([(Guid)own["id"]!], await Ids("/v1/keys"));
        Assert.Equal([(Guid)theirs["id"]!], await Ids($"/v1/keys?organization={id}"));

        async Task<IEnumerable<Guid>> Ids(string path) =>
            (await partner.SendAsync(HttpMethod.Get, path)).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(k => (Guid)k!["id"]!);
    }

    [Fact]
    public async Task They_go_on_when_their_maker_leaves_and_the_maker_does_not()
    {
        var (owner, _) = await server.Someone();
        var id = await StaffServer.Organization(owner);
        var developer = await server.Member(owner, id, "developer");
        var key = await Made(developer, id);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete($"/v1/organizations/{id}/members/{developer.User}")).Status);
        (await developer.Get($"/v1/keys?organization={id}")).IsProblem(404, "platform.no_such_key_owner");
        (await developer.Get($"/v1/keys/{key["id"]}")).IsProblem(404, "platform.no_such_key");
        Assert.Equal(HttpStatusCode.OK, await Use(key));

        using var staff = await server.Staff(Role.Operations);
        (await staff.SendAsync(HttpMethod.Post, $"/v1/users/{developer.User}/suspend", StaffServer.Because())).Is(HttpStatusCode.OK);
        Assert.Equal("active", (string)(await owner.Get($"/v1/keys/{key["id"]}")).Json["status"]!);
    }

    [Fact]
    public async Task They_stop_while_the_organisation_is_suspended()
    {
        using var staff = await server.Staff(Role.Operations);
        var (owner, _) = await server.Someone();
        var id = await StaffServer.Organization(owner);
        var (key, unused) = (await Made(owner, id), await Made(owner, id));
        Assert.Equal(HttpStatusCode.OK, await Use(key));
        (await staff.SendAsync(HttpMethod.Post, $"/v1/organizations/{id}/suspend", StaffServer.Because())).Is(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Unauthorized, await Use(unused));
        (await owner.Post("/v1/keys", Wish(id, "test.read"))).IsProblem(404, "platform.no_such_key_owner");
        await Eventually.TrueAsync(async () => await Use(key) == HttpStatusCode.Unauthorized, "it is forgotten after ten seconds");

        (await staff.SendAsync(HttpMethod.Post, $"/v1/organizations/{id}/reinstate", StaffServer.Because())).Is(HttpStatusCode.OK);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await Use(key), await Use(unused)));
    }

    [Fact]
    public async Task Keys_that_did_not_hear_of_it_hear_of_it_later()
    {
        var (owner, _) = await server.Someone();
        var id = await StaffServer.Organization(owner);
        var key = await Made(owner, id);
        var standing = (Identity.Organizations.OrganizationStanding)
            server.App.Services.GetService(typeof(Identity.Organizations.OrganizationStanding))!;
        await server.Do("update identity.organizations set status = 'suspended', keys_due_at = now() where id = @id", new { id });
        await standing.Sweep(CancellationToken.None);
        Assert.Equal(HttpStatusCode.Unauthorized, await Use(key));
        Assert.False(await server.Ask<bool>("select keys_due_at is not null from identity.organizations where id = @id", new { id }));
    }

    [Fact]
    public async Task A_stolen_query_sees_the_keys_of_those_organisations_alone_that_the_request_was_told()
    {
        var (owner, _) = await server.Someone();
        var (id, other) = (await StaffServer.Organization(owner), await StaffServer.Organization(owner));
        await Made(owner, id);
        await Made(owner, other);
        await using var connection = await server.App.Database.Requests("platform").OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.Empty(await connection.QueryAsync<Guid>("select owner_id from platform.api_keys"));
        await connection.ExecuteAsync("select set_config('app.organizations', @id, true)", new { id = id.ToString() });
        Assert.Equal([id], await connection.QueryAsync<Guid>("select owner_id from platform.api_keys"));
        Assert.Equal(0, await connection.ExecuteAsync("update platform.api_keys set name = 'mine' where owner_id = @other", new { other }));
        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            connection.ExecuteAsync(
                """
                insert into platform.api_keys (id, name, book, permissions, hash, hint, created_at, owner_type, owner_id)
                values (gen_random_uuid(), 'x', 'live', '{test.read}', sha256('x'), 'xxxx', now(), 'organization', @other)
                """,
                new { other }
            )
        );
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }
}
