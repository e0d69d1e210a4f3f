using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Identity.Tests.SecondFactors;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.Passkeys;

/// <summary>On a clock that stands still but where a test moves it, with devices that lie. A real browser's are in <see cref="BrowserPasskeyTests"/>.</summary>
public sealed class PasskeyTests(SecondFactorTests.Timed timed) : IClassFixture<SecondFactorTests.Timed>
{
    PeopleApi Anyone => timed.Anyone;

    [Fact]
    public async Task A_passkey_lets_its_owner_in_by_itself()
    {
        var (asha, email) = await timed.Someone();
        var (passkey, added) = await asha.WithPasskey("Asha's phone");
        Assert.Equal(10, added["recovery_codes"]!["codes"]!.AsArray().Count);
        timed.Tick();
        var session = (await Anyone.SignInWith(passkey)).Is(HttpStatusCode.Created);
        Assert.Equal(asha.User, (Guid)session["user"]!);
        var signedIn = Anyone.With((string)session["token"]!);
        Assert.True((bool)(await signedIn.Get("/v1/me")).Json["second_factor"]!);
        Assert.Equal(["signed_in", "passkey_added"], (await signedIn.Activity()).Take(2));
        Assert.Equal("A passkey was added", (await Anyone.Messages(email))[^1].Subject);
        var listed = (await signedIn.Get("/v1/me/passkeys")).Is(HttpStatusCode.OK)["data"]!.AsArray().Single()!;
        Assert.Equal("Asha's phone", (string?)listed["name"]);
        Assert.NotNull(listed["last_used_at"]);
        (await Anyone.SignInWith(passkey)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_is_asked_of_who_signs_in_is_the_same_for_everybody_but_for_the_challenge()
    {
        await (await timed.Someone()).Person.WithPasskey();
        var (one, two) = ((await Anyone.BegunSignIn())["options"]!, (await Anyone.BegunSignIn())["options"]!);
        Assert.NotEqual((string?)one["challenge"], (string?)two["challenge"]);
        foreach (var options in (JsonNode[])[one, two])
            options["challenge"] = "";
        Assert.Equal(one.ToJsonString(), two.ToJsonString());
        Assert.Equal(("localhost", "required"), ((string?)one["rpId"], (string?)one["userVerification"]));
        Assert.Empty(one["allowCredentials"]?.AsArray() ?? []);
    }

    [Theory]
    [InlineData("another challenge")]
    [InlineData("another page")]
    [InlineData("a page that looks like ours")]
    [InlineData("a frame in another page")]
    [InlineData("another domain")]
    [InlineData("nobody touched it")]
    [InlineData("its owner was not seen")]
    [InlineData("a wrong signature")]
    [InlineData("an unknown key")]
    [InlineData("nobody's")]
    [InlineData("somebody else's")]
    [InlineData("without saying whose")]
    [InlineData("what is for adding one")]
    [InlineData("no passkey at all")]
    public async Task Nobody_is_let_in_by(string lie)
    {
        var ((asha, _), (juma, _)) = (await timed.Someone(), await timed.Someone());
        var (passkey, _) = await asha.WithPasskey();
        var (others, _) = await juma.WithPasskey();
        var begun = await Anyone.BegunSignIn();
        Lie(passkey, lie);
        if (lie == "somebody else's")
            passkey.Handle = others.Handle;
        var credential = lie == "no passkey at all" ? new JsonObject { ["id"] = "" } : passkey.Show(begun["options"]!);
        (await Anyone.SignInWith(begun["id"], credential)).IsProblem(401, "identity.wrong_passkey", "credential");
        // A lie uses the challenge up.
        (await Anyone.SignInWith(begun["id"], others.Show(begun["options"]!))).IsProblem(401, "identity.wrong_passkey");
        (await Anyone.SignInWith(others)).Is(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("another challenge")]
    [InlineData("another page")]
    [InlineData("a frame in another page")]
    [InlineData("another domain")]
    [InlineData("nobody touched it")]
    [InlineData("its owner was not seen")]
    [InlineData("what is for adding one")]
    public async Task Nothing_is_added_by(string lie)
    {
        var (asha, _) = await timed.Someone();
        var begun = await asha.Begun("/v1/me/passkeys/begin");
        var passkey = new SoftPasskey();
        Lie(passkey, lie);
        if (passkey.Type is not null)
            passkey.Type = "webauthn.get";
        (await asha.Add(begun["id"], passkey.Make(begun["options"]!))).IsProblem(422, "identity.passkey_invalid", "credential");
        (await asha.Add(begun["id"], new SoftPasskey().Make(begun["options"]!))).IsProblem(422, "identity.passkey_invalid");
        Assert.Empty((await asha.Get("/v1/me/passkeys")).Is(HttpStatusCode.OK)["data"]!.AsArray());
    }

    static void Lie(SoftPasskey passkey, string lie)
    {
        _ = lie switch
        {
            "another challenge" => passkey.Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "another page" => passkey.Origin = "https://example.com",
            "a page that looks like ours" => passkey.Origin = "https://localhost.example.com",
            "another domain" => passkey.Domain = "example.com",
            "nobody's" => passkey.Handle = "AAAA",
            "without saying whose" => passkey.Handle = null,
            "what is for adding one" => passkey.Type = "webauthn.create",
            _ => "",
        };
        passkey.IsCrossOrigin = lie == "a frame in another page";
        passkey.IsPresent = lie != "nobody touched it";
        passkey.IsVerified = lie != "its owner was not seen";
        passkey.SpoilsSignature = lie == "a wrong signature";
        if (lie == "an unknown key")
            passkey.Id = [1, 2, 3];
    }

    [Fact]
    public async Task A_challenge_is_good_once_for_five_minutes()
    {
        var (asha, _) = await timed.Someone();
        var (passkey, _) = await asha.WithPasskey();
        var begun = await Anyone.BegunSignIn();
        var shown = passkey.Show(begun["options"]!);
        (await Anyone.SignInWith(begun["id"], (JsonObject)shown.DeepClone())).Is(HttpStatusCode.Created);
        (await Anyone.SignInWith(begun["id"], (JsonObject)shown.DeepClone())).IsProblem(401, "identity.wrong_passkey");
        var next = await Anyone.BegunSignIn();
        (await Anyone.SignInWith(next["id"], (JsonObject)shown.DeepClone())).IsProblem(401, "identity.wrong_passkey");

        next = await Anyone.BegunSignIn();
        timed.Time.Advance(TimeSpan.FromMinutes(5));
        (await Anyone.SignInWith(next["id"], passkey.Show(next["options"]!))).IsProblem(401, "identity.wrong_passkey");
        var add = await asha.Begun("/v1/me/passkeys/begin");
        timed.Time.Advance(TimeSpan.FromSeconds(299));
        (await asha.Add(add["id"], new SoftPasskey().Make(add["options"]!))).IsProblem(403, "identity.confirmation_required");
    }

    [Fact]
    public async Task Of_many_who_answer_one_challenge_at_once_one_gets_in()
    {
        var (asha, _) = await timed.Someone();
        var (passkey, _) = await asha.WithPasskey();
        var begun = await Anyone.BegunSignIn();
        var shown = Enumerable.Range(0, 6).Select(_ => passkey.Show(begun["options"]!)).ToList();
        var replies = await Task.WhenAll(shown.Select(s => Anyone.SignInWith(begun["id"], s)));
        Assert.Single(replies, r => r.Status == HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_challenge_is_good_for_its_purpose_its_person_and_its_session_alone()
    {
        var ((asha, email), (juma, _)) = (await timed.Someone(), await timed.Someone());
        var (passkey, _) = await asha.WithPasskey();
        var (others, _) = await juma.WithPasskey();
        var signIn = await Anyone.BegunSignIn();
        (await asha.Confirm(signIn, passkey)).IsProblem(401, "identity.wrong_second_factor", "passkey");
        var confirm = await asha.Begun("/v1/auth/confirm/passkey");
        (await Anyone.SignInWith(confirm["id"], passkey.Show(confirm["options"]!))).IsProblem(401, "identity.wrong_passkey");
        (await juma.Confirm(confirm, others)).IsProblem(401, "identity.wrong_second_factor");
        (await asha.Confirm(confirm, others)).IsProblem(401, "identity.wrong_second_factor");

        var session = (await Anyone.SignInWith(passkey)).Is(HttpStatusCode.Created);
        confirm = await asha.Begun("/v1/auth/confirm/passkey");
        (await Anyone.With((string)session["token"]!).Confirm(confirm, passkey)).IsProblem(401, "identity.wrong_second_factor");
        (await asha.Confirm(confirm, passkey)).Is(HttpStatusCode.OK);

        var add = await juma.Begun("/v1/me/passkeys/begin");
        var (one, two) = (await timed.Begin(email), await timed.Begin(email));
        var second = await Anyone.Begun("/v1/auth/sign-in/second-step/passkey", new JsonObject { ["token"] = one });
        (await Anyone.Second(two, second, passkey)).IsProblem(401, "identity.wrong_second_factor", "passkey");
        (await Anyone.Second(one, second, others)).IsProblem(401, "identity.wrong_second_factor");
        Assert.Equal(
            422,
            (int)(await Anyone.With((string)session["token"]!).Add(add["id"], new SoftPasskey().Make(add["options"]!))).Status
        );
    }

    [Fact]
    public async Task A_counter_that_goes_back_is_refused_and_noted_and_its_owner_is_told()
    {
        var (asha, email) = await timed.Someone();
        var (passkey, _) = await asha.WithPasskey("Asha's phone");
        passkey.Count = 40;
        (await Anyone.SignInWith(passkey)).Is(HttpStatusCode.Created);
        timed.Tick();
        foreach (var count in (uint[])[40, 7, 0])
        {
            passkey.Count = count;
            (await Anyone.SignInWith(passkey)).IsProblem(401, "identity.wrong_passkey");
        }

        Assert.Equal(3, (await asha.Activity()).Count(a => a == "passkey_copied"));
        Assert.Equal(3, (await asha.Activity()).Count(a => a == "sign_in_failed"));
        Assert.Contains("'Asha's phone'", (await Anyone.Messages(email))[^1].Text, StringComparison.Ordinal);
        passkey.Count = 41;
        (await Anyone.SignInWith(passkey)).Is(HttpStatusCode.Created);

        var many = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Anyone.BegunSignIn()));
        var replies = await Task.WhenAll(
            many.Select(begun =>
            {
                passkey.Count = 50;
                return Anyone.SignInWith(begun["id"], passkey.Show(begun["options"]!));
            })
        );
        Assert.Single(replies, r => r.Status == HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_device_that_counts_nothing_is_taken_as_it_is()
    {
        var (asha, _) = await timed.Someone();
        var passkey = new SoftPasskey { Count = 0 };
        var begun = await asha.Begun("/v1/me/passkeys/begin");
        (await asha.Add(begun["id"], passkey.Make(begun["options"]!))).Is(HttpStatusCode.Created);
        for (var i = 0; i < 2; i++)
        {
            passkey.Count = 0;
            (await Anyone.SignInWith(passkey)).Is(HttpStatusCode.Created);
        }
    }

    [Fact]
    public async Task Who_has_a_passkey_shows_it_after_the_password_or_a_recovery_code()
    {
        var (asha, email) = await timed.Someone();
        var (passkey, added) = await asha.WithPasskey();
        var begun = (await Anyone.SignIn(email)).Is(HttpStatusCode.Accepted);
        Assert.Equal("[\"passkey\",\"recovery_code\"]", begun["methods"]!.ToJsonString());
        var token = (string)begun["token"]!;
        var challenge = await Anyone.Begun("/v1/auth/sign-in/second-step/passkey", new JsonObject { ["token"] = token });
        Assert.Single(challenge["options"]!["allowCredentials"]!.AsArray());
        (await timed.Second(token, "123456")).IsProblem(401, "identity.wrong_second_factor", "code");
        var session = (await Anyone.Second(token, challenge, passkey)).Is(HttpStatusCode.Created);
        Assert.Equal(asha.User, (Guid)session["user"]!);
        (await Anyone.Post("/v1/auth/sign-in/second-step/passkey", new JsonObject { ["token"] = token })).IsProblem(
            401,
            "identity.sign_in_over",
            "token"
        );
        var code = (string)added["recovery_codes"]!["codes"]![0]!;
        (await timed.Second(await timed.Begin(email), null, code)).Is(HttpStatusCode.Created);

        timed.Tick();
        var app = await AuthenticatorApp.Add(asha, timed.Time);
        begun = (await Anyone.SignIn(email)).Is(HttpStatusCode.Accepted);
        Assert.Equal("[\"code\",\"passkey\",\"recovery_code\"]", begun["methods"]!.ToJsonString());
        (await timed.Second((string)begun["token"]!, app.Code())).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Adding_and_taking_away_asks_who_one_is_and_the_passkey_answers()
    {
        var (asha, email) = await timed.Someone();
        timed.Time.Advance(TimeSpan.FromMinutes(10));
        (await asha.Post("/v1/me/passkeys/begin")).IsProblem(403, "identity.confirmation_required");
        (await asha.Post("/v1/auth/confirm/passkey")).IsProblem(404, "identity.no_such_passkey");
        asha = await Anyone.SignedIn(email);
        var (passkey, added) = await asha.WithPasskey();
        var path = $"/v1/me/passkeys/{added["passkey"]!["id"]}";
        timed.Time.Advance(TimeSpan.FromMinutes(10));
        var refused = (await asha.Delete(path)).IsProblem(403, "identity.confirmation_required");
        Assert.Contains("with a passkey", (string)refused["detail"]!, StringComparison.Ordinal);
        var password = new JsonObject { ["password"] = IdentityServer.Good };
        (await asha.Post("/v1/auth/confirm", password)).IsProblem(403, "identity.second_factor_required");

        var confirmed = (await asha.Confirm(await asha.Begun("/v1/auth/confirm/passkey"), passkey)).Is(HttpStatusCode.OK);
        asha = Anyone.With((string)confirmed["token"]!);
        (await asha.Patch(path, new JsonObject { ["name"] = "old phone" })).Is(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete(path)).Status);
        (await asha.Delete(path)).IsProblem(404, "identity.no_such_passkey", "passkey");
        Assert.Contains("'old phone'", (await Anyone.Messages(email))[^1].Text, StringComparison.Ordinal);
        (await Anyone.SignInWith(passkey)).IsProblem(401, "identity.wrong_passkey");
        (await Anyone.SignIn(email)).Is(HttpStatusCode.Created);
        (await asha.Post("/v1/me/recovery-codes")).IsProblem(404, "identity.no_authenticator");
    }

    [Fact]
    public async Task Recovery_codes_stay_as_long_as_there_is_a_second_factor()
    {
        var (asha, _) = await timed.Someone();
        await AuthenticatorApp.Add(asha, timed.Time);
        var (_, added) = await asha.WithPasskey();
        Assert.Null(added["recovery_codes"]);
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete("/v1/me/authenticator")).Status);
        (await asha.Post("/v1/me/recovery-codes")).Is(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete($"/v1/me/passkeys/{added["passkey"]!["id"]}")).Status);
        await using var connection = new NpgsqlConnection(
            timed.App.Services.GetRequiredService<Hazina.Host.ServerOptions>().OwnerConnectionString
        );
        Assert.Equal(
            0,
            await connection.ExecuteScalarAsync<long>("select count(*) from identity.recovery_codes where user_id = @User", asha)
        );
    }

    [Fact]
    public async Task Nobody_sees_changes_or_takes_away_the_passkeys_of_another()
    {
        var ((asha, _), (juma, _)) = (await timed.Someone(), await timed.Someone());
        var (_, added) = await asha.WithPasskey();
        var path = $"/v1/me/passkeys/{added["passkey"]!["id"]}";
        Assert.Empty((await juma.Get("/v1/me/passkeys")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        (await juma.Patch(path, new JsonObject { ["name"] = "mine" })).IsProblem(404, "identity.no_such_passkey", "passkey");
        (await juma.Delete(path)).IsProblem(404, "identity.no_such_passkey", "passkey");
        (await juma.Patch(path, new JsonObject { ["name"] = "" })).IsProblem(400, "platform.invalid_request", "name");
    }

    [Fact]
    public async Task A_passkey_is_one_persons_and_a_device_that_has_one_is_named_to_the_browser()
    {
        var ((asha, _), (juma, _)) = (await timed.Someone(), await timed.Someone());
        var (passkey, _) = await asha.WithPasskey();
        var begun = await juma.Begun("/v1/me/passkeys/begin");
        Assert.Empty(begun["options"]!["excludeCredentials"]?.AsArray() ?? []);
        (await juma.Add(begun["id"], passkey.Make(begun["options"]!))).IsProblem(422, "identity.passkey_invalid");
        begun = await asha.Begun("/v1/me/passkeys/begin");
        Assert.Single(begun["options"]!["excludeCredentials"]!.AsArray());
        Assert.Equal("required", (string?)begun["options"]!["authenticatorSelection"]!["residentKey"]);
    }

    [Fact]
    public async Task A_person_has_twenty_passkeys_at_most()
    {
        var (asha, _) = await timed.Someone();
        for (var i = 0; i < 19; i++)
            await asha.WithPasskey($"device {i}");
        var begun = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => asha.Begun("/v1/me/passkeys/begin")));
        var replies = await Task.WhenAll(begun.Select(b => asha.Add(b["id"], new SoftPasskey().Make(b["options"]!))));
        Assert.Single(replies, r => r.Status == HttpStatusCode.Created);
        (await asha.Post("/v1/me/passkeys/begin")).IsProblem(409, "identity.too_many_passkeys");
        Assert.Equal(20, (await asha.Get("/v1/me/passkeys?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task Who_is_suspended_is_told_so_and_not_let_in()
    {
        var (asha, _) = await timed.Someone();
        var (passkey, _) = await asha.WithPasskey();
        await using var connection = new NpgsqlConnection(
            timed.App.Services.GetRequiredService<Hazina.Host.ServerOptions>().OwnerConnectionString
        );
        await connection.ExecuteAsync("update identity.users set status = 'suspended' where id = @User", asha);
        (await Anyone.SignInWith(passkey)).IsProblem(403, "identity.suspended");
    }

    [Fact]
    public async Task The_operator_takes_passkeys_away_with_the_authenticator()
    {
        var (asha, email) = await timed.Someone();
        var (passkey, _) = await asha.WithPasskey();
        await timed.App.Services.GetRequiredService<People>().RemoveAuthenticator(email);
        (await Anyone.SignInWith(passkey)).IsProblem(401, "identity.wrong_passkey");
        (await Anyone.SignIn(email)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_cannot_be_a_passkey_is_refused_before_it_is_looked_at()
    {
        var nothing = new JsonObject();
        (await Anyone.Post("/v1/auth/sign-in/passkey", nothing)).IsProblem(400, "platform.invalid_request");
        var text = new JsonObject { ["challenge"] = Guid.CreateVersion7(), ["credential"] = "a text" };
        (await Anyone.Post("/v1/auth/sign-in/passkey", text)).IsProblem(400, "platform.invalid_request", "credential");
        var large = new JsonObject { ["id"] = new string('a', 40_000) };
        (await Anyone.SignInWith(Guid.CreateVersion7(), large)).IsProblem(400, "platform.invalid_request", "credential");
        var (asha, _) = await timed.Someone();
        var both = new JsonObject { ["code"] = "123456", ["passkey"] = PasskeyApi.Proof(Guid.CreateVersion7(), []) };
        (await asha.Post("/v1/auth/confirm", both)).IsProblem(400, "platform.invalid_request", "passkey");
    }
}
