using Microsoft.Playwright;

namespace Hazina.Web.Tests;

/// <summary>The ways in and out.</summary>
public sealed class EntryTests(Site site)
{
    [Fact]
    public async Task Somebody_new_signs_up_verifies_signs_in_and_out()
    {
        await using var window = await site.Open();
        var email = Site.AnyEmail();
        await window.Go("/");
        await window.Look("landing");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Sign up" }).First.ClickAsync();
        await window.Heads("Sign up");
        await window.Look("sign-up");
        await window.Fill("Your full name", "Asha Mwangi");
        await window.Fill("E-mail or phone", email);
        await window.Fill("Password", "short");
        await window.Press("Send me a code");
        // What is wrong stands beside its field, and what was typed is still there.
        await window.Says("must have at least 8 characters");
        Assert.Equal(email, await window.Page.GetByLabel("E-mail or phone").InputValueAsync());
        await window.Look("sign-up-refused");
        await window.Fill("Password", Site.Good);
        await window.Press("Send me a code");
        await window.Heads("Enter the code");
        await window.Look("verify");
        await window.Fill("Code", "00000000");
        await window.Press("Finish");
        await window.Heads("Enter the code");
        await window.Fill("Code", await site.Code(email));
        await window.Press("Finish");
        await window.Says("Your account is open");
        await window.Look("sign-in");
        await window.Fill("Password", "not this one at all");
        await window.Press("Sign in");
        await window.Heads("Sign in");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await window.Fill("Password", Site.Good);
        await window.Press("Sign in");
        await window.Heads("Karibu, Asha Mwangi");
        await window.Look("home-empty");

        var cookie = Assert.Single(await window.Profile.CookiesAsync(), c => c.Name == "hz_session");
        Assert.True(cookie is { HttpOnly: true, SameSite: SameSiteAttribute.Lax, Path: "/" });
        await window.Go("/wallet/more");
        await window.Press("Sign out");
        await window.Says("You are signed out");
        Assert.DoesNotContain(await window.Profile.CookiesAsync(), c => c.Name == "hz_session");
        // The session has ended where it matters.
        using var api = new HttpClient { BaseAddress = await site.Address() };
        api.DefaultRequestHeaders.Authorization = new("Bearer", cookie.Value);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await api.GetAsync("/v1/me")).StatusCode);
    }

    [Fact]
    public async Task A_passkey_is_added_and_signs_in_alone()
    {
        var email = await site.Newcomer();
        await using var window = await site.Open();
        await window.AddAuthenticator();
        await window.SignIn(email);
        await window.Go("/wallet/security");
        await window.Heads("Security");
        await window.Look("security");
        await window.Fill("Name of this device", "My phone");
        await window.Press("Add a passkey");
        await window.Says("My phone");
        await window.Says("Your recovery codes");
        await window.Look("recovery-codes");
        await window.Go("/wallet/more");
        await window.Press("Sign out");
        await window.Press("Sign in with a passkey");
        await window.Heads("Karibu, Asha Mwangi");
        // The password alone is not enough from now on.
        await window.Go("/wallet/more");
        await window.Press("Sign out");
        await window.Fill("E-mail or phone", email);
        await window.Fill("Password", Site.Good);
        await window.Press("Sign in");
        await window.Heads("One more step");
        await window.Look("second-step");
        await window.Fill("Code", "000000");
        await window.Press("Continue");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
        await window.Press("Use a passkey");
        await window.Heads("Karibu, Asha Mwangi");
    }

    [Fact]
    public async Task A_forgotten_password_is_replaced_by_a_code()
    {
        var email = await site.Newcomer();
        await using var window = await site.Open(isPhone: false);
        await window.Go("/password");
        await window.Look("password-forgotten");
        await window.Fill("E-mail or phone", email);
        await window.Press("Send me a code");
        await window.Heads("Set a new password");
        await window.Look("password-new");
        await window.Fill("Code", await site.Code(email));
        await window.Fill("New password", "four large ships at dawn");
        await window.Press("Set the password");
        await window.Says("Your password is set");
        await window.Fill("Password", "four large ships at dawn");
        await window.Press("Sign in");
        await window.Heads("Karibu, Asha Mwangi");
    }

    [Fact]
    public async Task Who_has_to_sign_in_first_comes_back_to_where_they_wanted_to_go_and_nowhere_else()
    {
        var email = await site.Newcomer();
        await using var window = await site.Open();
        await window.Go("/wallet/settings");
        await window.Heads("Sign in");
        await window.Fill("E-mail or phone", email);
        await window.Fill("Password", Site.Good);
        await window.Press("Sign in");
        await window.Heads("Preferences");
        await window.Look("preferences");
        await window.Page.GetByLabel("Light or dark").SelectOptionAsync("dark");
        await window.Press("Save");
        await window.Says("Saved");
        Assert.Equal("dark", await window.Page.GetAttributeAsync("html", "data-bs-theme"));

        foreach (var elsewhere in (string[])["//evil.example", "https://evil.example/", "/\\evil.example"])
        {
            await window.Go("/sign-in?next=" + Uri.EscapeDataString(elsewhere));
            await window.Heads("Karibu, Asha Mwangi");
        }
    }

    [Fact]
    public async Task Somebody_confirms_who_they_are_and_adds_an_app()
    {
        await using var window = await site.Open();
        await window.SignIn(await site.Newcomer());
        await window.Go("/wallet/confirm?next=/wallet/security/authenticator");
        await window.Look("confirm-who");
        await window.Fill("Your password", "not this one at all");
        await window.Press("Confirm");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await window.Fill("Your password", Site.Good);
        await window.Press("Confirm");
        await window.Heads("Authenticator app");
        await window.Press("Show me the secret");
        await window.Says("It is shown this once");
        await window.Look("authenticator");
        await window.Fill("The code that the app shows now", "000000");
        await window.Press("Turn it on");
        await window.Heads("Authenticator app");
    }
}
