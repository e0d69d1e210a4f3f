using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Hazina.Web.Tests;

/// <summary>What is left over for people: differences with rails, money that belongs to nobody, and looking up what happened.</summary>
public sealed class ConsoleQueueTests(Site site)
{
    [Fact]
    public async Task What_only_the_rail_knows_is_booked_to_suspense_and_given_to_its_owner_by_two_people_each_time()
    {
        var (asha, chief) = (await site.Someone(), await site.Someone("user", "admin"));
        var purse = await asha.Account();
        var clerk = await site.Someone("user", "operations");
        var receipt = "T" + $"{Guid.CreateVersion7():N}"[^12..].ToUpperInvariant();
        await Import(clerk, receipt, 75);
        await using var window = await site.Open(clerk, isPhone: false);
        await window.Go("/console/breaks");
        await window.Look("console-breaks");
        await window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = receipt }).GetByRole(AriaRole.Link).ClickAsync();
        await window.Heads("Not booked here");
        await window.Look("console-break");
        await window.Page.GetByText("Book what the rail says").ClickAsync();
        await window.Page.GetByLabel("What was found out?").FillAsync("The bank's people confirm it");
        await window.Press("End it");
        await window.Heads("Book a difference with a rail");
        await Approve(chief, window);

        await window.Go("/console/suspense");
        var amount = window.Page.Locator("main section").Filter(new() { HasText = receipt });
        await Assertions.Expect(amount).ToContainTextAsync("75.00");
        await window.Look("console-suspense");
        await amount.GetByText("Give it to an account").ClickAsync();
        await amount.GetByLabel("Number of the account").FillAsync("000000000000");
        await amount.GetByLabel("How is it known whose it is?").FillAsync("She has shown the bank's slip");
        await amount.GetByRole(AriaRole.Button, new() { Name = "Ask for it" }).ClickAsync();
        // What was typed is still there, and open.
        await Assertions.Expect(amount).ToContainTextAsync("No account has this number");
        await Assertions.Expect(amount.GetByLabel("How is it known whose it is?")).ToHaveValueAsync("She has shown the bank's slip");
        await window.Look("console-suspense-refused");
        await amount.GetByLabel("Number of the account").FillAsync(await asha.NumberOf(purse));
        await amount.GetByRole(AriaRole.Button, new() { Name = "Ask for it" }).ClickAsync();
        await window.Heads("Give money in suspense to an account");
        Assert.Equal(0, await asha.Balance(purse));
        await Approve(chief, window);
        Assert.Equal(75, await asha.Balance(purse));
        await window.Go("/console/suspense?status=assigned");
        await window.Says(receipt);
        var table = await (await window.Profile.APIRequest.GetAsync("/console/suspense.csv?status=all")).TextAsync();
        Assert.Contains(receipt, table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_withdrawal_waits_until_somebody_of_the_platform_sends_it_or_says_no()
    {
        var (asha, brian) = (await site.Someone(), await site.Someone());
        var sent = await Withdraw(asha, await asha.Account(50_000), 20_001);
        var kept = await Withdraw(brian, await brian.Account(50_000), 20_002);
        await using var window = await site.Open(await site.Someone("user", "operations"), isPhone: false);
        await window.Go("/console/payouts");
        await window.Look("console-payouts");
        await Of(window, "20,001").GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await window.Says("It is approved, and sent");
        Assert.False((bool)(await asha.Get($"/v1/withdrawals/{sent}")).Json["waits_for_approval"]!);
        await Of(window, "20,002").GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await window.Says("It is rejected");
        Assert.Equal("failed", (string)(await brian.Get($"/v1/withdrawals/{kept}")).Json["status"]!);
        await Assertions.Expect(Of(window, "20,00")).ToHaveCountAsync(0);

        static ILocator Of(Window window, string amount) => window.Page.Locator("main section").Filter(new() { HasText = amount });
    }

    [Fact]
    public async Task A_break_is_explained_by_one_person_alone()
    {
        var clerk = await site.Someone("user", "operations");
        var receipt = "T" + $"{Guid.CreateVersion7():N}"[^12..].ToUpperInvariant();
        await Import(clerk, receipt, 3);
        await using var window = await site.Open(clerk);
        await window.Go("/console/breaks?provider=dtb");
        await window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = receipt }).GetByRole(AriaRole.Link).ClickAsync();
        await window.Page.GetByText("Explained, nothing to book").ClickAsync();
        await window.Page.GetByLabel("What was found out?").FillAsync("A test of the bank's own");
        await window.Press("End it");
        await window.Says("It has ended as explained");
        await window.Says("A test of the bank's own");
    }

    [Fact]
    public async Task What_was_done_is_found_in_the_audit_trail_and_the_log_of_calls()
    {
        var asha = await site.Someone();
        await using var window = await site.Open(await site.Someone("user", "admin"), isPhone: false);
        await window.Go($"/console/customers/{asha.Id}");
        await window.Page.Locator("#f-reason").FillAsync("She has lost her phone");
        await window.Press("Sign out everywhere");
        await window.Says("They are signed out everywhere");
        Assert.Equal(HttpStatusCode.Unauthorized, (await asha.Get("/v1/me")).Status);

        // An entry follows its act within a second or so.
        var row = window.Page.Locator("main tbody tr a").First;
        await Eventually.TrueAsync(
            async () =>
            {
                await window.Go($"/console/audit?target={asha.Id}");
                return await row.CountAsync() > 0;
            },
            "the act is in the audit trail"
        );
        await window.Look("console-audit");
        await row.ClickAsync();
        await window.Says("Hash");
        await window.Look("console-audit-entry");

        var page = await window.Go("/console/payments");
        var request = await page!.HeaderValueAsync("request-id");
        await Eventually.TrueAsync(
            async () =>
            {
                await window.Go($"/console/search?q={request}");
                return await window.Page.Locator("main tbody tr").CountAsync() > 0;
            },
            "what the page asked the API for is in the log"
        );
        await window.Says("/v1/operations/payments");
        await window.Look("console-api-log");
    }

    static async Task<Guid> Withdraw(Customer who, Guid purse, decimal amount)
    {
        var body = new JsonObject
        {
            ["from"] = purse,
            ["to"] = new JsonObject { ["phone"] = Site.Phone() },
            ["amount"] = Customer.Amount(amount),
        };
        return (Guid)(await who.Post("/v1/withdrawals", body)).Is(HttpStatusCode.Created)["id"]!;
    }

    /// <summary>What the page is about, by somebody else.</summary>
    static async Task Approve(Customer chief, Window window)
    {
        var approval = new Uri(window.Page.Url).Segments[^1];
        var done = (await chief.Post($"/v1/approvals/{approval}/approve")).Is(HttpStatusCode.OK);
        Assert.True((string)done["status"]! == "done", done.ToJsonString());
    }

    /// <summary>A statement of DTB with one line that nobody here knows, of two days ago: nothing is waited for any more.</summary>
    static async Task Import(Customer staff, string receipt, decimal amount)
    {
        var at = DateTimeOffset.UtcNow.AddDays(-2).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var csv = string.Create(
            CultureInfo.InvariantCulture,
            $"Date,Reference,Our Reference,Description,Debit,Credit\n{at},{receipt},nobody,moved,,{amount}\n"
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/operations/rail-statements?provider=dtb")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(csv)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var response = await staff.Client.SendAsync(request);
        (await Reply.Of(response)).Is(HttpStatusCode.Created);
    }
}
