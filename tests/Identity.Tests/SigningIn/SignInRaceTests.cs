using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Hazina.Identity.Tests.SigningIn;

/// <summary>What a password lets in while it is being changed: the other side of each race is a transaction that the test holds open.</summary>
public sealed class SignInRaceTests(IdentityServer server)
{
    const string Next = "four large boats at dusk";

    [Fact]
    public async Task A_sign_in_gets_no_session_by_a_password_that_is_changed_while_it_is_checked()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        var user = await anyone.Registered(email);
        await using var held = await Held.Open(await server.Owner());
        await held.Do("update identity.passwords set hash = hash || '.', changed_at = now() where user_id = @user", new { user });
        var signIn = anyone.SignIn(email);
        await held.Stops(signIn);
        await held.Commit();
        (await signIn).IsProblem(401, "identity.wrong_credentials");
        Assert.Equal(0, await held.Count("select count(*) from identity.sessions where user_id = @user", new { user }));
    }

    [Fact]
    public async Task A_session_that_begins_while_a_reset_waits_is_ended_by_it()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        var user = await anyone.Registered(email);
        var asked = (await anyone.Post("/v1/auth/password/forgot", new JsonObject { ["email"] = email })).Is(HttpStatusCode.Accepted);
        await using var held = await Held.Open(await server.Owner());
        await held.Do("select from identity.passwords where user_id = @user for share", new { user });
        var reset = anyone.Post(
            "/v1/auth/password/reset",
            new JsonObject
            {
                ["password_reset"] = asked["id"]!.DeepClone(),
                ["code"] = await anyone.Code(email),
                ["password"] = Next,
            }
        );
        await held.Stops(reset);
        await held.Do(
            """
            insert into identity.sessions (id, user_id, token_hash, network, created_at, confirmed_at, last_seen_at, expires_at)
            values (gen_random_uuid(), @user, @hash, '192.0.2.0/24', now(), now(), now(), now() + interval '1 day')
            """,
            new { user, hash = RandomNumberGenerator.GetBytes(32) }
        );
        await held.Commit();
        Assert.Equal(HttpStatusCode.NoContent, (await reset).Status);
        Assert.Equal(
            0,
            await held.Count("select count(*) from identity.sessions where user_id = @user and ended_at is null", new { user })
        );
    }

    [Fact]
    public async Task A_change_by_a_password_that_was_reset_meanwhile_changes_nothing()
    {
        var asha = await server.Someone();
        await using var held = await Held.Open(await server.Owner());
        await held.Do("update identity.passwords set hash = hash || '.' where user_id = @user", new { user = asha.User });
        var change = asha.Post(
            "/v1/auth/password/change",
            new JsonObject { ["current_password"] = IdentityServer.Good, ["new_password"] = Next }
        );
        await held.Stops(change);
        await held.Commit();
        (await change).IsProblem(401, "identity.wrong_credentials", "current_password");
        (await asha.Get("/v1/me")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_second_step_does_not_finish_a_sign_in_that_is_being_ended_by_a_new_password()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        await anyone.Registered(email);
        var asha = await anyone.SignedIn(email);
        var app = await AuthenticatorApp.Add(asha, TimeProvider.System);
        var begun = (await anyone.SignIn(email)).Is(HttpStatusCode.Accepted);
        await using var held = await Held.Open(await server.Owner());
        await held.Do("select from identity.passwords where user_id = @User for update", asha);
        var second = anyone.Post(
            "/v1/auth/sign-in/second-step",
            new JsonObject { ["token"] = begun["token"]!.DeepClone(), ["recovery_code"] = app.RecoveryCodes[0] }
        );
        await held.Stops(second);
        await held.Do("update identity.sign_ins set used_at = now() where user_id = @User", asha);
        await held.Commit();
        Assert.Equal(HttpStatusCode.Unauthorized, (await second).Status);
        Assert.Equal(1, await held.Count("select count(*) from identity.sessions where user_id = @User", asha));
    }

    [Fact]
    public async Task A_sign_in_asks_for_the_code_of_an_authenticator_that_is_added_while_the_password_is_checked()
    {
        var asha = await server.Someone();
        var email = (string)(await asha.Get("/v1/me")).Json["email"]!;
        await asha.Post("/v1/me/authenticator");
        await using var held = await Held.Open(await server.Owner());
        await held.Do("select from identity.passwords where user_id = @User for update", asha);
        var signIn = (await server.Anyone()).SignIn(email);
        await held.Stops(signIn);
        await held.Do("update identity.authenticators set confirmed_at = now() where user_id = @User", asha);
        await held.Commit();
        (await signIn).Is(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Forty_who_sign_in_at_once_are_all_let_in()
    {
        // More than there are connections: one who waits for another while holding one would wait for ever.
        var (anyone, emails) = (await server.Anyone(), Enumerable.Range(0, 40).Select(_ => IdentityServer.AnyEmail()).ToList());
        foreach (var part in emails.Chunk(10))
            await Task.WhenAll(part.Select(e => anyone.Registered(e)));
        var answers = await Task.WhenAll(emails.Select(e => Until(() => anyone.SignIn(e))));
        var tokens = answers.Select(a => (string)a.Is(HttpStatusCode.Created)["token"]!).ToList();
        var people = await Task.WhenAll(tokens.Select(t => anyone.With(t).Get("/v1/me")));
        Assert.Equal(emails, people.Select(p => (string)p.Is(HttpStatusCode.OK)["email"]!));

        // So many passwords at once are put off, and never left hanging.
        static async Task<Reply> Until(Func<Task<Reply>> signIn)
        {
            for (; ; )
            {
                if (await signIn() is var reply && reply.Status != HttpStatusCode.ServiceUnavailable)
                    return reply;
            }
        }
    }
}
