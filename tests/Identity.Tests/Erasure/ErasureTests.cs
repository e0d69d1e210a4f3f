using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Host;
using Hazina.Identity.Erasure;
using Hazina.Identity.Tests.Administration;
using Hazina.Identity.Tests.Passkeys;
using Hazina.Identity.Tests.SecondFactors;
using Hazina.Platform.Security;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.Erasure;

public sealed class ErasureTests(SecondFactorTests.Timed timed) : IClassFixture<SecondFactorTests.Timed>
{
    string Owner => timed.App.Services.GetRequiredService<ServerOptions>().OwnerConnectionString!;

    Task EraseDue() => timed.App.Services.GetRequiredService<Eraser>().EraseDue(CancellationToken.None);

    [Fact]
    public async Task Somebody_is_erased_a_week_later_and_nothing_tells_who_it_was()
    {
        var (asha, email) = await timed.Someone();
        (
            await asha.Patch(
                "/v1/me",
                new JsonObject
                {
                    ["username"] = $"u{asha.User:N}"[..20],
                    ["profile"] = new JsonObject { ["city"] = "Kisumu" },
                }
            )
        ).Is(HttpStatusCode.OK);
        (await asha.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created);
        var asked = (await asha.Post("/v1/me/erasure")).Is(HttpStatusCode.Accepted);
        Assert.Equal(timed.Time.GetUtcNow().AddDays(7), (DateTimeOffset)asked["due_at"]!, TimeSpan.FromSeconds(1));
        Assert.Equal(asked.ToJsonString(), (await asha.Post("/v1/me/erasure")).Is(HttpStatusCode.Accepted).ToJsonString());
        Assert.Equal(asked.ToJsonString(), (await asha.Get("/v1/me/erasure")).Is(HttpStatusCode.OK).ToJsonString());
        Assert.Equal(
            ["Your account is going to be erased"],
            [.. (await asha.Messages(email)).Select(m => m.Subject).Where(s => s.Contains("erased"))]
        );

        timed.Time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        await EraseDue();
        asha = await timed.Anyone.SignedIn(email);
        Assert.Equal(3, (await Traces(asha.User, email, "Asha Mwangi", "Kisumu")).Count(t => !t.Contains("trail")));
        timed.Time.Advance(TimeSpan.FromMinutes(1));
        await EraseDue();
        (await asha.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        (await timed.Anyone.SignIn(email)).IsProblem(401, "identity.wrong_credentials");
        await EndOfTrail(asha.User);
        timed.Time.Advance(TimeSpan.FromDays(1));
        await EraseDue();
        Assert.Equal([], await Traces(asha.User, email, "Asha Mwangi", "Kisumu"));

        // The address is free again, for anybody.
        Assert.NotEqual(asha.User, await timed.Anyone.Registered(email));
    }

    [Fact]
    public async Task Passkeys_and_linked_logins_are_taken_along_and_go()
    {
        var (asha, _) = await timed.Someone();
        var (passkey, _) = await asha.WithPasskey("Asha's phone");
        await using var owner = new NpgsqlConnection(Owner);
        await owner.ExecuteAsync(
            """
            insert into identity.linked_logins (id, user_id, provider, issuer, subject, created_at)
            values (gen_random_uuid(), @User, 'main', 'https://id.example.com', @User, now())
            """,
            new { asha.User }
        );
        var whole = await timed.App.Services.GetRequiredService<PersonalRecords>().Export(asha.User, CancellationToken.None);
        Assert.Equal("Asha's phone", (string?)whole["passkeys"]!.AsArray().Single()!["name"]);
        Assert.Equal(asha.User.ToString(), (string?)whole["linked_logins"]!.AsArray().Single()!["subject"]);

        (await asha.Post("/v1/me/erasure")).Is(HttpStatusCode.Accepted);
        timed.Time.Advance(TimeSpan.FromDays(7));
        await EraseDue();
        (await timed.Anyone.SignInWith(passkey)).IsProblem(401, "identity.wrong_passkey");
        Assert.Equal(
            0,
            await owner.ExecuteScalarAsync<long>(
                """
                select (select count(*) from identity.passkeys where user_id = @User) + (select count(*) from identity.linked_logins where user_id = @User)
                """,
                new { asha.User }
            )
        );
    }

    [Fact]
    public async Task Who_owns_an_organisation_alone_hands_it_over_first_and_leaves_no_trace_in_it()
    {
        var ((asha, email), (juma, other)) = (await timed.Someone(), await timed.Someone());
        var id = await StaffServer.Organization(asha);
        (await asha.Post("/v1/me/erasure")).IsProblem(409, "identity.erasure_blocked");
        var invitation = (await StaffServer.Invite(asha, id, "owner", other)).Is(HttpStatusCode.Created);
        (await juma.Post($"/v1/me/invitations/{invitation["id"]}/accept")).Is(HttpStatusCode.OK);
        (await StaffServer.Invite(juma, id, "viewer", email)).Is(HttpStatusCode.Created);
        (await asha.Post("/v1/me/erasure")).Is(HttpStatusCode.Accepted);
        var export = (await asha.Get("/v1/me/export")).Is(HttpStatusCode.OK);
        Assert.Contains(id.ToString(), export.ToJsonString(), StringComparison.Ordinal);

        // The other one goes in between: by then there is nobody to hand it to.
        await using var connection = new NpgsqlConnection(Owner);
        await connection.ExecuteAsync("update identity.users set status = 'suspended' where id = @User", juma);
        timed.Time.Advance(TimeSpan.FromDays(7));
        await EraseDue();
        Assert.Equal(1, await Count("select count(*) from identity.members where user_id = @User"));
        await connection.ExecuteAsync("update identity.users set status = 'active' where id = @User", juma);
        timed.Time.Advance(TimeSpan.FromHours(1));
        await EraseDue();
        Assert.Equal(0, await Count("select count(*) from identity.members where user_id = @User"));
        Assert.Equal(0, await Count("select count(*) from identity.invitations where address = @email"));
        Assert.Equal(1, await Count("select count(*) from identity.invitations where organization_id = @id"));

        Task<long> Count(string sql) =>
            connection.ExecuteScalarAsync<long>(
                sql,
                new
                {
                    asha.User,
                    email,
                    id,
                }
            );
    }

    [Fact]
    public async Task Who_joins_or_makes_an_organisation_while_they_are_erased_leaves_no_dead_member()
    {
        var (owner, _) = await timed.Someone();
        var id = await StaffServer.Organization(owner);
        foreach (var joins in (bool[])[true, false])
        foreach (var isErasureFirst in (bool[])[true, false])
        {
            var (asha, email) = await timed.Someone();
            (await asha.Post("/v1/me/erasure")).Is(HttpStatusCode.Accepted);
            var invitation = joins ? (await StaffServer.Invite(owner, id, "viewer", email)).Is(HttpStatusCode.Created) : null;
            await using var held = await Held.Open(Owner);
            await held.Do(
                "update identity.erasures set asked_at = now() - interval '2 years', due_at = now() - interval '1 year' where user_id = @User",
                asha
            );
            await held.Commit();
            await using var still = await Held.Open(Owner);
            await still.Do("select from identity.users where id = @User for update", asha);

            // Both wait for the person's row, one behind the other.
            Task<Reply>? joining = null;
            if (!isErasureFirst)
                joining = Join();
            var erasing = EraseDue();
            if (isErasureFirst)
            {
                await still.Stops(erasing);
                joining = Join();
            }

            await still.Stops(joining!);
            await still.Commit();
            await erasing;
            var joined = await joining!;

            await using var connection = new NpgsqlConnection(Owner);
            var status = await connection.QuerySingleAsync<string>("select status from identity.users where id = @User", asha);
            var member = await connection.QuerySingleAsync<long>("select count(*) from identity.members where user_id = @User", asha);
            Assert.Equal(status == "deleted" ? 0 : 1, member);
            if (status == "deleted")
                joined.IsProblem(401, "platform.unauthenticated");
            await connection.ExecuteAsync("delete from identity.erasures where user_id = @User", asha);

            Task<Reply> Join() =>
                joins
                    ? asha.Post($"/v1/me/invitations/{invitation!["id"]}/accept")
                    : asha.Post("/v1/organizations", StaffServer.Wish("Late Ltd"));
        }
    }

    [Fact]
    public async Task Who_is_suspended_is_not_erased_and_has_the_whole_time_to_stop_it_afterwards()
    {
        var (asha, email) = await timed.Someone();
        (await asha.Post("/v1/me/erasure")).Is(HttpStatusCode.Accepted);
        using var staff = await Person.SignedInAsync(timed.App, Role.Operations);
        (await staff.SendAsync(HttpMethod.Post, $"/v1/users/{asha.User}/suspend", StaffServer.Because())).Is(HttpStatusCode.OK);
        timed.Time.Advance(TimeSpan.FromDays(8));
        await EraseDue();
        using var later = await Person.SignedInAsync(timed.App, Role.Operations);
        var reinstated = await later.SendAsync(HttpMethod.Post, $"/v1/users/{asha.User}/reinstate", StaffServer.Because());
        reinstated.Is(HttpStatusCode.OK);
        await EraseDue();
        asha = await timed.Anyone.SignedIn(email);
        Assert.Equal(
            timed.Time.GetUtcNow().AddDays(7),
            (DateTimeOffset)(await asha.Get("/v1/me/erasure")).Is(HttpStatusCode.OK)["due_at"]!,
            TimeSpan.FromSeconds(1)
        );
    }

    /// <summary>Until the entry of the erasure is in the trail, and with it all before.</summary>
    async Task EndOfTrail(Guid user)
    {
        await using var owner = new NpgsqlConnection(Owner);
        await Eventually.TrueAsync(
            () =>
            {
                // Not so quickly that a listener's turn ends while it works.
                timed.Time.Advance(TimeSpan.FromMilliseconds(50));
                return owner.QuerySingleAsync<bool>(
                    "select exists (select from insight.audit_entries where action = 'identity.user.erased' and target_id = @id)",
                    new { id = user.ToString() }
                );
            },
            "the trail has all entries"
        );
    }

    /// <summary>Where in the whole database a text stands, or the address of a person's entry.</summary>
    async Task<List<string>> Traces(Guid user, params string[] texts)
    {
        await using var owner = new NpgsqlConnection(Owner);
        var found = new List<string>();
        var tables = await owner.QueryAsync<string>(
            """
            select format('%I.%I', schemaname, tablename) from pg_tables
             where schemaname in ('platform', 'identity', 'insight', 'ledger', 'accounts') and format('%I.%I', schemaname, tablename) <> 'platform.messages'
            """
        );
        foreach (var table in tables)
        foreach (var text in texts)
        {
            var count = await owner.QuerySingleAsync<long>(
                $"select count(*) from {table} t where t::text like '%' || @text || '%' and t::text like '%' || @user || '%'",
                new { text, user = user.ToString() }
            );
            if (count > 0)
                found.Add($"{text} in {table}");
        }

        if (
            await owner.QuerySingleAsync<long>(
                "select count(*) from insight.audit_entries where (actor_id = @id or target_id = @id) and address is not null",
                new { id = user.ToString() }
            )
            is > 0
                and var left
        )
            found.Add($"{left} addresses in the trail");
        return found;
    }

    [Fact]
    public async Task It_can_be_stopped_until_it_takes_effect()
    {
        var (asha, email) = await timed.Someone();
        (await asha.Get("/v1/me/erasure")).IsProblem(404, "identity.no_erasure");
        (await asha.Delete("/v1/me/erasure")).IsProblem(404, "identity.no_erasure");
        (await asha.Post("/v1/me/erasure")).Is(HttpStatusCode.Accepted);
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete("/v1/me/erasure")).Status);
        timed.Time.Advance(TimeSpan.FromDays(8));
        await EraseDue();
        asha = await timed.Anyone.SignedIn(email);
        Assert.Equal("Asha Mwangi", (string?)(await asha.Get("/v1/me")).Json["full_name"]);
        Assert.Equal(2, (await asha.Activity()).Count(a => a.StartsWith("erasure_", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_has_not_shown_lately_who_they_are_is_asked_first()
    {
        var (asha, _) = await timed.Someone();
        timed.Time.Advance(TimeSpan.FromMinutes(11));
        (await asha.Post("/v1/me/erasure")).IsProblem(403, "identity.confirmation_required");
        (await asha.Get("/v1/me/export")).IsProblem(403, "identity.confirmation_required");
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        var (asha, _) = await timed.Someone();
        await using var owner = new NpgsqlConnection(Owner);
        await owner.ExecuteAsync("update identity.users set roles = '{user,admin}' where id = @id", new { id = asha.User });
        (await asha.Post("/v1/me/erasure")).IsProblem(409, "identity.erasure_blocked");
    }

    [Fact]
    public async Task The_export_has_all_that_is_known_and_no_secret()
    {
        var (asha, email) = await timed.Someone();
        var secret = (string)(await asha.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created)["secret"]!;
        var reply = await asha.Get("/v1/me/export");
        var export = reply.Is(HttpStatusCode.OK);
        Assert.StartsWith("attachment", reply.Headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.Equal(
            ["object", "user", "made_at", "platform", "identity", "accounts", "payments", "insight"],
            export.AsObject().Select(p => p.Key)
        );
        Assert.Equal(
            (email, "Asha Mwangi"),
            ((string?)export["identity"]!["user"]!["email"], (string?)export["identity"]!["user"]!["full_name"])
        );
        Assert.Equal(asha.User, (Guid)export["identity"]!["user"]!["id"]!);
        Assert.Single(export["identity"]!["sessions"]!.AsArray());
        Assert.Contains(export["identity"]!["activity"]!.AsArray(), a => (string?)a!["type"] == "signed_in");
        foreach (var hidden in (string[])["hash", "secret", secret, asha.Token!])
            Assert.DoesNotContain(hidden, reply.Text, StringComparison.Ordinal);
    }
}
