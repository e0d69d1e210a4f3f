using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Hazina.Web.Tests;

/// <summary>What customers do with their money.</summary>
public sealed class WalletTests(Site site)
{
    [Fact]
    public async Task Somebody_opens_an_account_and_sends_money_which_happens_once()
    {
        var (asha, brian) = (await site.Someone(), await site.Someone());
        var theirs = await brian.NumberOf(await brian.Account());
        await using var window = await site.Open(asha);
        await window.Go("/wallet");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Open an account" }).ClickAsync();
        await window.Look("account-new");
        await window.Page.GetByLabel("Currency").SelectOptionAsync("KES");
        await window.Fill("What you call it", "Household");
        await window.Press("Open it");
        await window.Says("Your account is open");
        var account = Guid.Parse(window.Page.Url.Split('/')[^1]);
        await window.Look("account");
        await (await site.Accounts()).Fund(account, 12_500);
        await PaymentsHas(asha, account, 12_500);

        await window.Go("/wallet/send");
        await window.Look("send");
        await window.Fill("Phone, e-mail or account number", "000000000000");
        await window.Fill("Amount", "1,250.00");
        await window.Press("Continue");
        // Nobody has that number: it is said beside the field, and all that was typed is still there.
        await window.Heads("Send money");
        Assert.Equal("1,250.00", await window.Page.GetByLabel("Amount").InputValueAsync());
        await window.Look("send-refused");
        await window.Fill("Phone, e-mail or account number", theirs);
        await window.Fill("What is it for?", "Lunch on Friday");
        await window.Press("Continue");
        await window.Heads("Is this right?");
        await window.Says("Juma O.");
        await window.Says("1,250.00");
        await window.Look("send-confirm");
        // Sent twice at the same time, as by somebody impatient.
        var confirmed = await window.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const form = document.querySelector('form[action="/wallet/send/confirm"]');
              const send = async () => (await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) })).url;
              return [await send(), await send()];
            }
            """
        );
        Assert.Equal(confirmed[0], confirmed[1]);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Send KES" }).ClickAsync();
        await window.Heads("Sent");
        Assert.Equal(confirmed[0], window.Page.Url);
        await window.Look("sent");
        Assert.Equal(11_250, await asha.Balance(account));

        await window.Go("/wallet");
        await window.Says("11,250.00");
        await window.Look("home");
        await window.Go($"/wallet/activity?account={account}&text=lunch");
        await window.Says("Juma O.");
        await window.Look("activity");
        Assert.Equal(1, await window.Page.Locator("main .hz-rows > li").CountAsync());
        await window.Page.Locator("main .hz-rows a").ClickAsync();
        await window.Heads("Juma O.");
        await Annotates(window);
        await window.Go($"/wallet/activity?account={account}&text=nothing+like+it");
        await window.Says("Nothing fits");
        var table = await (await window.Profile.APIRequest.GetAsync($"/wallet/activity.csv?account={account}")).TextAsync();
        Assert.Equal(3, table.TrimEnd().Split("\r\n").Length);
        Assert.Contains(",1250.00,KES,11250.00,Juma O.,Lunch on Friday,,food", table, StringComparison.Ordinal);
    }

    static async Task Annotates(Window window)
    {
        await window.Fill("Category", "food");
        await window.Fill("Your note", "With the whole team");
        await window.Press("Keep it");
        await window.Says("It is kept.");
        Assert.Equal("food", await window.Page.GetByLabel("Category").InputValueAsync());
        Assert.Equal("With the whole team", await window.Page.GetByLabel("Your note").InputValueAsync());
        await window.Look("activity-entry");
    }

    [Fact]
    public async Task Who_was_sent_money_is_saved_found_again_and_removed()
    {
        var (asha, brian) = (await site.Someone(), await site.Someone());
        var (account, theirs) = (await asha.Account(2_000), await brian.Account());
        await PaymentsHas(asha, account, 2_000);
        await using var window = await site.Open(asha);
        await window.Go("/wallet/recipients");
        await window.Says("Nobody is saved yet");
        await window.Go("/wallet/send");
        await window.Fill("Phone, e-mail or account number", await brian.NumberOf(theirs));
        await window.Fill("Amount", "100");
        await window.Press("Continue");
        await window.Page.GetByRole(AriaRole.Checkbox).CheckAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Send KES" }).ClickAsync();
        await window.Heads("Sent");
        await window.Go("/wallet/recipients");
        await window.Says("Juma O.");
        await window.Look("recipients");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Send Juma O." }).ClickAsync();
        await Assertions.Expect(window.Page.GetByLabel("Saved recipients and your accounts")).ToHaveValueAsync(new Regex("^beneficiary:"));
        await window.Go("/wallet/recipients");
        await window.Press("Remove Juma O.");
        await window.Says("They are not saved any more");
    }

    [Fact]
    public async Task A_top_up_is_asked_for_and_comes_in_while_one_looks()
    {
        var asha = await site.Someone();
        var account = await asha.Account();
        await using var window = await site.Open(asha);
        await window.Go("/wallet/top-up");
        await window.Look("top-up");
        await window.Fill("Phone", Site.Phone());
        await window.Fill("Amount", "1500");
        await window.Press("Continue");
        await window.Heads("Is this right?");
        await window.Look("top-up-confirm");
        await window.Press("Ask the phone");
        await window.Says("It is in your account");
        await window.Look("top-up-done");
        await PaymentsHas(asha, account, 1_500);
    }

    [Fact]
    public async Task A_withdrawal_shows_its_cost_and_arrives_while_one_looks()
    {
        var asha = await site.Someone();
        var account = await asha.Account(5_000);
        await PaymentsHas(asha, account, 5_000);
        await using var window = await site.Open(asha);
        await window.Go("/wallet/withdraw");
        await window.Look("withdraw");
        await window.Fill("Amount", "1000");
        await window.Fill("Phone", Site.Phone());
        await window.Press("Continue");
        await window.Heads("Is this right?");
        await window.Look("withdraw-confirm");
        await window.Press("Withdraw");
        await window.Says("Paid out");
        await window.Look("withdraw-done");
        await window.Go("/wallet/limits");
        await window.Heads("Limits");
        await window.Look("limits");
    }

    [Fact]
    public async Task A_friend_is_asked_for_money_and_pays()
    {
        var (asha, brian) = (await site.Someone(), await site.Someone());
        await asha.Account(5_000);
        await brian.Account();
        var to = (string)(await asha.Get("/v1/me")).Json["email"]!;
        await using (var window = await site.Open(brian))
        {
            await window.Go("/wallet/requests");
            await window.Says("Nobody has asked you");
            await window.Look("requests-none");
            await window.Go("/wallet/requests/new");
            await window.Look("request-new");
            await window.Fill("From whom?", to);
            await window.Fill("Amount", "640.50");
            await window.Fill("What is it for?", "Your half of the electricity");
            await window.Press("Ask");
            await window.Says("They have been asked");
        }

        await using var hers = await site.Open(asha);
        await hers.Go("/wallet/requests");
        await hers.Look("requests");
        await hers.Page.Locator("main .hz-rows a").ClickAsync();
        await hers.Says("Your half of the electricity");
        await hers.Look("request");
        await hers.Page.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
        await hers.Says("Paid.");
        Assert.Equal(640.50m, Customer.Digits((await brian.Get("/v1/balances")).Json["data"]![0]!["balance"]!["posted"]));
    }

    [Fact]
    public async Task A_statement_is_made_and_kept_and_an_account_frozen_and_freed()
    {
        var asha = await site.Someone();
        var account = await asha.Account(5_000);
        var today = ((DateTimeOffset)(await asha.Get($"/v1/accounts/{account}")).Json["opened_at"]!).ToString("yyyy-MM-dd");
        await using var window = await site.Open(asha, isPhone: false);
        await window.Go("/wallet/statements");
        await window.Page.Locator("#f-from").FillAsync(today);
        await window.Press("Make it");
        await window.Says("Your statement is ready");
        await window.Look("statements");
        var link = await window.Page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).GetAttributeAsync("href");
        var file = await window.Profile.APIRequest.GetAsync(link!);
        Assert.Contains("5000.00", await file.TextAsync(), StringComparison.Ordinal);

        await window.Go($"/wallet/accounts/{account}");
        await window.Press("Freeze this account");
        await window.Says("Nothing goes out of it");
        await window.Look("account-frozen");
        Assert.Equal("debit", (string)(await asha.Get($"/v1/accounts/{account}")).Json["frozen"]!);
        await window.Press("Let money go out again");
        await window.Says("Money can go out of the account again");
        await window.Go("/wallet/more");
        await window.Look("more");
    }

    [Fact]
    public async Task Without_scripts_one_signs_in_tops_up_and_sends()
    {
        var (asha, brian) = (await site.Someone(), await site.Someone());
        var (account, theirs) = (await asha.Account(2_000), await brian.Account());
        await PaymentsHas(asha, account, 2_000);
        await using var window = await site.Open(asha, hasScripts: false);
        await window.Go("/wallet/send");
        await window.Fill("Phone, e-mail or account number", await brian.NumberOf(theirs));
        await window.Fill("Amount", "100");
        await window.Press("Continue");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Send KES" }).ClickAsync();
        await window.Heads("Sent");
        await window.Go("/wallet/top-up");
        await window.Fill("Phone", Site.Phone());
        await window.Fill("Amount", "300");
        await window.Press("Continue");
        await window.Press("Ask the phone");
        // The page asks again by itself.
        await Assertions.Expect(window.Title).ToContainTextAsync("It is in your account", new() { Timeout = 30_000 });
    }

    [Fact]
    public async Task With_the_keyboard_alone_one_signs_in_and_sends()
    {
        var email = await site.Newcomer();
        var brian = await site.Someone();
        var theirs = await brian.NumberOf(await brian.Account());
        await using var window = await site.Open(isPhone: false);
        var keys = window.Page.Keyboard;
        await window.Go("/sign-in");
        await window.Reach("login");
        await keys.TypeAsync(email);
        await window.Reach("password");
        await keys.TypeAsync(Site.Good);
        await keys.PressAsync("Enter");
        await window.Heads("Karibu, Asha Mwangi");
        // The first thing that one comes to leads past the navigation.
        await keys.PressAsync("Tab");
        await keys.PressAsync("Enter");
        await Assertions.Expect(window.Page).ToHaveURLAsync(new Regex("#content$"));

        var token = (await window.Profile.CookiesAsync()).Single(c => c.Name == "hz_session").Value;
        using var api = new HttpClient { BaseAddress = await site.Address() };
        api.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var opened = await Customer.Send(api, HttpMethod.Post, "/v1/accounts", new JsonObject { ["currency"] = "KES" });
        await (await site.Accounts()).Fund((Guid)opened.Json["id"]!, 500);
        await window.Go("/wallet/send");
        await window.Reach("to");
        await keys.TypeAsync(theirs);
        await window.Reach("amount");
        await keys.TypeAsync("50");
        await keys.PressAsync("Enter");
        await window.Heads("Is this right?");
        await window.Reach(text: "Send");
        await keys.PressAsync("Enter");
        await window.Heads("Sent");
    }

    static Task PaymentsHas(Customer customer, Guid account, decimal balance) =>
        Eventually.TrueAsync(async () => await customer.Balance(account) == balance, $"there are {balance} on the account");
}
