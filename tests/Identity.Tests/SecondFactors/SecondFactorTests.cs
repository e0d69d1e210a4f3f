using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.SecondFactors;

/// <summary>On a clock that stands still but where a test moves it: codes go by the time.</summary>
public sealed class SecondFactorTests(SecondFactorTests.Timed timed) : IClassFixture<SecondFactorTests.Timed>
{
    [Fact]
    public async Task Signing_in_takes_a_second_step_once_there_is_an_authenticator()
    {
        var (asha, app, email) = await timed.WithApp();
        Assert.True((bool)(await asha.Get("/v1/me")).Json["second_factor"]!);
        var begun = (await timed.Anyone.SignIn(email, device: "phone")).Is(HttpStatusCode.Accepted);
        Assert.Equal(("sign_in", "[\"code\",\"recovery_code\"]"), ((string?)begun["object"], begun["methods"]!.ToJsonString()));
        var token = (string)begun["token"]!;
        (await timed.Anyone.With(token).Get("/v1/me")).IsProblem(401, "platform.unauthenticated");

        (await timed.Second(token, app.Wrong())).IsProblem(401, "identity.wrong_second_factor", "code");
        timed.Tick();
        var session = (await timed.Second(token, app.Code())).Is(HttpStatusCode.Created);
        Assert.Equal(asha.User, (Guid)session["user"]!);
        var signedIn = timed.Anyone.With((string)session["token"]!);
        Assert.Equal("phone", (string?)(await signedIn.Get("/v1/sessions")).Json["data"]![0]!["device"]);
        Assert.Equal(["signed_in", "second_factor_failed", "authenticator_added"], (await signedIn.Activity()).Take(3));
        (await timed.Second(token, app.Code(1))).IsProblem(401, "identity.sign_in_over", "token");
        Assert.Equal("An authenticator was added", (await timed.Anyone.Messages(email))[^1].Subject);
    }

    [Fact]
    public async Task A_code_is_taken_once_and_none_before_it_any_more()
    {
        var (_, app, email) = await timed.WithApp();
        var code = app.Code(1);
        (await timed.Second(await timed.Begin(email), code)).Is(HttpStatusCode.Created);
        var again = await timed.Begin(email);
        (await timed.Second(again, code)).IsProblem(401, "identity.wrong_second_factor");
        (await timed.Second(again, app.Code())).IsProblem(401, "identity.wrong_second_factor");
        timed.Time.Advance(TimeSpan.FromSeconds(60));
        (await timed.Second(again, app.Code())).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Of_many_who_send_one_code_at_once_one_gets_in()
    {
        var (_, app, email) = await timed.WithApp();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => timed.Begin(email)));
        var code = app.Code();
        var replies = await Task.WhenAll(tokens.Select(t => timed.Second(t, code)));
        Assert.Single(replies, r => r.Status == HttpStatusCode.Created);
        var recovery = await Task.WhenAll(tokens.Select(t => timed.Second(t, null, app.RecoveryCodes[0])));
        Assert.Single(recovery, r => r.Status == HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_recovery_code_stands_in_for_the_app_once_and_its_owner_is_told()
    {
        var (asha, app, email) = await timed.WithApp();
        Assert.Equal((10, 10), (app.RecoveryCodes.Count, app.RecoveryCodes.Distinct().Count()));
        Assert.Equal(10, (int)(await asha.Get("/v1/me/authenticator")).Is(HttpStatusCode.OK)["recovery_codes_left"]!);
        var code = app.RecoveryCodes[3];
        (await timed.Second(await timed.Begin(email), null, code.ToUpperInvariant())).Is(HttpStatusCode.Created);
        (await timed.Second(await timed.Begin(email), null, code)).IsProblem(401, "identity.wrong_second_factor", "recovery_code");
        Assert.Equal(9, (int)(await asha.Get("/v1/me/authenticator")).Is(HttpStatusCode.OK)["recovery_codes_left"]!);
        Assert.Equal("A recovery code was used", (await timed.Anyone.Messages(email))[^1].Subject);

        var fresh = (await asha.Post("/v1/me/recovery-codes")).Is(HttpStatusCode.OK)["codes"]!.AsArray();
        (await timed.Second(await timed.Begin(email), null, app.RecoveryCodes[4])).IsProblem(401, "identity.wrong_second_factor");
        (await timed.Second(await timed.Begin(email), null, (string)fresh[0]!)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_sign_in_waits_five_minutes_and_five_attempts_and_then_its_owner_is_told()
    {
        var (_, app, email) = await timed.WithApp();
        var token = await timed.Begin(email);
        for (var i = 0; i < 5; i++)
            (await timed.Second(token, app.Wrong())).IsProblem(401, "identity.wrong_second_factor");
        Assert.Equal("Somebody knows your password", (await timed.Anyone.Messages(email))[^1].Subject);
        (await timed.Second(token, app.Code())).IsProblem(401, "identity.sign_in_over");
        token = await timed.Begin(email);
        timed.Time.Advance(TimeSpan.FromMinutes(5));
        (await timed.Second(token, app.Code())).IsProblem(401, "identity.sign_in_over");
    }

    [Fact]
    public async Task Ten_wrong_codes_are_enough_even_for_who_knows_the_password()
    {
        var (_, app, email) = await timed.WithApp();
        for (var i = 0; i < 10; i++)
            (await timed.Second(await timed.Begin(email), app.Wrong())).IsProblem(401, "identity.wrong_second_factor");
        (await timed.Second(await timed.Begin(email), app.Code())).IsProblem(429, "identity.too_many_attempts");
        timed.Time.Advance(TimeSpan.FromMinutes(16));
        (await timed.Second(await timed.Begin(email), app.Code())).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_new_password_ends_a_sign_in_that_waits_and_leaves_the_second_factor()
    {
        var (asha, app, email) = await timed.WithApp();
        var waiting = await timed.Begin(email);
        var change = new JsonObject { ["current_password"] = IdentityServer.Good, ["new_password"] = "four small boats at dusk" };
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Post("/v1/auth/password/change", change)).Status);
        (await timed.Second(waiting, app.Code())).IsProblem(401, "identity.sign_in_over");
        (await timed.Anyone.SignIn(email, "four small boats at dusk")).Is(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_authenticator_counts_once_it_has_shown_a_code_in_time()
    {
        var (asha, email) = await timed.Someone();
        (await asha.Get("/v1/me/authenticator")).IsProblem(404, "identity.no_authenticator");
        var first = (await asha.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created);
        var second = (await asha.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created);
        Assert.Equal("pending", (string?)second["status"]);
        Assert.Equal(
            $"otpauth://totp/Hazina:{Uri.EscapeDataString(email)}?secret={second["secret"]}&issuer=Hazina&algorithm=SHA1&digits=6&period=30",
            (string?)second["uri"]
        );
        var (old, app) = (
            new AuthenticatorApp((string)first["secret"]!, timed.Time),
            new AuthenticatorApp((string)second["secret"]!, timed.Time)
        );
        (await timed.Show(asha, old.Code())).IsProblem(422, "identity.code_invalid", "code");
        (await timed.Anyone.SignIn(email)).Is(HttpStatusCode.Created);
        timed.Time.Advance(TimeSpan.FromMinutes(10));
        (await timed.Show(asha, app.Code())).IsProblem(403, "identity.confirmation_required");
        var confirmed = await asha.Post("/v1/auth/confirm", new JsonObject { ["password"] = IdentityServer.Good });
        asha = timed.Anyone.With((string)confirmed.Is(HttpStatusCode.OK)["token"]!);
        timed.Time.Advance(TimeSpan.FromMinutes(5));
        (await timed.Show(asha, app.Code())).IsProblem(404, "identity.no_authenticator");
    }

    [Fact]
    public async Task The_first_code_is_not_found_by_guessing_however_often_one_begins_anew()
    {
        var (asha, _) = await timed.Someone();
        var secret = "";
        for (var i = 0; i < 10; i++)
        {
            secret = (string)(await asha.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created)["secret"]!;
            (await timed.Show(asha, new AuthenticatorApp(secret, timed.Time).Wrong())).IsProblem(422, "identity.code_invalid", "code");
        }

        var app = new AuthenticatorApp(secret, timed.Time);
        (await timed.Show(asha, app.Code())).IsProblem(429, "identity.too_many_attempts");
    }

    [Fact]
    public async Task There_is_one_authenticator_until_it_is_taken_away()
    {
        var (asha, app, email) = await timed.WithApp();
        (await asha.Post("/v1/me/authenticator")).IsProblem(409, "identity.authenticator_exists");
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete("/v1/me/authenticator")).Status);
        (await asha.Delete("/v1/me/authenticator")).IsProblem(404, "identity.no_authenticator");
        (await asha.Post("/v1/me/recovery-codes")).IsProblem(404, "identity.no_authenticator");
        (await timed.Anyone.SignIn(email)).Is(HttpStatusCode.Created);
        Assert.Equal("The authenticator was taken away", (await timed.Anyone.Messages(email))[^1].Subject);
        Assert.NotEmpty(app.RecoveryCodes);
    }

    [Fact]
    public async Task An_authenticator_that_keeps_its_owner_out_is_taken_away_by_the_operator()
    {
        var (stranger, app, email) = await timed.WithApp();
        var waiting = await timed.Begin(email);
        var people = timed.App.Services.GetRequiredService<People>();
        timed.Tick();
        Assert.Equal(stranger.User, await people.RemoveAuthenticator(email.ToUpperInvariant()));
        Assert.Equal("The authenticator was taken away", (await timed.Anyone.Messages(email))[^1].Subject);
        (await timed.Second(waiting, null, app.RecoveryCodes[0])).IsProblem(401, "identity.sign_in_over");
        timed.Time.Advance(TimeSpan.FromSeconds(10)); // what servers remember
        (await stranger.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");

        var owner = await timed.Anyone.SignedIn(email);
        Assert.Equal(["signed_in", "authenticator_removed"], (await owner.Activity()).Take(2));
        (await owner.Get("/v1/me/authenticator")).IsProblem(404, "identity.no_authenticator");
        var none = await Assert.ThrowsAsync<ArgumentException>(() => people.RemoveAuthenticator(email));
        Assert.Contains("has no authenticator", none.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => people.RemoveAuthenticator(IdentityServer.AnyEmail()));
        (await owner.Get("/v1/me")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Neither_secrets_nor_recovery_codes_are_in_the_database()
    {
        var (asha, email) = await timed.Someone();
        var secret = (string)(await asha.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created)["secret"]!;
        var app = new AuthenticatorApp(secret, timed.Time);
        var codes = (await timed.Show(asha, app.Code())).Is(HttpStatusCode.OK)["codes"]!.AsArray();
        var token = await timed.Begin(email);
        await using var connection = new NpgsqlConnection(
            timed.App.Services.GetRequiredService<Hazina.Host.ServerOptions>().OwnerConnectionString
        );
        var all = await connection.ExecuteScalarAsync<string>(
            """
            select concat((select string_agg(a::text, '') from identity.authenticators a), (select string_agg(r::text, '') from identity.recovery_codes r),
                          (select string_agg(s::text, '') from identity.sign_ins s))
            """
        );
        var bytes = Convert.ToHexStringLower([.. Enumerable.Range(0, 20).Select(i => (byte)Base32Value(secret, i))]);
        foreach (var text in (string[])[secret, bytes, token, (string)codes[0]!])
            Assert.DoesNotContain(text, all, StringComparison.OrdinalIgnoreCase);

        static int Base32Value(string text, int index)
        {
            var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c), 2).PadLeft(5, '0')));
            return Convert.ToByte(bits.Substring(index * 8, 8), 2);
        }
    }

    public sealed class Timed : IAsyncLifetime
    {
        public ManualTime Time { get; } = new(TimeProvider.System.GetUtcNow());

        public HazinaApp App { get; private set; } = null!;

        public PeopleApi Anyone { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            App = await HazinaApp.StartAsync(settings: IdentityServer.Quick, add: s => s.AddSingleton<TimeProvider>(Time));
            Anyone = new PeopleApi(App, App.Anonymous);
        }

        public async Task<(PeopleApi Person, string Email)> Someone()
        {
            var email = IdentityServer.AnyEmail();
            await Anyone.Registered(email);
            Tick();
            var person = await Anyone.SignedIn(email);
            Tick();
            return (person, email);
        }

        /// <summary>Somebody with an authenticator whose code of now was not used yet.</summary>
        public async Task<(PeopleApi Person, AuthenticatorApp App, string Email)> WithApp()
        {
            var (person, email) = await Someone();
            var added = await AuthenticatorApp.Add(person, Time);
            Tick();
            return (person, added, email);
        }

        public async Task<string> Begin(string email)
        {
            Tick();
            return (string)(await Anyone.SignIn(email)).Is(HttpStatusCode.Accepted)["token"]!;
        }

        /// <summary>So that what comes before is listed before.</summary>
        public void Tick() => Time.Advance(TimeSpan.FromSeconds(1));

        public Task<Reply> Second(string token, string? code, string? recovery = null)
        {
            var body = new JsonObject { ["token"] = token };
            body[code is null ? "recovery_code" : "code"] = code ?? recovery;
            return Anyone.Post("/v1/auth/sign-in/second-step", body);
        }

        public Task<Reply> Show(PeopleApi person, string code) =>
            person.Post("/v1/me/authenticator/confirm", new JsonObject { ["code"] = code });

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
