using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.Registration;

public sealed class RegistrationTests(IdentityServer server)
{
    [Fact]
    public async Task Somebody_registers_by_mail_sends_the_code_back_and_can_sign_in()
    {
        var anyone = await server.Anyone();
        var email = IdentityServer.AnyEmail();
        var registration = (await anyone.Register(email.ToUpperInvariant())).Is(HttpStatusCode.Accepted);
        Assert.Equal(("registration", "pending_verification"), ((string?)registration["object"], (string?)registration["status"]));
        Assert.Equal("email", (string?)registration["sent_by"]);
        (await anyone.SignIn(email)).IsProblem(403, "identity.not_verified");

        var verified = (await anyone.Verify(registration["id"], await anyone.Code(email))).Is(HttpStatusCode.OK);
        Assert.Equal("active", (string?)verified["status"]);
        var asha = await anyone.SignedIn(email);
        var me = (await asha.Get("/v1/me")).Is(HttpStatusCode.OK);
        Assert.Equal((email, true, false), ((string?)me["email"], (bool)me["email_verified"]!, (bool)me["phone_verified"]!));
        Assert.Equal(
            ("Asha Mwangi", "individual", "active", "pending"),
            ((string?)me["full_name"], (string?)me["account_type"], (string?)me["status"], (string?)me["kyc_status"])
        );
        Assert.Equal(["user"], me["roles"]!.AsArray().Select(r => (string)r!));
        Assert.Equal(["signed_in", "verified", "registered"], await asha.Activity());
    }

    [Fact]
    public async Task Somebody_registers_by_phone_and_gets_the_code_as_a_text()
    {
        var anyone = await server.Anyone();
        var phone = IdentityServer.AnyPhone();
        var registration = (
            await anyone.Post(
                "/v1/auth/register",
                new JsonObject
                {
                    ["phone"] = phone,
                    ["password"] = IdentityServer.Good,
                    ["first_name"] = "Asha",
                    ["last_name"] = "Mwangi",
                    ["account_type"] = "sme",
                }
            )
        ).Is(HttpStatusCode.Accepted);
        Assert.Equal("sms", (string?)registration["sent_by"]);
        (await anyone.Verify(registration["id"], await anyone.Code(phone))).Is(HttpStatusCode.OK);
        var me = (await (await anyone.SignedIn(phone)).Get("/v1/me")).Is(HttpStatusCode.OK);
        Assert.Equal(
            (phone, true, "sme", "Asha Mwangi"),
            ((string?)me["phone"], (bool)me["phone_verified"]!, (string?)me["account_type"], (string?)me["full_name"])
        );
        Assert.Null(me["email"]);
    }

    [Fact]
    public async Task Who_registers_with_somebodys_address_learns_nothing_and_gets_nothing()
    {
        var anyone = await server.Anyone();
        var (known, fresh) = (IdentityServer.AnyEmail(), IdentityServer.AnyEmail());
        await anyone.Registered(known);

        var (toKnown, toFresh) = (await anyone.Register(known, "another good one 4711"), await anyone.Register(fresh));
        Assert.Equal(toFresh.Status, toKnown.Status);
        Assert.Equal(Shape(toFresh), Shape(toKnown));
        var message = (await anyone.Messages(known))[^1];
        Assert.Equal("You have an account", message.Subject);
        Assert.DoesNotMatch(IdentityServer.Digits(), message.Text);

        // Another code gives nothing away either.
        var registration = toKnown.Json["id"];
        var again = await anyone.Post("/v1/auth/resend", new JsonObject { ["registration"] = registration?.DeepClone() });
        Assert.Equal(HttpStatusCode.Accepted, again.Status);
        Assert.DoesNotMatch(IdentityServer.Digits(), (await anyone.Messages(known))[^1].Text);
        (await anyone.SignIn(known, "another good one 4711")).IsProblem(401, "identity.wrong_credentials");
        await anyone.SignedIn(known);
    }

    [Fact]
    public async Task An_address_belongs_to_who_reads_it_and_not_to_who_claimed_it_first()
    {
        var anyone = await server.Anyone();
        var email = IdentityServer.AnyEmail();
        var thief = (await anyone.Register(email, "the password of a thief")).Is(HttpStatusCode.Accepted);
        var thiefsCode = await anyone.Code(email);
        var owner = (await anyone.Register(email)).Is(HttpStatusCode.Accepted);
        (await anyone.Verify(owner["id"], await anyone.Code(email))).Is(HttpStatusCode.OK);

        (await anyone.Verify(thief["id"], thiefsCode)).IsProblem(422, "identity.code_invalid");
        (await anyone.SignIn(email, "the password of a thief")).IsProblem(401, "identity.wrong_credentials");
        await anyone.SignedIn(email);
    }

    [Fact]
    public async Task A_code_has_five_attempts_and_no_more_side_by_side()
    {
        var anyone = await server.Anyone();
        var email = IdentityServer.AnyEmail();
        var id = (await anyone.Register(email)).Is(HttpStatusCode.Accepted)["id"];
        var code = await anyone.Code(email);
        var wrong = code == "00000000" ? "11111111" : "00000000";
        var tried = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => anyone.Verify(id, wrong)));
        Assert.All(tried, t => t.IsProblem(422, "identity.code_invalid", "code"));
        (await anyone.Verify(id, code)).IsProblem(422, "identity.code_invalid");

        (await anyone.Post("/v1/auth/resend", new JsonObject { ["registration"] = id?.DeepClone() })).Is(HttpStatusCode.Accepted);
        (await anyone.Verify(id, code)).IsProblem(422, "identity.code_invalid");
        var next = await anyone.Code(email);
        Assert.NotEqual(code, next);
        (await anyone.Verify(id, next)).Is(HttpStatusCode.OK);
        (await anyone.Verify(id, next)).IsProblem(422, "identity.code_invalid");
    }

    [Fact]
    public async Task A_code_runs_out_after_ten_minutes()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var app = await HazinaApp.StartAsync(settings: IdentityServer.Quick, add: s => s.AddSingleton<TimeProvider>(time));
        var anyone = new PeopleApi(app, app.Anonymous);
        var id = (await anyone.Register("late@example.com")).Is(HttpStatusCode.Accepted)["id"];
        Assert.Contains("10 minutes", (await anyone.Messages("late@example.com"))[^1].Text, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(10));
        (await anyone.Verify(id, await anyone.Code("late@example.com"))).IsProblem(422, "identity.code_invalid");
    }

    [Fact]
    public async Task Nobody_fills_anothers_mailbox()
    {
        var anyone = await server.Anyone();
        var email = IdentityServer.AnyEmail();
        for (var i = 0; i < 5; i++)
            (await anyone.Register(email)).Is(HttpStatusCode.Accepted);
        var refused = await anyone.Register(email);
        refused.IsProblem(429, "identity.too_many_attempts");
        Assert.InRange(int.Parse(refused.Headers["Retry-After"]), 1, 3600);
        Assert.Equal(5, (await anyone.Messages(email)).Count);
    }

    [Fact]
    public async Task What_stands_for_nobody_is_answered_like_the_rest()
    {
        var anyone = await server.Anyone();
        var nobody = JsonValue.Create(Guid.CreateVersion7());
        (await anyone.Verify(nobody, "12345678")).IsProblem(422, "identity.code_invalid", "code");
        var registration = (await anyone.Register(IdentityServer.AnyEmail())).Is(HttpStatusCode.Accepted)["id"];
        var (real, none) = (
            await anyone.Post("/v1/auth/resend", new JsonObject { ["registration"] = registration?.DeepClone() }),
            await anyone.Post("/v1/auth/resend", new JsonObject { ["registration"] = nobody })
        );
        Assert.Equal((real.Status, Shape(real)), (none.Status, Shape(none)));
    }

    [Fact]
    public async Task Neither_passwords_nor_codes_nor_tokens_are_in_the_database()
    {
        var asha = await server.Someone();
        await using var connection = new NpgsqlConnection(await server.Owner());
        var all = await connection.QueryAsync<string>(
            """
            select t::text from identity.passwords t union all select t::text from identity.codes t union all select t::text from identity.sessions t
            union all select t::text from identity.activities t union all select t::text from identity.users t
            """
        );
        var text = string.Join('\n', all);
        Assert.DoesNotContain(IdentityServer.Good, text, StringComparison.Ordinal);
        Assert.DoesNotContain(asha.Token!, text, StringComparison.Ordinal);
        Assert.Contains("$2", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("football")]
    [InlineData("11111111")]
    public async Task A_common_password_is_refused(string common) =>
        (await (await server.Anyone()).Register(IdentityServer.AnyEmail(), common)).IsProblem(422, "identity.weak_password", "password");

    static string Shape(Reply reply) => string.Join(' ', reply.Json.AsObject().Select(p => p.Key + (p.Key == "object" ? p.Value : "")));
}
