using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.SigningIn;

public sealed class SignInTests(IdentityServer server)
{
    [Fact]
    public async Task A_wrong_password_and_a_login_that_nobody_has_get_the_same_answer()
    {
        var anyone = await server.Anyone();
        var email = IdentityServer.AnyEmail();
        await anyone.Registered(email);
        var wrong = (await anyone.SignIn(email, "not her password")).IsProblem(401, "identity.wrong_credentials");
        var nobody = (await anyone.SignIn(IdentityServer.AnyEmail())).IsProblem(401, "identity.wrong_credentials");
        wrong["request_id"] = nobody["request_id"] = null;
        Assert.Equal(nobody.ToJsonString(), wrong.ToJsonString());
        Assert.Contains("sign_in_failed", await (await anyone.SignedIn(email)).Activity());
    }

    [Fact]
    public async Task Each_time_a_session_of_its_own_begins()
    {
        var anyone = await server.Anyone();
        var email = IdentityServer.AnyEmail();
        var id = await anyone.Registered(email);
        var first = await anyone.SignIn(email.ToUpperInvariant(), device: "phone");
        var second = await anyone.SignIn(email);
        var (a, b) = (first.Is(HttpStatusCode.Created), second.Is(HttpStatusCode.Created));
        Assert.NotEqual((string?)a["token"], (string?)b["token"]);
        Assert.Matches("^hzs_[A-Za-z0-9_-]{43}$", (string?)a["token"]);
        Assert.Equal((id, "session"), ((Guid)a["user"]!, (string?)a["object"]));
        Assert.Equal($"/v1/sessions/{a["id"]}", first.Headers["Location"]);
    }

    [Fact]
    public async Task A_token_that_is_not_right_opens_nothing()
    {
        var asha = await server.Someone();
        var anyone = await server.Anyone();
        foreach (
            var token in (string[])
                ["hzs_", "hzs_x", asha.Token![..^1], asha.Token + "x", asha.Token.ToUpperInvariant(), "hzs_" + new string('A', 43)]
        )
            (await anyone.With(token).Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        (await anyone.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
    }

    [Fact]
    public async Task A_key_is_nobody()
    {
        var app = await server.App;
        var key = new PeopleApi(app, app.Client);
        foreach (var path in (string[])["/v1/me", "/v1/me/preferences", "/v1/me/activity", "/v1/sessions"])
            (await key.Get(path)).IsProblem(403, "platform.people_only");
        (await key.Post("/v1/auth/sign-out")).IsProblem(403, "platform.people_only");
    }

    [Fact]
    public async Task A_person_may_do_what_their_roles_say_and_no_more()
    {
        var asha = await server.Someone();
        (await asha.Get("/v1/ledger/accounts")).IsProblem(403, "platform.permission_missing");
        var people = (await server.App).Services.GetRequiredService<People>();
        var email = IdentityServer.AnyEmail();
        var id = await people.CreateAdmin(email, "Root Admin", IdentityServer.Good);
        var admin = await (await server.Anyone()).SignedIn(email);
        Assert.Equal(id, admin.User);
        (await admin.Get("/v1/ledger/accounts")).Is(HttpStatusCode.OK);
        (await admin.Post("/v1/ledger/transactions", new JsonObject())).IsProblem(403, "platform.permission_missing");
    }

    [Fact]
    public async Task Who_is_suspended_is_told_so_only_with_the_right_password_and_loses_their_sessions()
    {
        await using var app = await HazinaApp.StartAsync(settings: IdentityServer.Quick);
        var anyone = new PeopleApi(app, app.Anonymous);
        await anyone.Registered("asha@example.com");
        var asha = await anyone.SignedIn("asha@example.com");
        await using var connection = new NpgsqlConnection(
            app.Services.GetRequiredService<Hazina.Host.ServerOptions>().OwnerConnectionString
        );
        await connection.ExecuteAsync("update identity.users set status = 'suspended'");
        (await anyone.SignIn("asha@example.com", "not her password")).IsProblem(401, "identity.wrong_credentials");
        (await anyone.SignIn("asha@example.com")).IsProblem(403, "identity.suspended");
        (await asha.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
    }

    [Fact]
    public async Task Ten_wrong_passwords_are_enough_whether_or_not_there_is_such_an_account()
    {
        await using var app = await HazinaApp.StartAsync(settings: IdentityServer.Quick);
        var anyone = new PeopleApi(app, app.Anonymous);
        await anyone.Registered("asha@example.com");
        foreach (var login in (string[])["asha@example.com", "nobody@example.com"])
        {
            // Side by side: an attempt counts before it is made.
            var tried = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => anyone.SignIn(login, $"wrong password {i}")));
            Assert.Equal(10, tried.Count(t => t.Status == HttpStatusCode.Unauthorized));
            Assert.Equal(2, tried.Count(t => t.Code == "identity.too_many_attempts"));
        }

        (await anyone.SignIn("asha@example.com")).IsProblem(429, "identity.too_many_attempts");
    }

    [Fact]
    public async Task A_person_has_one_count_whichever_login_is_tried()
    {
        await using var app = await HazinaApp.StartAsync(settings: IdentityServer.Quick);
        var anyone = new PeopleApi(app, app.Anonymous);
        await anyone.Registered("asha@example.com");
        var asha = await anyone.SignedIn("asha@example.com");
        (await asha.Patch("/v1/me", new JsonObject { ["username"] = "asha.mwangi" })).Is(HttpStatusCode.OK);
        for (var i = 0; i < 5; i++)
        {
            (await anyone.SignIn("asha@example.com", "a wrong password")).IsProblem(401, "identity.wrong_credentials");
            (await anyone.SignIn("asha.mwangi", "a wrong password")).IsProblem(401, "identity.wrong_credentials");
        }

        (await anyone.SignIn("asha@example.com")).IsProblem(429, "identity.too_many_attempts");
        (await anyone.SignIn("Asha.Mwangi")).IsProblem(429, "identity.too_many_attempts");
        (await anyone.SignIn($"person {asha.User}")).IsProblem(401, "identity.wrong_credentials");
    }

    [Fact]
    public async Task Strangers_lock_nobody_out_of_their_own_places()
    {
        await using var app = await HazinaApp.StartAsync(
            settings: new Dictionary<string, string?>(IdentityServer.Quick) { ["trusted_proxies"] = "127.0.0.1" }
        );
        var anyone = new PeopleApi(app, app.Anonymous);
        await anyone.Registered("asha@example.com");
        using var atHome = From(app, "203.0.113.7");
        await new PeopleApi(app, atHome).SignedIn("asha@example.com");
        for (var i = 0; i < 100; i++)
        {
            using var stranger = From(app, $"198.51.100.{i / 10}");
            Assert.True(await Counted(new PeopleApi(app, stranger)));
        }

        using var another = From(app, "192.0.2.1");
        (await new PeopleApi(app, another).SignIn("asha@example.com")).IsProblem(429, "identity.too_many_attempts");
        await new PeopleApi(app, atHome).SignedIn("asha@example.com");

        static async Task<bool> Counted(PeopleApi api) =>
            (await api.SignIn("asha@example.com", "a wrong password")).Status is HttpStatusCode.Unauthorized;
    }

    static HttpClient From(HazinaApp app, string address)
    {
        var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }
}
