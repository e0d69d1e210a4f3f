using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Hazina.Simulator.Tests;

public sealed class PhoneTests
{
    [Fact]
    public async Task A_prompt_waits_for_a_person_who_approves_it_once()
    {
        await using var vendors = await StartAsync();
        await vendors.StkPushAsync();
        var prompt = await OnlyPromptAsync(vendors);
        Assert.Equal(("waiting", "1250.00", "mpesa"), ((string)prompt["state"]!, (string)prompt["amount"]!, (string)prompt["rail"]!));
        Assert.Empty(vendors.Rails.Book.Entries);

        var approved = await AnswerAsync(vendors, $"{prompt["id"]}/approve", "1234");
        Assert.Equal("approved", (string)approved.Is(HttpStatusCode.OK)["state"]!);
        (await AnswerAsync(vendors, $"{prompt["id"]}/cancel")).Is(HttpStatusCode.Conflict);
        (await AnswerAsync(vendors, "nobody/cancel")).Is(HttpStatusCode.NotFound);
        await vendors.Rails.SettleAsync();
        Assert.Equal(0, (int)vendors.Receiver.Only("stk").Json["Body"]!["stkCallback"]!["ResultCode"]!);
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Theory]
    [InlineData("approve", "0000", 2001)]
    [InlineData("cancel", "", 1032)]
    public async Task A_prompt_can_be_answered_with_no(string how, string pin, int code)
    {
        await using var vendors = await StartAsync();
        await vendors.StkPushAsync();
        await AnswerAsync(vendors, $"{(await OnlyPromptAsync(vendors))["id"]}/{how}", pin);
        await vendors.Rails.SettleAsync();
        Assert.Equal(code, (int)vendors.Receiver.Only("stk").Json["Body"]!["stkCallback"]!["ResultCode"]!);
        Assert.Empty(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task A_prompt_that_nobody_answers_is_over_when_its_time_is()
    {
        var time = new ManualTime();
        await using var vendors = await Vendors.StartAsync(o =>
            o with
            {
                Phone = PhoneMode.Manual,
                Time = time,
                Timing = SimulatorTiming.Demo,
            }
        );
        await vendors.DtbCollectAsync("c-1");
        await Eventually.TrueAsync(() => time.Waiting > 0, "the prompt waits");
        time.Advance(SimulatorTiming.Demo.PromptExpires);
        await vendors.Rails.SettleAsync();
        Assert.Equal(PromptState.Expired, vendors.Rails.Prompts[0].State);
        Assert.False(vendors.Rails.Approve(vendors.Rails.Prompts[0].Id, "1234"));
        Assert.Equal("timeout", (string)vendors.Receiver.Only("dtb").Json["data"]!["failure"]!["code"]!);
    }

    [Fact]
    public async Task What_the_number_says_of_the_money_holds_also_when_a_person_agrees()
    {
        await using var vendors = await StartAsync();
        await vendors.StkPushAsync("254712345901");
        Assert.True(vendors.Rails.Approve(vendors.Rails.Prompts[0].Id, "1234"));
        await vendors.Rails.SettleAsync();
        Assert.Equal(1, (int)vendors.Receiver.Only("stk").Json["Body"]!["stkCallback"]!["ResultCode"]!);
    }

    [Fact]
    public async Task A_customer_pays_through_the_api_of_the_phone()
    {
        await using var vendors = await Vendors.StartAsync();
        var asked = new JsonObject
        {
            ["shortcode"] = "600100",
            ["account"] = "ACC-1",
            ["amount"] = 300,
            ["phone"] = "254712345678",
        };
        var paid = (await vendors.SendAsync(HttpMethod.Post, "phone/pay", JsonContent.Create(asked))).Is(HttpStatusCode.OK);
        Assert.Equal(("completed", vendors.Rails.Book.Entries[0].Receipt), ((string)paid["status"]!, (string)paid["receipt"]!));
        asked["shortcode"] = "1";
        (await vendors.SendAsync(HttpMethod.Post, "phone/pay", JsonContent.Create(asked))).Is(HttpStatusCode.NotFound);
        asked["amount"] = "much";
        (await vendors.SendAsync(HttpMethod.Post, "phone/pay", JsonContent.Create(asked))).Is(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_page_shows_what_was_asked_and_writes_nothing_of_it_as_markup()
    {
        await using var vendors = await StartAsync();
        await vendors.StkPushAsync(reference: "<b>INV</b>");
        await vendors.B2cAsync("w-1");
        await vendors.KcbPushAsync();
        var prompt = vendors.Rails.Prompts.Single(p => p.Rail == Rail.Kcb);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("pin", "1234")]);
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        using var answer = await client.PostAsync(new Uri(vendors.Rails.Url, $"phone/prompts/{prompt.Id}/approve"), form);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        await Eventually.TrueAsync(() => vendors.Rails.Book.Entries.Count == 2, "the payout and what was approved have moved");

        var page = (await vendors.SendAsync(HttpMethod.Get, "")).Text;
        Assert.Contains("&lt;b&gt;INV&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>INV", page, StringComparison.Ordinal);
        Assert.Contains("KES 1,250.00", page, StringComparison.Ordinal);
        Assert.Contains("paid out", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bank_is_told_once_where_to_call()
    {
        await using var vendors = await Vendors.StartAsync();
        var url = vendors.Receiver.Url("elsewhere").ToString();
        var told = await vendors.SendAsync(
            HttpMethod.Put,
            "onboarding",
            JsonContent.Create(new JsonObject { ["kcb_transfer_callback"] = url })
        );
        Assert.Equal(url, (string)told.Is(HttpStatusCode.OK)["kcb_transfer_callback"]!);
        Assert.Null((string?)told.Json["kcb_notification"]);
        await vendors.KcbTransferAsync("HZ1");
        await vendors.Rails.SettleAsync();
        vendors.Receiver.Only("elsewhere");
        var wrong = JsonContent.Create(new JsonObject { ["kcb_notification"] = "nowhere" });
        (await vendors.SendAsync(HttpMethod.Put, "onboarding", wrong)).Is(HttpStatusCode.BadRequest);
    }

    static Task<Vendors> StartAsync() =>
        Vendors.StartAsync(o =>
            o with
            {
                Phone = PhoneMode.Manual,
                // Until somebody answers.
                Timing = o.Timing with
                {
                    PromptExpires = TimeSpan.FromMinutes(5),
                },
            }
        );

    static async Task<JsonNode> OnlyPromptAsync(Vendors vendors) =>
        Assert.Single((await vendors.SendAsync(HttpMethod.Get, "phone/prompts")).Is(HttpStatusCode.OK).AsArray())!;

    static Task<Reply> AnswerAsync(Vendors vendors, string path, string pin = "") =>
        vendors.SendAsync(HttpMethod.Post, $"phone/prompts/{path}", JsonContent.Create(new JsonObject { ["pin"] = pin }));
}
