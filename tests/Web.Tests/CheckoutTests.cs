using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Playwright;

namespace Hazina.Web.Tests;

/// <summary>Paying a shop on our pages.</summary>
public sealed class CheckoutTests(Site site)
{
    [Fact]
    public async Task Somebody_new_signs_up_tops_up_pays_a_shop_from_two_sources_and_keeps_the_statement()
    {
        var till = await Till();
        var (email, phone) = (Site.AnyEmail(), Site.Phone());
        await using var window = await site.Open();
        // The shop's link is where they begin, and where they are led again when they have signed up.
        await window.Go(Link(till, "1250", "order-17", "Two baskets"));
        await SignUp(window, email);
        await window.Heads("Pay a shop");
        await window.Look("checkout-no-account");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Open an account" }).ClickAsync();
        await window.Page.GetByLabel("Currency").SelectOptionAsync("KES");
        await window.Press("Open it");
        await window.Says("Your account is open");
        var account = window.Page.Url.Split('/')[^1];

        await TopUp(window, phone);
        await window.Go(Link(till, "1250", "order-17", "Two baskets"));
        await window.Heads("Pay a shop");
        await window.Look("checkout-start");
        await window.Press("Go on to pay");
        await window.Heads("Pay Duka Ltd");
        // What the wallet has is proposed, and M-Pesa for the rest.
        Assert.Equal("500", await window.Page.Locator("input[name^=wallet]").InputValueAsync());
        Assert.Equal("750", await window.Page.Locator("input[name=mpesa]").InputValueAsync());
        await window.Look("checkout");
        await window.Page.Locator("input[name=mpesa]").FillAsync("700");
        await Assertions.Expect(window.Page.Locator("[data-left]")).ToHaveTextAsync("50.00");
        await window.Page.Locator("input[name=mpesa-phone]").FillAsync(phone);
        await window.Press("Continue");
        await window.Says("KES 50.00 is left");
        await window.Look("checkout-refused");
        await window.Page.Locator("input[name=mpesa]").FillAsync("750");
        await window.Press("Continue");
        await window.Says("Is this right?");
        await window.Look("checkout-confirm");
        using (await site.HoldUp(phone))
        {
            await Pay(window);
            await window.Heads("We wait for your phone");
            await window.Says("held for this payment");
            await window.Look("checkout-waits");
        }

        await window.Heads("Paid");
        await window.Look("checkout-paid");
        Assert.Equal(1_250, await till.Balance());

        await window.Go($"/wallet/statements?account={account}");
        await window.Page.Locator("#f-from").FillAsync(DateTimeOffset.UtcNow.AddHours(3).ToString("yyyy-MM-dd"));
        await window.Press("Make it");
        await window.Says("Your statement is ready");
        var link = await window.Page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).GetAttributeAsync("href");
        var file = await window.Profile.APIRequest.GetAsync(link!);
        Assert.Contains("order-17", await file.TextAsync(), StringComparison.Ordinal);
    }

    async Task SignUp(Window window, string email)
    {
        await window.Heads("Sign in");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Sign up", Exact = true }).ClickAsync();
        await window.Fill("Your full name", "Asha Mwangi");
        await window.Fill("E-mail or phone", email);
        await window.Fill("Password", Site.Good);
        await window.Press("Send me a code");
        await window.Fill("Code", await site.Code(email));
        await window.Press("Finish");
        await window.Fill("Password", Site.Good);
        await window.Press("Sign in");
    }

    async Task TopUp(Window window, string phone)
    {
        using (await site.HoldUp(phone))
        {
            await window.Go("/wallet/top-up");
            await window.Fill("Phone", phone);
            await window.Fill("Amount", "500");
            await window.Press("Continue");
            await window.Press("Ask the phone");
            await window.Look("top-up-waits");
        }

        await window.Says("It is in your account");
    }

    [Fact]
    public async Task What_one_source_refuses_is_paid_from_another_or_given_up()
    {
        var till = await Till();
        var asha = await site.Someone();
        var account = await asha.Account(1_000);
        await Has(asha, account, 1_000);
        await using var window = await site.Open(asha);
        foreach (var givesUp in (bool[])[false, true])
        {
            var intent = await Meant(asha, account, till, 600);
            await window.Go($"/pay/{intent}");
            await window.Page.Locator("input[name^=wallet]").FillAsync("400");
            await window.Page.Locator("input[name=mpesa]").FillAsync("200");
            await window.Page.Locator("input[name=mpesa-phone]").FillAsync(Site.Phone("901"));
            await window.Press("Continue");
            await Pay(window);
            // It has come back by itself: a part is held, and another source is asked for.
            await window.Says("KES 400.00 is held for this payment. KES 200.00 is missing");
            if (givesUp)
            {
                await window.Press("Do not pay");
                await window.Heads("You did not pay");
                await window.Look("checkout-given-up");
                continue;
            }

            await window.Look("checkout-partly");
            Assert.Equal("200", await window.Page.Locator("input[name^=wallet]").InputValueAsync());
            await window.Press("Continue");
            await Pay(window);
            await window.Heads("Paid");
        }

        Assert.Equal(600, await till.Balance());
        Assert.Equal(400, Customer.Digits((await asha.Get($"/v1/accounts/{account}")).Json["balance"]!["available"]));
    }

    [Fact]
    public async Task Without_scripts_one_pays_from_a_phone_and_the_same_form_again_pays_no_more()
    {
        var till = await Till();
        var asha = await site.Someone();
        var account = await asha.Account();
        var intent = await Meant(asha, account, till, 300);
        await using var window = await site.Open(asha, hasScripts: false);
        await window.Go($"/pay/{intent}");
        await window.Page.Locator("input[name=mpesa-phone]").FillAsync(Site.Phone());
        await window.Press("Continue");
        var form = window.Page.Locator($"form[action='/pay/{intent}/confirm']");
        var fields = await form.Locator("input[type=hidden]").EvaluateAllAsync<string[][]>("all => all.map(f => [f.name, f.value])");
        await Pay(window);
        // The page asks again by itself.
        await Assertions.Expect(window.Title).ToContainTextAsync("Paid", new() { Timeout = 60_000 });
        var again = window.Profile.APIRequest.CreateFormData();
        foreach (var field in fields)
            again.Set(field[0], field[1]);
        var sent = await window.Profile.APIRequest.PostAsync(
            $"/pay/{intent}/confirm",
            new()
            {
                Form = again,
                Headers = new Dictionary<string, string> { ["Origin"] = (await site.Address()).GetLeftPart(UriPartial.Authority) },
            }
        );
        Assert.Equal(200, sent.Status);
        Assert.EndsWith($"/pay/{intent}", sent.Url, StringComparison.Ordinal);
        Assert.Equal(300, await till.Balance());
    }

    [Fact]
    public async Task What_is_too_late_or_somebody_elses_is_told()
    {
        var till = await Till();
        var (asha, eve) = (await site.Someone(), await site.Someone());
        var account = await asha.Account(1_000);
        await Has(asha, account, 1_000);
        var intent = await Meant(asha, account, till, 600);
        await using (var theirs = await site.Open(eve))
        {
            await theirs.Go($"/pay/{intent}");
            await theirs.Heads("There is nothing here");
        }

        await using var window = await site.Open(asha);
        await window.Go($"/pay/{intent}");
        await window.Page.Locator("input[name^=wallet]").FillAsync("plenty");
        await window.Press("Continue");
        await window.Says("Enter an amount such as");
        // A rail that this platform has no contract with.
        await window.Page.Locator("input[name^=wallet]").FillAsync("");
        await window.Page.GetByText("From a bank").ClickAsync();
        await window.Page.Locator("input[name=kcb]").FillAsync("600");
        await window.Page.Locator("input[name=kcb-phone]").FillAsync(Site.Phone());
        await window.Press("Continue");
        await Pay(window);
        await window.Heads("Pay Duka Ltd");
        await Assertions.Expect(window.Page.Locator("#f-kcb-error")).ToBeVisibleAsync();
        await window.Look("checkout-rail-refused");

        await using (var owner = await (await site.Accounts()).Owner())
            await owner.ExecuteAsync(
                "update payments.intents set expires_at = now() - interval '1 second' where id = @intent",
                new { intent }
            );
        await window.Press("Continue");
        await window.Heads("The time is up");
        await window.Look("checkout-expired");
        Assert.Equal(0, await till.Balance());
    }

    /// <summary>An account of an organization.</summary>
    async Task<Till> Till()
    {
        var brian = await site.Someone();
        var account = await brian.Account(organization: await brian.Organization());
        return new Till(brian, account, await brian.NumberOf(account));
    }

    static async Task<Guid> Meant(Customer payer, Guid account, Till till, decimal amount)
    {
        var body = new JsonObject
        {
            ["payer"] = account,
            ["payee"] = new JsonObject { ["number"] = till.Number },
            ["amount"] = Customer.Amount(amount),
            ["description"] = "Two baskets",
        };
        return (Guid)(await payer.Post("/v1/payment-intents", body)).Is(HttpStatusCode.Created)["id"]!;
    }

    static string Link(Till till, string amount, string reference, string description) =>
        $"/pay/new?to={till.Number}&amount={amount}&currency=KES&reference={reference}&description={Uri.EscapeDataString(description)}";

    static Task Pay(Window window) => window.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Pay KES") }).ClickAsync();

    static Task Has(Customer customer, Guid account, decimal balance) =>
        Eventually.TrueAsync(async () => await customer.Balance(account) == balance, $"there are {balance} on the account");
}

/// <summary>Where a shop is paid.</summary>
sealed record Till(Customer Owner, Guid Account, string Number)
{
    public Task<decimal> Balance() => Owner.Balance(Account);
}
