using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Identity.Tests.SecondFactors;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.Sessions;

public sealed class ConfirmTests(SecondFactorTests.Timed timed) : IClassFixture<SecondFactorTests.Timed>
{
    [Fact]
    public async Task A_session_that_was_left_open_changes_nothing_that_matters_until_the_password_is_given()
    {
        var (asha, _) = await timed.Someone();
        timed.Time.Advance(TimeSpan.FromMinutes(10));
        var refused = (await asha.Post("/v1/me/authenticator")).IsProblem(403, "identity.confirmation_required");
        Assert.Contains("/v1/auth/confirm with the password", (string)refused["detail"]!, StringComparison.Ordinal);
        (await Confirm(asha, ("password", "not her password"))).IsProblem(401, "identity.wrong_credentials", "password");
        (await asha.Post("/v1/me/authenticator")).IsProblem(403, "identity.confirmation_required");

        var confirmed = (await Confirm(asha, ("password", IdentityServer.Good))).Is(HttpStatusCode.OK);
        Assert.Equal(TimeSpan.FromMinutes(10), (DateTimeOffset)confirmed["confirmed_until"]! - (DateTimeOffset)confirmed["confirmed_at"]!);
        var again = timed.Anyone.With((string)confirmed["token"]!);
        (await again.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created);
        Assert.Equal((string?)confirmed["session"], (string?)(await again.Get("/v1/sessions")).Json["data"]!.AsArray().Single()!["id"]);
        (await asha.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        timed.Time.Advance(TimeSpan.FromMinutes(10));
        (await again.Post("/v1/me/authenticator")).IsProblem(403, "identity.confirmation_required");
        Assert.Contains("confirmed", await again.Activity());
    }

    [Fact]
    public async Task Who_has_an_authenticator_confirms_with_it_and_with_nothing_less()
    {
        var (asha, app, _) = await timed.WithApp();
        timed.Time.Advance(TimeSpan.FromMinutes(10));
        var refused = (await asha.Delete("/v1/me/authenticator")).IsProblem(403, "identity.confirmation_required");
        Assert.Contains("with a code of the authenticator app", (string)refused["detail"]!, StringComparison.Ordinal);
        var change = new JsonObject { ["current_password"] = IdentityServer.Good, ["new_password"] = "four small boats at dusk" };
        (await asha.Post("/v1/auth/password/change", change.DeepClone())).IsProblem(403, "identity.confirmation_required");
        (await Confirm(asha, ("password", IdentityServer.Good))).IsProblem(403, "identity.second_factor_required", "code");
        (await Confirm(asha, ("code", app.Wrong()))).IsProblem(401, "identity.wrong_second_factor", "code");

        var code = app.Code();
        var first = timed.Anyone.With((string)(await Confirm(asha, ("code", code))).Is(HttpStatusCode.OK)["token"]!);
        (await Confirm(first, ("code", code))).IsProblem(401, "identity.wrong_second_factor");
        var second = (await Confirm(first, ("recovery_code", app.RecoveryCodes[0]))).Is(HttpStatusCode.OK);
        asha = timed.Anyone.With((string)second["token"]!);
        (await Confirm(asha, ("recovery_code", app.RecoveryCodes[0]))).IsProblem(401, "identity.wrong_second_factor", "recovery_code");
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Post("/v1/auth/password/change", change)).Status);
    }

    [Fact]
    public async Task A_code_without_an_authenticator_is_answered_by_what_to_send()
    {
        var (asha, _) = await timed.Someone();
        (await Confirm(asha, ("code", "123456"))).IsProblem(404, "identity.no_authenticator", "password");
        (await Confirm(asha, ("code", "123456"), ("password", "x"))).IsProblem(400, "platform.invalid_request", "password");
        (await Confirm(asha)).IsProblem(400, "platform.invalid_request", "password");
    }

    [Fact]
    public async Task A_stolen_session_does_not_lead_to_the_password()
    {
        var (asha, _) = await timed.Someone();
        for (var i = 0; i < 10; i++)
            (await Confirm(asha, ("password", $"a guess {i}"))).IsProblem(401, "identity.wrong_credentials");
        (await Confirm(asha, ("password", IdentityServer.Good))).IsProblem(429, "identity.too_many_attempts");
        (await asha.Get("/v1/me")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_session_that_was_ended_elsewhere_confirms_nothing_while_this_server_still_knows_it()
    {
        var (asha, _) = await timed.Someone();
        var secret = (string)(await asha.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created)["secret"]!;
        var phone = IdentityServer.AnyPhone();
        var change = (await asha.Post("/v1/me/contact-change", new JsonObject { ["phone"] = phone })).Is(HttpStatusCode.Accepted);
        await using var connection = new NpgsqlConnection(
            timed.App.Services.GetRequiredService<Hazina.Host.ServerOptions>().OwnerConnectionString
        );
        await connection.ExecuteAsync(
            "update identity.sessions set ended_at = now(), end_reason = 'ended_by_user' where user_id = @User",
            asha
        );

        (await asha.Get("/v1/me")).Is(HttpStatusCode.OK); // for ten seconds, which this clock does not reach
        (await asha.Post("/v1/me/authenticator")).IsProblem(403, "identity.confirmation_required");
        (await timed.Show(asha, new AuthenticatorApp(secret, timed.Time).Code())).IsProblem(403, "identity.confirmation_required");
        var verified = await asha.Post(
            "/v1/me/contact-change/verify",
            new JsonObject { ["contact_change"] = change["id"]!.DeepClone(), ["code"] = await timed.Anyone.Code(phone) }
        );
        verified.IsProblem(422, "identity.code_invalid", "code");
    }

    static Task<Reply> Confirm(PeopleApi person, params (string Name, string Value)[] fields) =>
        person.Post("/v1/auth/confirm", new JsonObject(fields.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)f.Value))));
}
