using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Host;
using Hazina.Identity.Contacts;
using Hazina.Identity.Tests.SecondFactors;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.Contacts;

public sealed class ContactChangeTests(SecondFactorTests.Timed timed) : IClassFixture<SecondFactorTests.Timed>
{
    [Fact]
    public async Task A_new_address_shows_that_it_is_read_and_counts_a_day_later_and_all_addresses_are_told()
    {
        var (asha, old) = await timed.Someone();
        var fresh = IdentityServer.AnyEmail();
        var asked = (await Ask(asha, "email", fresh)).Is(HttpStatusCode.Accepted);
        Assert.Equal(("contact_change", "asked", fresh), ((string?)asked["object"], (string?)asked["status"], (string?)asked["address"]));
        (await Verify(asha, asked["id"], "00000000")).IsProblem(422, "identity.code_invalid", "code");
        var verified = (await Verify(asha, asked["id"], await timed.Anyone.Code(fresh))).Is(HttpStatusCode.OK);
        Assert.Equal("waiting", (string?)verified["status"]);
        Assert.Equal(timed.Time.GetUtcNow().AddDays(1), (DateTimeOffset)verified["due_at"]!, TimeSpan.FromSeconds(1));
        Assert.Contains("new password", (await Last(old)).Text, StringComparison.Ordinal);
        Assert.Equal(verified.ToJsonString(), (await asha.Get("/v1/me/contact-change")).Is(HttpStatusCode.OK).ToJsonString());

        timed.Time.Advance(TimeSpan.FromHours(23));
        await Move();
        (await timed.Anyone.SignIn(fresh)).IsProblem(401, "identity.wrong_credentials");
        timed.Time.Advance(TimeSpan.FromHours(1));
        await Move();
        (await timed.Anyone.SignIn(old)).IsProblem(401, "identity.wrong_credentials");
        asha = await timed.Anyone.SignedIn(fresh);
        var me = (await asha.Get("/v1/me")).Json;
        Assert.Equal((fresh, true), ((string?)me["email"], (bool)me["email_verified"]!));
        // By the job, maybe, whose clock has gone on as well.
        foreach (var address in (string[])[old, fresh])
            await Eventually.TrueAsync(async () => (await Last(address)).Subject == "Your e-mail address was changed", "both are told");
        Assert.Equal("done", (string?)(await asha.Get("/v1/me/contact-change")).Json["status"]);
        Assert.Contains("contact_changed", await asha.Activity());
    }

    [Fact]
    public async Task Who_was_not_told_when_a_process_ended_after_the_change_is_told_later()
    {
        var (asha, old) = await timed.Someone();
        var fresh = IdentityServer.AnyEmail();
        var asked = (await Ask(asha, "email", fresh)).Is(HttpStatusCode.Accepted);
        (await Verify(asha, asked["id"], await timed.Anyone.Code(fresh))).Is(HttpStatusCode.OK);
        timed.Time.Advance(TimeSpan.FromDays(1));
        await Move();
        await Eventually.TrueAsync(async () => await Untold() == 0, "all are told");
        await using var owner = new NpgsqlConnection(timed.App.Services.GetRequiredService<ServerOptions>().OwnerConnectionString);
        await owner.ExecuteAsync(
            "update identity.contact_changes set to_tell = array[@old] where user_id = @user",
            new { old, user = asha.User }
        );
        var before = (await timed.Anyone.Messages(old)).Count;
        await Move();
        await Eventually.TrueAsync(async () => await Untold() == 0, "the one who was left is told");
        Assert.Equal("Your e-mail address was changed", (await timed.Anyone.Messages(old)).Skip(before).First().Subject);

        async Task<long> Untold()
        {
            await using var connection = new NpgsqlConnection(timed.App.Services.GetRequiredService<ServerOptions>().OwnerConnectionString);
            return await connection.ExecuteScalarAsync<long>(
                "select count(*) from identity.contact_changes where user_id = @User and (to_tell is not null or status <> 'done')",
                asha
            );
        }
    }

    [Fact]
    public async Task A_phone_number_is_added_in_the_same_way_and_signs_in_then()
    {
        var (asha, email) = await timed.Someone();
        var phone = IdentityServer.AnyPhone();
        var asked = (await Ask(asha, "phone", phone)).Is(HttpStatusCode.Accepted);
        (await Verify(asha, asked["id"], await timed.Anyone.Code(phone))).Is(HttpStatusCode.OK);
        timed.Time.Advance(TimeSpan.FromDays(1));
        await Move();
        var me = (await (await timed.Anyone.SignedIn(phone)).Get("/v1/me")).Json;
        Assert.Equal((email, phone, true), ((string?)me["email"], (string?)me["phone"], (bool)me["phone_verified"]!));
        await timed.Anyone.SignedIn(email);
    }

    [Fact]
    public async Task Whoever_reads_the_old_address_stops_it_by_a_new_password()
    {
        var (thief, old) = await timed.Someone();
        var fresh = IdentityServer.AnyEmail();
        var asked = (await Ask(thief, "email", fresh)).Is(HttpStatusCode.Accepted);
        (await Verify(thief, asked["id"], await timed.Anyone.Code(fresh))).Is(HttpStatusCode.OK);
        timed.Time.Advance(TimeSpan.FromHours(12));
        var forgot = (await timed.Anyone.Post("/v1/auth/password/forgot", new JsonObject { ["email"] = old })).Is(HttpStatusCode.Accepted);
        var reset = new JsonObject
        {
            ["password_reset"] = forgot["id"]!.DeepClone(),
            ["code"] = await timed.Anyone.Code(old),
            ["password"] = "four small boats at dusk",
        };
        Assert.Equal(HttpStatusCode.NoContent, (await timed.Anyone.Post("/v1/auth/password/reset", reset)).Status);
        timed.Time.Advance(TimeSpan.FromHours(13));
        await Move();
        (await timed.Anyone.SignIn(fresh, "four small boats at dusk")).IsProblem(401, "identity.wrong_credentials");
        var asha = await timed.Anyone.SignedIn(old, "four small boats at dusk");
        Assert.Equal("cancelled", (string?)(await asha.Get("/v1/me/contact-change")).Json["status"]);
    }

    [Fact]
    public async Task It_is_stopped_by_its_owner_and_by_another_change()
    {
        var (asha, email) = await timed.Someone();
        (await asha.Get("/v1/me/contact-change")).IsProblem(404, "identity.no_contact_change");
        (await asha.Delete("/v1/me/contact-change")).IsProblem(404, "identity.no_contact_change");
        var (first, second) = (IdentityServer.AnyEmail(), IdentityServer.AnyEmail());
        var asked = (await Ask(asha, "email", first)).Is(HttpStatusCode.Accepted);
        var code = await timed.Anyone.Code(first);
        timed.Tick();
        var again = (await Ask(asha, "email", second)).Is(HttpStatusCode.Accepted);
        (await Verify(asha, asked["id"], code)).IsProblem(422, "identity.code_invalid");
        (await Verify(asha, again["id"], await timed.Anyone.Code(second))).Is(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete("/v1/me/contact-change")).Status);
        timed.Time.Advance(TimeSpan.FromDays(1));
        await Move();
        Assert.Equal(email, (string?)(await (await timed.Anyone.SignedIn(email)).Get("/v1/me")).Json["email"]);
    }

    [Fact]
    public async Task An_address_that_somebody_has_gets_the_same_answer_and_is_told()
    {
        var ((asha, _), (_, his)) = (await timed.Someone(), await timed.Someone());
        timed.Tick();
        var asked = (await Ask(asha, "email", his)).Is(HttpStatusCode.Accepted);
        var free = (await Ask(asha, "email", IdentityServer.AnyEmail())).Is(HttpStatusCode.Accepted);
        Assert.Equal(free.AsObject().Select(p => p.Key), asked.AsObject().Select(p => p.Key));
        Assert.Equal("You have an account", (await Last(his)).Subject);
    }

    [Fact]
    public async Task Of_two_who_wait_for_one_address_the_first_gets_it()
    {
        var ((asha, _), (juma, email)) = (await timed.Someone(), await timed.Someone());
        var address = IdentityServer.AnyEmail();
        foreach (var person in (PeopleApi[])[asha, juma])
        {
            timed.Tick();
            var asked = (await Ask(person, "email", address)).Is(HttpStatusCode.Accepted);
            (await Verify(person, asked["id"], await timed.Anyone.Code(address))).Is(HttpStatusCode.OK);
        }

        timed.Time.Advance(TimeSpan.FromDays(1));
        await Task.WhenAll(Move(), Move(), Move());
        Assert.Equal(asha.User, (await timed.Anyone.SignedIn(address)).User);
        juma = await timed.Anyone.SignedIn(email);
        Assert.Equal("taken", (string?)(await juma.Get("/v1/me/contact-change")).Json["status"]);
    }

    [Fact]
    public async Task Only_who_has_confirmed_lately_changes_an_address_and_only_ones_own_code_counts()
    {
        var ((asha, email), (juma, _)) = (await timed.Someone(), await timed.Someone());
        (await Ask(asha, "email", email)).IsProblem(400, "platform.invalid_request", "email");
        var fresh = IdentityServer.AnyEmail();
        var asked = (await Ask(asha, "email", fresh)).Is(HttpStatusCode.Accepted);
        (await Verify(juma, asked["id"], await timed.Anyone.Code(fresh))).IsProblem(422, "identity.code_invalid");
        timed.Time.Advance(TimeSpan.FromMinutes(10));
        (await Ask(asha, "email", IdentityServer.AnyEmail())).IsProblem(403, "identity.confirmation_required");
    }

    Task Move() => timed.App.Services.GetRequiredService<ContactMover>().MoveDue(CancellationToken.None);

    async Task<Hazina.Platform.Messages.Message> Last(string to) => (await timed.Anyone.Messages(to))[^1];

    static Task<Reply> Ask(PeopleApi person, string field, string address) =>
        person.Post("/v1/me/contact-change", new JsonObject { [field] = address });

    static Task<Reply> Verify(PeopleApi person, JsonNode? change, string code) =>
        person.Post("/v1/me/contact-change/verify", new JsonObject { ["contact_change"] = change?.DeepClone(), ["code"] = code });
}
