using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;

namespace Hazina.Identity.Tests.Passwords;

public sealed class PasswordTests(IdentityServer server)
{
    const string Next = "four large boats at dusk";

    [Fact]
    public async Task A_forgotten_password_is_set_by_a_code_and_ends_every_session()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        await anyone.Registered(email);
        var old = await anyone.SignedIn(email);
        var reset = (await Forgot(anyone, email)).Is(HttpStatusCode.Accepted);
        var code = await anyone.Code(email);
        (await Reset(anyone, reset["id"], code, "password")).IsProblem(422, "identity.weak_password");
        Assert.Equal(HttpStatusCode.NoContent, (await Reset(anyone, reset["id"], code, Next)).Status);
        (await Reset(anyone, reset["id"], code, Next)).IsProblem(422, "identity.code_invalid");

        (await old.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        (await anyone.SignIn(email)).IsProblem(401, "identity.wrong_credentials");
        var asha = await anyone.SignedIn(email, Next);
        Assert.Equal("Your password was changed", (await anyone.Messages(email))[^1].Subject);
        Assert.Contains("password_reset", await asha.Activity());
    }

    [Fact]
    public async Task Asking_for_a_code_does_not_tell_who_has_an_account()
    {
        var (anyone, known, nobody) = (await server.Anyone(), IdentityServer.AnyEmail(), IdentityServer.AnyEmail());
        await anyone.Registered(known);
        var (toKnown, toNobody) = (await Forgot(anyone, known), await Forgot(anyone, nobody));
        Assert.Equal(
            (toKnown.Status, toKnown.Json.AsObject().Select(p => p.Key)),
            (toNobody.Status, toNobody.Json.AsObject().Select(p => p.Key)),
            (a, b) => a.Status == b.Status && a.Item2.SequenceEqual(b.Item2)
        );
        Assert.Empty(await anyone.Messages(nobody));
        (await Reset(anyone, toNobody.Json["id"], "12345678", Next)).IsProblem(422, "identity.code_invalid");
        var claim = IdentityServer.AnyEmail();
        (await anyone.Register(claim)).Is(HttpStatusCode.Accepted);
        (await Forgot(anyone, claim)).Is(HttpStatusCode.Accepted);
        Assert.Single(await anyone.Messages(claim)); // who has not verified has no password to set
    }

    [Fact]
    public async Task A_code_for_one_thing_is_none_for_another()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        var id = (await anyone.Register(email)).Is(HttpStatusCode.Accepted)["id"];
        (await Reset(anyone, id, await anyone.Code(email), Next)).IsProblem(422, "identity.code_invalid");
        (await anyone.Verify(id, await anyone.Code(email))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_password_is_changed_by_who_knows_it_and_ends_every_session()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        await anyone.Registered(email);
        var (phone, laptop) = (await anyone.SignedIn(email), await anyone.SignedIn(email));
        (await phone.Get("/v1/me")).Is(HttpStatusCode.OK);
        (await Change(laptop, "not the password", Next)).IsProblem(401, "identity.wrong_credentials", "current_password");
        (await Change(laptop, IdentityServer.Good, IdentityServer.Good)).IsProblem(400, "platform.invalid_request", "new_password");
        (await Change(laptop, IdentityServer.Good, email)).IsProblem(422, "identity.weak_password", "new_password");
        Assert.Equal(HttpStatusCode.NoContent, (await Change(laptop, IdentityServer.Good, Next)).Status);
        foreach (var device in new[] { phone, laptop })
            (await device.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        (await anyone.SignIn(email)).IsProblem(401, "identity.wrong_credentials");
        await anyone.SignedIn(email, Next);
    }

    [Fact]
    public async Task A_stolen_session_does_not_find_the_password_out()
    {
        var asha = await server.Someone();
        for (var i = 0; i < 10; i++)
            (await Change(asha, $"a guess, number {i}", Next)).IsProblem(401, "identity.wrong_credentials");
        (await Change(asha, IdentityServer.Good, Next)).IsProblem(429, "identity.too_many_attempts");
    }

    [Fact]
    public async Task Who_knows_somebodys_id_uses_up_no_attempts_of_their_code()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        var user = await anyone.Registered(email);
        var reset = (await Forgot(anyone, email)).Is(HttpStatusCode.Accepted);
        var code = await anyone.Code(email);
        for (var i = 0; i < 5; i++)
            (await Reset(anyone, JsonValue.Create(user), code, Next)).IsProblem(422, "identity.code_invalid");
        Assert.Equal(HttpStatusCode.NoContent, (await Reset(anyone, reset["id"], code, Next)).Status);
    }

    [Fact]
    public async Task A_new_password_is_told_at_every_address_that_is_known()
    {
        var asha = await server.Someone();
        var (anyone, phone) = (await server.Anyone(), IdentityServer.AnyPhone());
        await using var connection = new NpgsqlConnection(await server.Owner());
        await connection.ExecuteAsync(
            "update identity.users set phone = @phone, phone_verified_at = now() where id = @User",
            new { phone, asha.User }
        );
        Assert.Equal(HttpStatusCode.NoContent, (await Change(asha, IdentityServer.Good, Next)).Status);
        Assert.Equal("Your password was changed", Assert.Single(await anyone.Messages(phone)).Subject);
        var email = await connection.ExecuteScalarAsync<string>("select email from identity.users where id = @User", asha);
        Assert.Equal("Your password was changed", (await anyone.Messages(email!))[^1].Subject);
    }

    [Fact]
    public async Task Strangers_who_ask_for_codes_keep_nobody_from_a_new_password()
    {
        await using var app = await HazinaApp.StartAsync(
            settings: new Dictionary<string, string?>(IdentityServer.Quick) { ["trusted_proxies"] = "127.0.0.1" }
        );
        var anyone = new PeopleApi(app, app.Anonymous);
        await anyone.Registered("asha@example.com");
        var atHome = anyone.From("203.0.113.7");
        await atHome.SignedIn("asha@example.com");
        for (var i = 0; i < 20; i++)
            (await Forgot(anyone.From($"198.51.100.{i / 5}"), "asha@example.com")).Is(HttpStatusCode.Accepted);
        (await Forgot(anyone.From("192.0.2.1"), "asha@example.com")).IsProblem(429, "identity.too_many_attempts");
        for (var i = 0; i < 5; i++)
            (await Forgot(atHome, "asha@example.com")).Is(HttpStatusCode.Accepted);
        (await Forgot(atHome, "asha@example.com")).IsProblem(429, "identity.too_many_attempts");
    }

    static Task<Reply> Forgot(PeopleApi api, string email) => api.Post("/v1/auth/password/forgot", new JsonObject { ["email"] = email });

    static Task<Reply> Reset(PeopleApi api, JsonNode? id, string code, string password) =>
        api.Post(
            "/v1/auth/password/reset",
            new JsonObject
            {
                ["password_reset"] = id?.DeepClone(),
                ["code"] = code,
                ["password"] = password,
            }
        );

    static Task<Reply> Change(PeopleApi api, string current, string next) =>
        api.Post("/v1/auth/password/change", new JsonObject { ["current_password"] = current, ["new_password"] = next });
}
