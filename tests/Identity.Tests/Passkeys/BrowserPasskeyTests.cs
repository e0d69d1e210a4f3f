using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Hazina.Identity.Tests.Passkeys;

/// <summary>A real browser with a device of its own that it has made up: what pages do, and what devices answer.</summary>
public sealed class BrowserPasskeyTests(BrowserPasskeyTests.Site site) : IClassFixture<BrowserPasskeyTests.Site>
{
    [Fact]
    public async Task A_browser_adds_a_passkey_and_signs_in_with_it_alone()
    {
        var (asha, _) = await site.Someone();
        var page = await site.OpenAsync();
        var added = await page.CallAsync("add", "laptop", asha.Token);
        Assert.True((int)added["status"]! == 201, added.ToJsonString());
        for (var i = 0; i < 2; i++)
        {
            var session = await page.CallAsync("signIn");
            Assert.True((int)session["status"]! == 201, session.ToJsonString());
            Assert.Equal(asha.User, (Guid)session["body"]!["user"]!);
            (await asha.With((string)session["body"]!["token"]!).Get("/v1/me")).Is(HttpStatusCode.OK);
        }

        var again = await Assert.ThrowsAsync<PlaywrightException>(() => page.CallAsync("add", "laptop again", asha.Token));
        Assert.Contains("InvalidStateError", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_shows_a_passkey_after_the_password_and_to_confirm()
    {
        var (asha, email) = await site.Someone();
        var page = await site.OpenAsync();
        var added = await page.CallAsync("add", "laptop", asha.Token);
        Assert.True((int)added["status"]! == 201, added.ToJsonString());
        var begun = (await asha.SignIn(email)).Is(HttpStatusCode.Accepted);
        var session = await page.CallAsync("secondStep", (string?)begun["token"]);
        Assert.True((int)session["status"]! == 201, session.ToJsonString());
        var token = (string)session["body"]!["token"]!;
        var confirmed = await page.CallAsync("confirm", token);
        Assert.True((int)confirmed["status"]! == 200, confirmed.ToJsonString());
        asha = asha.With((string)confirmed["body"]!["token"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete($"/v1/me/passkeys/{added["body"]!["passkey"]!["id"]}")).Status);
        var refused = await page.CallAsync("signIn");
        Assert.Equal("identity.wrong_passkey", (string?)refused["body"]!["code"]);
    }

    [Fact]
    public async Task A_browser_gives_nothing_where_its_owner_is_not_seen_or_the_domain_is_another()
    {
        var (asha, _) = await site.Someone();
        var page = await site.OpenAsync(isOwner: false);
        var refused = await Assert.ThrowsAsync<PlaywrightException>(() => page.CallAsync("add", "laptop", asha.Token));
        Assert.Contains("NotAllowedError", refused.Message, StringComparison.Ordinal);
        page = await site.OpenAsync(host: "127.0.0.1");
        refused = await Assert.ThrowsAsync<PlaywrightException>(() => page.CallAsync("add", "laptop", asha.Token));
        Assert.Contains("SecurityError", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The real server with one more page, that uses the API as anybody's page would.</summary>
    public sealed class Site : IAsyncLifetime
    {
        const string Page = """
            <!doctype html>
            <title>Passkeys</title>
            <script>
              async function call(method, path, body, token) {
                const headers = { 'Content-Type': 'application/json' };
                if (token) headers.Authorization = 'Bearer ' + token;
                const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
                const text = await answer.text();
                return { status: answer.status, body: text ? JSON.parse(text) : null };
              }
              async function begin(path, body, token) {
                const begun = await call('POST', path, body, token);
                if (begun.status !== 201) throw new Error(JSON.stringify(begun));
                return begun.body;
              }
              async function show(begun) {
                const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(begun.options);
                return { challenge: begun.id, credential: (await navigator.credentials.get({ publicKey })).toJSON() };
              }
              async function add(name, token) {
                const begun = await begin('/v1/me/passkeys/begin', undefined, token);
                const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(begun.options);
                const credential = (await navigator.credentials.create({ publicKey })).toJSON();
                return call('POST', '/v1/me/passkeys', { challenge: begun.id, credential, name }, token);
              }
              async function signIn() {
                return call('POST', '/v1/auth/sign-in/passkey', await show(await begin('/v1/auth/sign-in/passkey/begin')));
              }
              async function secondStep(token) {
                const passkey = await show(await begin('/v1/auth/sign-in/second-step/passkey', { token }));
                return call('POST', '/v1/auth/sign-in/second-step', { token, passkey });
              }
              async function confirm(token) {
                return call('POST', '/v1/auth/confirm', { passkey: await show(await begin('/v1/auth/confirm/passkey', undefined, token)) }, token);
              }
            </script>
            """;

        HazinaApp? app;
        Browser? browser;

        public async ValueTask InitializeAsync()
        {
            browser = await Browser.StartedAsync();
            app = await HazinaApp.StartAsync(
                settings: IdentityServer.Quick,
                map: routes => routes.MapGet("/test/passkeys", Show).AllowAnonymous()
            );
        }

        public async Task<(PeopleApi Person, string Email)> Someone()
        {
            var email = IdentityServer.AnyEmail();
            var anyone = new PeopleApi(app!, app!.Anonymous);
            await anyone.Registered(email);
            return (await anyone.SignedIn(email), email);
        }

        /// <summary>With a device of its own.</summary>
        /// <param name="isOwner">Whether the device finds that it is its owner.</param>
        /// <param name="host">By which name the page is asked for.</param>
        public async Task<BrowserPage> OpenAsync(bool isOwner = true, string host = "localhost")
        {
            var page = await browser!.OpenAsync(new UriBuilder(app!.Address) { Host = host, Path = "/test/passkeys" }.Uri);
            await page.AddAuthenticatorAsync(isOwner);
            return page;
        }

        public async ValueTask DisposeAsync()
        {
            if (browser is not null)
                await browser.DisposeAsync();
            if (app is not null)
                await app.DisposeAsync();
        }

        static IResult Show(HttpContext context)
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'unsafe-inline'; connect-src 'self'";
            return Results.Content(Page, "text/html");
        }
    }
}
