using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Playwright;

namespace Hazina.Web.Tests;

/// <summary>What operations, compliance and admins do.</summary>
public sealed class ConsoleTests(Site site)
{
    /// <summary>Towards whom the rail fails each time, before it does anything.</summary>
    const string NeverAnswers = "912";

    [Fact]
    public async Task The_console_is_for_staff_and_each_sees_their_own_part()
    {
        await using (var customer = await site.Open(await site.Someone()))
        {
            await customer.Go("/wallet");
            Assert.Equal(0, await customer.Page.GetByRole(AriaRole.Link, new() { Name = "Console" }).CountAsync());
            foreach (var path in (string[])["/console", "/console/payments", "/console/payments.csv", "/console/ledger"])
            {
                Assert.Equal(404, (await customer.Go(path))!.Status);
                await customer.Heads("There is nothing here");
            }
        }

        await using (var compliance = await site.Open(await site.Someone("user", "compliance"), isPhone: false))
        {
            await compliance.Go("/wallet");
            await compliance.Page.GetByRole(AriaRole.Link, new() { Name = "Console" }).ClickAsync();
            await compliance.Heads("Overview");
            Assert.Equal(0, await Way(compliance, "Rails").CountAsync());
            Assert.Equal(404, (await compliance.Go("/console/rails"))!.Status);
        }

        await using var operations = await site.Open(await site.Someone("user", "operations"), isPhone: false);
        await operations.Go("/console");
        await Assertions.Expect(Way(operations, "Rails")).ToBeVisibleAsync();
        await operations.Says("Debits equal credits");
        await operations.Look("console");
        Assert.Equal(404, (await operations.Go("/console/nothing/like/it"))!.Status);
    }

    [Fact]
    public async Task A_payment_is_found_and_its_refund_is_seen_with_what_it_did_in_the_ledger()
    {
        var (asha, brian) = (await site.Someone(), await site.Someone());
        var (purse, till) = (await asha.Account(2_000), await brian.Account());
        var reference = $"INV-{Guid.CreateVersion7():N}"[..20];
        var paid = (await asha.Post("/v1/payments", Pay(purse, till, 500, reference))).Is(HttpStatusCode.Created);
        var back = new JsonObject { ["amount"] = Customer.Amount(120), ["reason"] = "One lamp was broken" };
        (await brian.Post($"/v1/payments/{paid["id"]}/refunds", back)).Is(HttpStatusCode.OK);

        await using var window = await site.Open(await site.Someone("user", "operations"), isPhone: false);
        await window.Go("/console/payments");
        await window.Page.Locator("#f-reference").FillAsync(reference);
        await window.Press("Show");
        await window.Says("Partly refunded");
        Assert.Equal(1, await window.Page.Locator("main tbody tr").CountAsync());
        await window.Look("console-payments");
        await window.Page.Locator("main tbody a").ClickAsync();
        await window.Says("Given back");
        await window.Says("One lamp was broken");
        await window.Says("120.00");
        await window.Look("console-payment");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "entries" }).Last.ClickAsync();
        await window.Says("120.00");
        await window.Look("console-transaction");

        // What the page shows, as a table; and the same by the one box for everything.
        var table = await (await window.Profile.APIRequest.GetAsync($"/console/payments.csv?reference={reference}")).TextAsync();
        Assert.Equal(2, table.TrimEnd().Split("\r\n").Length);
        Assert.Contains($",500.00,500.00,120.00,", table, StringComparison.Ordinal);
        Assert.Contains(reference, table, StringComparison.Ordinal);
        await Find(window, reference);
        await window.Says("One lamp was broken");
        await window.Go("/console/payments?status=failed&reference=" + reference);
        await window.Says("No payment fits");
    }

    [Fact]
    public async Task A_stuck_withdrawal_is_found_and_settled_by_two_people()
    {
        var asha = await site.Someone();
        var purse = await asha.Account(1_000);
        var withdrawal = new JsonObject
        {
            ["from"] = purse,
            ["to"] = new JsonObject { ["phone"] = Site.Phone(NeverAnswers) },
            ["amount"] = Customer.Amount(300),
        };
        var id = (Guid)(await asha.Post("/v1/withdrawals", withdrawal)).Is(HttpStatusCode.Created)["id"]!;
        var call = await Stuck(id);

        await using (var operations = await site.Open(await site.Someone("user", "operations"), isPhone: false))
        {
            await operations.Go("/console/rails?status=stuck");
            await operations.Look("console-rails");
            await operations.Page.Locator($"a[href='/console/rails/{call}']").ClickAsync();
            await operations.Says("What became of the money?");
            await operations.Look("console-call");
            await operations.Page.GetByText("It has not moved, and will not").ClickAsync();
            await operations.Page.GetByLabel("How is that known?").FillAsync("M-Pesa's statement of today has nothing");
            await operations.Press("Ask for it");
            await operations.Says("Somebody else has to approve it");
            // Who has asked cannot decide, and is not offered to.
            Assert.Equal(0, await operations.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).CountAsync());
            await operations.Look("console-approval-mine");
            await operations.Go($"/console/rails/{call}");
            await operations.Says("Somebody has answered this already");
        }

        Assert.Equal(700, Customer.Digits((await asha.Get($"/v1/accounts/{purse}")).Json["balance"]!["available"]));
        await using var chief = await Chief();
        await chief.Go("/console/approvals");
        await chief.Look("console-approvals");
        await Find(chief, call.ToString());
        await chief.Page.GetByRole(AriaRole.Link, new() { Name = "It waits for a second person" }).ClickAsync();
        await chief.Heads("Settle a stuck call");
        await chief.Says("M-Pesa's statement of today has nothing");
        // A no has to say why.
        await chief.Press("Reject");
        await Assertions.Expect(chief.Page.Locator(".invalid-feedback")).ToBeVisibleAsync();
        await chief.Look("console-approval");
        // It is long ago that they have shown who they are: the same form asks for it, and keeps what was written.
        await chief.Page.GetByLabel("Why").FillAsync("I have seen the statement too");
        await chief.Press("Approve");
        await chief.Fill("Your password", "not this one at all");
        await chief.Press("Approve");
        await Assertions.Expect(chief.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Assertions.Expect(chief.Page.GetByLabel("Why")).ToHaveValueAsync("I have seen the statement too");
        await chief.Look("console-approval-who");
        await chief.Fill("Your password", Site.Good);
        await chief.Press("Approve");
        await Assertions.Expect(chief.Page.Locator("main .hz-badge").First).ToHaveTextAsync("Done");
        Assert.Equal("failed", (string)(await asha.Get($"/v1/withdrawals/{id}")).Json["status"]!);
        Assert.Equal(1_000, Customer.Digits((await asha.Get($"/v1/accounts/{purse}")).Json["balance"]!["available"]));
    }

    [Fact]
    public async Task Compliance_finds_a_customer_and_freezes_an_account()
    {
        var (asha, brian) = (await site.Someone(), await site.Someone());
        var (purse, theirs) = (await asha.Account(1_000), await brian.Account());
        await using var window = await site.Open(await site.Someone("user", "compliance"));
        await window.Go("/console/customers");
        await window.Look("console-customers");
        await Find(window, (string)(await asha.Get("/v1/me")).Json["email"]!);
        await window.Heads("Juma Otieno");
        await window.Look("console-customer");
        await window.Page.Locator($"a[href='/console/accounts/{purse}']").First.ClickAsync();
        await window.Says("Freeze this account");
        await window.Look("console-account");
        await window.Page.GetByLabel("What is stopped").SelectOptionAsync("both");
        await window.Page.GetByLabel("Reason").FillAsync("Court order 17 of 2026");
        await window.Press("Freeze the account");
        await window.Says("The account is frozen");
        await window.Look("console-account-frozen");
        Assert.Equal("both", (string)(await asha.Get($"/v1/accounts/{purse}")).Json["frozen_by_staff"]!);
        var refused = await asha.Post("/v1/payments", Pay(purse, theirs, 100, "while frozen"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        await window.Page.GetByLabel("Reason").FillAsync("Court order 17 of 2026 is lifted");
        await window.Press("Let it go again");
        await window.Says("Money can move on the account again");
        Assert.Equal("none", (string)(await asha.Get($"/v1/accounts/{purse}")).Json["frozen_by_staff"]!);
        // By the account's number, in groups as people read it out.
        var number = await asha.NumberOf(purse);
        await Find(window, $"{number[..4]} {number[4..8]} {number[8..]}");
        await window.Says("Freeze this account");
    }

    [Fact]
    public async Task A_balance_is_explained_and_the_books_balance()
    {
        var asha = await site.Someone();
        var purse = await asha.Account(1_234);
        await using var window = await site.Open(await site.Someone("user", "admin"), isPhone: false);
        await window.Go("/console/ledger");
        await window.Says("Safeguarded funds");
        await window.Look("console-ledger");
        await window.Go($"/console/ledger/accounts/{purse}");
        await window.Says("Why it stands where it stands");
        await window.Says("1,234.00");
        await window.Look("console-t-account");
        var table = await (await window.Profile.APIRequest.GetAsync($"/console/ledger/accounts/{purse}/entries.csv")).TextAsync();
        Assert.Contains(",1234.00,KES,0.00,1234.00,", table, StringComparison.Ordinal);
        await window.Go("/console/ledger/trial-balance");
        await window.Says("All debits are all credits");
        await window.Look("console-trial-balance");
        await window.Go("/console/ledger/transactions");
        await window.Look("console-transactions");
    }

    static ILocator Way(Window window, string name) =>
        window.Page.GetByRole(AriaRole.Navigation, new() { Name = "The console" }).GetByRole(AriaRole.Link, new() { Name = name });

    /// <summary>By the one box.</summary>
    static async Task Find(Window window, string text)
    {
        await window.Page.Locator("#f-find").FillAsync(text);
        await window.Press("Find");
    }

    static JsonObject Pay(Guid payer, Guid payee, decimal amount, string reference) =>
        new()
        {
            ["payer"] = payer,
            ["payee"] = new JsonObject { ["account"] = payee },
            ["amount"] = Customer.Amount(amount),
            ["reference"] = reference,
        };

    /// <summary>An administrator who has signed in long ago.</summary>
    async Task<Window> Chief()
    {
        var email = await site.Newcomer();
        await using var owner = await (await site.Accounts()).Owner();
        await owner.ExecuteAsync("update identity.users set roles = '{user,admin}' where email = @email", new { email });
        var window = await site.Open(isPhone: false);
        await window.SignIn(email);
        await owner.ExecuteAsync(
            "update identity.sessions s set confirmed_at = s.created_at - interval '1 hour' from identity.users u where u.id = s.user_id and u.email = @email",
            new { email }
        );
        return window;
    }

    /// <summary>The call of a withdrawal, once its time is over and people have to look at it.</summary>
    async Task<Guid> Stuck(Guid withdrawal)
    {
        await using var owner = await (await site.Accounts()).Owner();
        await Eventually.TrueAsync(
            async () =>
            {
                await owner.ExecuteAsync(
                    """
                    update payments.provider_calls set deadline_at = now() - interval '1 second', next_at = now() - interval '1 second'
                     where purpose_id = @withdrawal and stuck_at is null and attempts > 0
                    """,
                    new { withdrawal }
                );
                return await owner.QuerySingleOrDefaultAsync<bool?>(
                    "select stuck_at is not null from payments.provider_calls where purpose_id = @withdrawal",
                    new { withdrawal }
                )
                    is true;
            },
            "it is stuck"
        );
        return await owner.QuerySingleAsync<Guid>(
            "select id from payments.provider_calls where purpose_id = @withdrawal",
            new { withdrawal }
        );
    }
}
