using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Identity.Tests.Passkeys;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.LinkedLogins;

/// <summary>Against a real provider: npm's oidc-provider.</summary>
public sealed class LinkedLoginTests(LinkedLoginTests.Linked linked) : IClassFixture<LinkedLoginTests.Linked>
{
    PeopleApi Anyone => linked.Anyone;

    [Theory]
    [InlineData("main")]
    [InlineData("es256")]
    public async Task Who_is_not_known_is_registered_and_known_again_by_subject(string provider)
    {
        var (subject, email) = (Linked.AnySubject(), IdentityServer.AnyEmail());
        var first = (await linked.SignIn(provider, $"{subject}~{email.ToUpperInvariant()}~true")).Is(HttpStatusCode.Created);
        var asha = Anyone.With((string)first["token"]!);
        var me = (await asha.Get("/v1/me")).Is(HttpStatusCode.OK);
        Assert.Equal((email, true, "active"), ((string?)me["email"], (bool)me["email_verified"]!, (string?)me["status"]));
        Assert.Equal(("Asha Mwangi", "Asha", "Mwangi"), ((string?)me["full_name"], (string?)me["first_name"], (string?)me["last_name"]));
        Assert.Equal(["linked_login_added", "registered", "signed_in"], (await asha.Activity()).Order(StringComparer.Ordinal));
        Assert.Equal(3, (await asha.Activity()).Count);

        var again = (await linked.SignIn(provider, $"{subject}~{IdentityServer.AnyEmail()}~true")).Is(HttpStatusCode.Created);
        Assert.Equal((Guid)first["user"]!, (Guid)again["user"]!);
        Assert.Equal(email, (string?)(await Anyone.With((string)again["token"]!).Get("/v1/me")).Json["email"]);
    }

    [Fact]
    public async Task An_account_that_has_the_address_is_not_opened_by_it()
    {
        var email = IdentityServer.AnyEmail();
        await Anyone.Registered(email);
        var account = $"{Linked.AnySubject()}~{email}~true";
        (await linked.SignIn("main", account)).IsProblem(409, "identity.link_first");
        // Where the provider's word counts for nothing, the reader of the address is told, and nobody else.
        (await linked.SignIn("strict", account)).Is(HttpStatusCode.Accepted);
        Assert.Equal("You have an account", (await Anyone.Messages(email))[^1].Subject);
        (await linked.SignIn("main", account)).IsProblem(409, "identity.link_first");

        var owner = await Anyone.SignedIn(email);
        (await linked.Link(owner, "main", account)).Is(HttpStatusCode.Created);
        Assert.Equal("A login was linked", (await Anyone.Messages(email))[^1].Subject);
        var session = (await linked.SignIn("main", account)).Is(HttpStatusCode.Created);
        Assert.Equal((string?)(await owner.Get("/v1/me")).Json["id"], (string?)session["user"]);
        var listed = (await owner.Get("/v1/me/linked-logins")).Is(HttpStatusCode.OK)["data"]!.AsArray().Single()!;
        Assert.Equal(("main", email), ((string?)listed["provider"], (string?)listed["email"]));
        Assert.NotNull(listed["last_used_at"]);
        (await linked.SignIn("main", $"{Linked.AnySubject()}~{email}~true")).IsProblem(409, "identity.link_first");
    }

    [Theory]
    [InlineData("strict", "true")]
    [InlineData("main", "false")]
    public async Task An_address_that_nobody_vouches_for_is_verified_by_code(string provider, string verified)
    {
        var email = IdentityServer.AnyEmail();
        var account = $"{Linked.AnySubject()}~{email}~{verified}";
        var first = (await linked.SignIn(provider, account)).Is(HttpStatusCode.Accepted);
        Assert.Equal("registration", (string?)first["object"]);
        // Whoever tries again before that gets another code, and the first registration is over.
        var again = (await linked.SignIn(provider, account)).Is(HttpStatusCode.Accepted);
        (await Anyone.Verify(first["id"], await Anyone.Code(email))).IsProblem(422, "identity.code_invalid");
        (await Anyone.Verify(again["id"], await Anyone.Code(email))).Is(HttpStatusCode.OK);
        var session = (await linked.SignIn(provider, account)).Is(HttpStatusCode.Created);
        Assert.Equal((Guid)again["id"]!, (Guid)session["user"]!);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_as_after_the_password()
    {
        var email = IdentityServer.AnyEmail();
        await Anyone.Registered(email);
        var owner = await Anyone.SignedIn(email);
        var account = $"{Linked.AnySubject()}~{email}~true";
        (await linked.Link(owner, "main", account)).Is(HttpStatusCode.Created);
        await owner.WithPasskey();
        var begun = (await linked.SignIn("main", account)).Is(HttpStatusCode.Accepted);
        Assert.Equal(("sign_in", "[\"passkey\",\"recovery_code\"]"), ((string?)begun["object"], begun["methods"]!.ToJsonString()));
    }

    [Fact]
    public async Task What_a_browser_brings_back_is_good_once_for_ten_minutes_and_for_who_began()
    {
        var account = $"{Linked.AnySubject()}~{IdentityServer.AnyEmail()}~true";
        var (begun, back) = await linked.Visit("main", account);
        var (other, _) = await linked.Visit("main", account);
        (await linked.Finish("main", begun, back with { State = back.State[..^1] + "_" })).IsProblem(401, "identity.linked_login_failed");
        // Another browser: whoever is led to finish what a stranger began.
        (await linked.Finish("main", other, back)).IsProblem(401, "identity.linked_login_failed", "state");
        (await linked.Finish("es256", begun, back)).IsProblem(401, "identity.linked_login_failed", "state");
        (await linked.Finish("main", begun, back)).Is(HttpStatusCode.Created);
        (await linked.Finish("main", begun, back)).IsProblem(401, "identity.linked_login_failed", "state");

        (begun, back) = await linked.Visit("main", account);
        (await linked.Finish("main", begun, back with { Code = back.Code[..^1] + "_" })).IsProblem(
            401,
            "identity.linked_login_failed",
            "code"
        );
        (begun, back) = await linked.Visit("main", account);
        (await linked.Finish("main", begun, back with { Issuer = null })).IsProblem(401, "identity.linked_login_failed");
        (begun, back) = await linked.Visit("main", account);
        await linked.Owner("update identity.linked_login_attempts set expires_at = now() where id = @id", (Guid)begun["id"]!);
        (await linked.Finish("main", begun, back)).IsProblem(401, "identity.linked_login_failed", "state");
    }

    [Fact]
    public async Task A_code_of_another_sign_in_is_not_taken()
    {
        var ashas = $"{Linked.AnySubject()}~{IdentityServer.AnyEmail()}~true";
        var jumas = $"{Linked.AnySubject()}~{IdentityServer.AnyEmail()}~true";
        var (_, stolen) = await linked.Visit("main", ashas);
        var (begun, back) = await linked.Visit("main", jumas);
        (await linked.Finish("main", begun, back with { Code = stolen.Code })).IsProblem(401, "identity.linked_login_failed", "code");
    }

    [Fact]
    public async Task Of_many_who_register_by_one_login_at_once_one_account_comes_to_be()
    {
        var account = $"{Linked.AnySubject()}~{IdentityServer.AnyEmail()}~true";
        var visits = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => linked.Visit("main", account)));
        var replies = await Task.WhenAll(visits.Select(v => linked.Finish("main", v.Begun, v.Back)));
        var users = replies.Where(r => r.Status == HttpStatusCode.Created).Select(r => (Guid)r.Json["user"]!).Distinct();
        Assert.Single(users);
        Assert.All(replies, r => Assert.Contains((int)r.Status, (int[])[201, 401, 409]));
    }

    [Fact]
    public async Task A_login_opens_one_account_and_is_linked_in_the_session_that_began()
    {
        var (asha, juma) = (await linked.Someone(), await linked.Someone());
        var account = $"{Linked.AnySubject()}~{IdentityServer.AnyEmail()}~true";
        var begun = (await linked.BeginLink(asha, "main")).Is(HttpStatusCode.Created);
        var back = await OidcServer.VisitAsync((string)begun["authorize_url"]!, account);
        (await linked.FinishLink(juma, "main", begun, back)).IsProblem(401, "identity.linked_login_failed", "state");
        (await linked.Finish("main", begun, back)).IsProblem(401, "identity.linked_login_failed", "state");
        var added = (await linked.FinishLink(asha, "main", begun, back)).Is(HttpStatusCode.Created);
        (await linked.Link(juma, "main", account)).IsProblem(409, "identity.linked_elsewhere");
        (await linked.Link(asha, "main", account)).IsProblem(409, "identity.linked_elsewhere");
        var path = $"/v1/me/linked-logins/{added["id"]}";
        (await juma.Delete(path)).IsProblem(404, "identity.no_such_linked_login", "login");
        Assert.Empty((await juma.Get("/v1/me/linked-logins")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete(path)).Status);
        (await linked.Link(juma, "main", account)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Who_has_no_password_keeps_a_way_in_and_sets_one_when_they_like()
    {
        var email = IdentityServer.AnyEmail();
        var account = $"{Linked.AnySubject()}~{email}~true";
        var session = (await linked.SignIn("main", account)).Is(HttpStatusCode.Created);
        var asha = Anyone.With((string)session["token"]!);
        (await Anyone.SignIn(email)).IsProblem(401, "identity.wrong_credentials");
        var login = (await asha.Get("/v1/me/linked-logins")).Json["data"]![0]!["id"];
        (await asha.Delete($"/v1/me/linked-logins/{login}")).IsProblem(409, "identity.last_way_in");
        (await asha.Post("/v1/auth/confirm", new JsonObject { ["password"] = IdentityServer.Good })).IsProblem(404, "identity.no_password");
        var change = new JsonObject { ["current_password"] = IdentityServer.Good, ["new_password"] = "four small boats at dusk" };
        (await asha.Post("/v1/auth/password/change", change)).IsProblem(404, "identity.no_password");

        var (_, added) = await asha.WithPasskey();
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete($"/v1/me/linked-logins/{login}")).Status);
        (await asha.Delete($"/v1/me/passkeys/{added["passkey"]!["id"]}")).IsProblem(409, "identity.last_way_in");

        var forgot = (await Anyone.Post("/v1/auth/password/forgot", new JsonObject { ["email"] = email })).Is(HttpStatusCode.Accepted);
        var reset = new JsonObject
        {
            ["password_reset"] = forgot["id"]!.DeepClone(),
            ["code"] = await Anyone.Code(email),
            ["password"] = IdentityServer.Good,
        };
        Assert.Equal(HttpStatusCode.NoContent, (await Anyone.Post("/v1/auth/password/reset", reset)).Status);
        (await Anyone.SignIn(email)).Is(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Linking_and_taking_away_asks_who_one_is()
    {
        var asha = await linked.Someone();
        var added = (await linked.Link(asha, "main", $"{Linked.AnySubject()}~~false")).Is(HttpStatusCode.Created);
        Assert.Null(added["email"]);
        var begun = (await linked.BeginLink(asha, "main")).Is(HttpStatusCode.Created);
        var back = await OidcServer.VisitAsync((string)begun["authorize_url"]!, $"{Linked.AnySubject()}~~false");
        await linked.Owner("update identity.sessions set confirmed_at = null where user_id = @id", asha.User);
        (await linked.BeginLink(asha, "main")).IsProblem(403, "identity.confirmation_required");
        (await linked.FinishLink(asha, "main", begun, back)).IsProblem(403, "identity.confirmation_required");
        (await asha.Delete($"/v1/me/linked-logins/{added["id"]}")).IsProblem(403, "identity.confirmation_required");
    }

    [Fact]
    public async Task Providers_are_listed_and_those_that_are_not_there_are_told()
    {
        var listed = (await Anyone.Get("/v1/auth/providers")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(["away", "closed", "es256", "main", "strict"], listed.Select(p => (string)p!["id"]!));
        Assert.DoesNotContain(linked.Secret, listed.ToJsonString(), StringComparison.Ordinal);
        (await Anyone.Post("/v1/auth/providers/none/begin")).IsProblem(404, "identity.no_such_provider", "provider");
        (await Anyone.Post("/v1/auth/providers/away/begin")).IsProblem(424, "identity.provider_unavailable");
        var account = $"{Linked.AnySubject()}~{IdentityServer.AnyEmail()}~true";
        (await linked.SignIn("closed", account)).IsProblem(403, "identity.not_linked");
        (await linked.SignIn("main", $"{Linked.AnySubject()}~~false")).IsProblem(422, "identity.email_missing");
    }

    [Fact]
    public async Task Who_is_suspended_is_told_so_and_not_let_in()
    {
        var asha = await linked.Someone();
        var account = $"{Linked.AnySubject()}~~false";
        (await linked.Link(asha, "main", account)).Is(HttpStatusCode.Created);
        await linked.Owner("update identity.users set status = 'suspended' where id = @id", asha.User);
        (await linked.SignIn("main", account)).IsProblem(403, "identity.suspended");
    }

    [Fact]
    public async Task Neither_states_nor_bindings_nor_nonces_are_in_the_database()
    {
        var begun = (await Anyone.Post("/v1/auth/providers/main/begin")).Is(HttpStatusCode.Created);
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri((string)begun["authorize_url"]!).Query);
        await using var connection = new NpgsqlConnection(linked.OwnerConnection);
        var all = await connection.ExecuteScalarAsync<string>("select string_agg(a::text, '') from identity.linked_login_attempts a");
        foreach (var text in (string[])[query["state"]!, query["nonce"]!, (string)begun["binding"]!])
            Assert.DoesNotContain(text, all, StringComparison.Ordinal);
    }

    public sealed class Linked : IAsyncLifetime
    {
        OidcServer? server;
        HazinaApp? app;

        public PeopleApi Anyone { get; private set; } = null!;

        public string Secret => server!.ClientSecret;

        public string OwnerConnection => app!.Services.GetRequiredService<Hazina.Host.ServerOptions>().OwnerConnectionString!;

        public static string AnySubject() => $"s-{Guid.CreateVersion7():N}";

        public async ValueTask InitializeAsync()
        {
            server = await OidcServer.StartedAsync();
            var settings = new Dictionary<string, string?>(IdentityServer.Quick, StringComparer.Ordinal);
            Add("main", "hazina", ("TrustsEmail", "true"));
            Add("strict", "hazina");
            Add("es256", "hazina-es256", ("TrustsEmail", "true"));
            Add("closed", "hazina", ("Registers", "false"));
            Add("away", "hazina", ("Issuer", "http://127.0.0.1:1"));
            app = await HazinaApp.StartAsync(settings: settings);
            Anyone = new PeopleApi(app, app.Anonymous);

            void Add(string name, string client, params (string Name, string Value)[] more)
            {
                (string, string)[] all =
                [
                    ("Issuer", server.Issuer),
                    ("ClientId", client),
                    ("ClientSecret", server.ClientSecret),
                    ("RedirectUri", OidcServer.RedirectUri),
                    .. more,
                ];
                foreach (var (key, value) in all)
                    settings[$"Identity:Providers:{name}:{key}"] = value;
            }
        }

        public async Task<PeopleApi> Someone()
        {
            var email = IdentityServer.AnyEmail();
            await Anyone.Registered(email);
            return await Anyone.SignedIn(email);
        }

        public async Task<(JsonNode Begun, OidcReturn Back)> Visit(string provider, string account)
        {
            var begun = (await Anyone.Post($"/v1/auth/providers/{provider}/begin")).Is(HttpStatusCode.Created);
            return (begun, await OidcServer.VisitAsync((string)begun["authorize_url"]!, account));
        }

        public Task<Reply> Finish(string provider, JsonNode begun, OidcReturn back) =>
            Anyone.Post($"/v1/auth/providers/{provider}/finish", Body(begun, back));

        public async Task<Reply> SignIn(string provider, string account)
        {
            var (begun, back) = await Visit(provider, account);
            return await Finish(provider, begun, back);
        }

        public Task<Reply> BeginLink(PeopleApi person, string provider) =>
            person.Post("/v1/me/linked-logins/begin", new JsonObject { ["provider"] = provider });

        public Task<Reply> FinishLink(PeopleApi person, string provider, JsonNode begun, OidcReturn back)
        {
            var body = Body(begun, back);
            body["provider"] = provider;
            return person.Post("/v1/me/linked-logins", body);
        }

        public async Task<Reply> Link(PeopleApi person, string provider, string account)
        {
            var begun = (await BeginLink(person, provider)).Is(HttpStatusCode.Created);
            return await FinishLink(person, provider, begun, await OidcServer.VisitAsync((string)begun["authorize_url"]!, account));
        }

        /// <summary>Behind the API's back.</summary>
        public async Task Owner(string sql, Guid id)
        {
            await using var connection = new NpgsqlConnection(OwnerConnection);
            Assert.Equal(1, await connection.ExecuteAsync(sql, new { id }));
        }

        public async ValueTask DisposeAsync()
        {
            if (app is not null)
                await app.DisposeAsync();
            server?.Dispose();
        }

        static JsonObject Body(JsonNode begun, OidcReturn back)
        {
            var body = new JsonObject
            {
                ["code"] = back.Code,
                ["state"] = back.State,
                ["binding"] = begun["binding"]!.DeepClone(),
            };
            if (back.Issuer is not null)
                body["iss"] = back.Issuer;
            return body;
        }
    }
}
