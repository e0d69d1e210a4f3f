using System.Net;
using System.Text.RegularExpressions;

namespace Hazina.Simulator.Tests;

public sealed partial class BehaviourTests
{
    [Theory]
    [InlineData(901, 1)]
    [InlineData(902, 2001)]
    [InlineData(903, 1032)]
    [InlineData(904, 1037)]
    [InlineData(905, 1019)]
    [InlineData(906, 17)]
    [InlineData(921, 1001)]
    public async Task A_push_that_fails_says_why_and_moves_nothing(int digits, int code)
    {
        await using var vendors = await Vendors.StartAsync();
        var checkout = (string)(await vendors.StkPushAsync($"254712345{digits}")).Is(HttpStatusCode.OK)["CheckoutRequestID"]!;
        await vendors.Rails.SettleAsync();
        var callback = vendors.Receiver.Only("stk").Json["Body"]!["stkCallback"]!;
        Assert.Equal(code, (int)callback["ResultCode"]!);
        Assert.Null(callback["CallbackMetadata"]);
        Assert.Equal($"{code}", (string)(await vendors.StkQueryAsync(checkout)).Json["ResultCode"]!);
        Assert.Empty(vendors.Rails.Book.Entries);
    }

    [Theory]
    [InlineData(901, "insufficient_funds")]
    [InlineData(904, "timeout")]
    [InlineData(906, "recipient_unavailable")]
    [InlineData(919, "name_mismatch")]
    public async Task A_banks_transfer_that_fails_says_why_and_moves_nothing(int digits, string code)
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.DtbTransferAsync("t-1", $"0712345{digits}");
        await vendors.KcbTransferAsync("HZ1", $"1234567{digits}");
        await vendors.Rails.SettleAsync();
        Assert.Equal(code, (string)vendors.Receiver.Only("dtb").Json["data"]!["failure"]!["code"]!);
        Assert.Equal(("FAILED", code), Kcb(vendors.Receiver.Only("transfers")));
        Assert.Empty(vendors.Rails.Book.Entries);

        static (string?, string?) Kcb(Received r) => ((string?)r.Json["transactionStatus"], (string?)r.Json["statusDescription"]);
    }

    [Fact]
    public async Task A_payout_that_nobody_took_from_the_queue_is_told_to_the_other_address()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.B2cAsync("w-1", "254712345904");
        await vendors.Rails.SettleAsync();
        Assert.Equal(1037, (int)vendors.Receiver.Only("timeout").Json["Result"]!["ResultCode"]!);
    }

    [Fact]
    public async Task A_late_success_is_undecided_until_it_is_late()
    {
        var time = new ManualTime();
        await using var vendors = await Vendors.StartAsync(o => o with { Time = time, Timing = SimulatorTiming.Demo });
        var checkout = (string)(await vendors.StkPushAsync("254712345907")).Is(HttpStatusCode.OK)["CheckoutRequestID"]!;
        await Eventually.TrueAsync(() => time.Waiting > 0, "the vendor waits");
        time.Advance(SimulatorTiming.Demo.PromptExpires);
        Assert.Equal("500.001.1001", (string)(await vendors.StkQueryAsync(checkout)).Json["errorCode"]!);
        Assert.Empty(vendors.Rails.Book.Entries);
        time.Advance(SimulatorTiming.Demo.LateAfter);
        await vendors.Rails.SettleAsync();
        Assert.Equal(0, ResultCode(vendors.Receiver.Only("stk")));
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task What_failed_can_be_paid_all_the_same()
    {
        await using var vendors = await Vendors.StartAsync();
        var checkout = (string)(await vendors.StkPushAsync("254712345920")).Is(HttpStatusCode.OK)["CheckoutRequestID"]!;
        await vendors.Rails.SettleAsync();
        Assert.Equal([1037, 0], vendors.Receiver.All.Select(ResultCode));
        Assert.Equal("0", (string)(await vendors.StkQueryAsync(checkout)).Json["ResultCode"]!);
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task A_duplicate_callback_is_the_same_to_the_letter()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.StkPushAsync("254712345908");
        await vendors.DtbTransferAsync("t-1", "0712345908");
        await vendors.Rails.SettleAsync();
        Assert.Equal([2, 2], vendors.Receiver.All.GroupBy(r => (r.Name, r.Body)).Select(same => same.Count()));
        Assert.Equal(2, vendors.Rails.Book.Entries.Count);
    }

    [Fact]
    public async Task Callbacks_come_in_disorder()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.StkPushAsync("254712345909");
        await vendors.DtbTransferAsync("t-1", "0712345909");
        await vendors.Rails.SettleAsync();
        Assert.Equal(3, vendors.Receiver.All.Count(r => r.Name == "stk"));
        Assert.Equal(
            ["transfer.completed", "transfer.completed", "transfer.processing", "transfer.completed"],
            vendors.Receiver.All.Where(r => r.Name == "dtb").Select(r => (string)r.Json["event"]!)
        );
    }

    [Fact]
    public async Task A_lost_callback_leaves_a_query_to_find_out()
    {
        await using var vendors = await Vendors.StartAsync();
        var checkout = (string)(await vendors.StkPushAsync("254712345910")).Is(HttpStatusCode.OK)["CheckoutRequestID"]!;
        await vendors.Rails.SettleAsync();
        Assert.Empty(vendors.Receiver.All);
        Assert.Equal("0", (string)(await vendors.StkQueryAsync(checkout)).Json["ResultCode"]!);
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task A_callback_can_be_there_before_the_answer()
    {
        await using var vendors = await Vendors.StartAsync();
        var checkout = (string)(await vendors.StkPushAsync("254712345911")).Is(HttpStatusCode.OK)["CheckoutRequestID"]!;
        Assert.Equal(checkout, (string)vendors.Receiver.Only("stk").Json["Body"]!["stkCallback"]!["CheckoutRequestID"]!);
        await vendors.B2cAsync("w-1", "254712345911");
        vendors.Receiver.Only("result");
    }

    [Theory]
    [InlineData(912, 0)]
    [InlineData(913, 1)]
    public async Task An_error_does_not_tell_whether_it_was_done(int digits, int done)
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.StkPushAsync($"254712345{digits}")).Is(HttpStatusCode.InternalServerError);
        (await vendors.KcbPushAsync($"254712345{digits}")).Is(HttpStatusCode.InternalServerError);
        (await vendors.DtbTransferAsync("t-1", $"0712345{digits}")).Is(HttpStatusCode.InternalServerError);
        await vendors.Rails.SettleAsync();
        Assert.Equal(3 * done, vendors.Rails.Book.Entries.Count);
        Assert.Equal(3 * done, vendors.Receiver.All.Count);
    }

    [Theory]
    [InlineData(912)]
    [InlineData(913)]
    [InlineData(916)]
    public async Task Who_tries_again_with_the_same_reference_is_answered_and_nothing_is_done_twice(int digits)
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.B2cAsync("w-1", $"254712345{digits}");
        await vendors.KcbTransferAsync("HZ1", $"1234567{digits}");
        await vendors.DtbTransferAsync("t-1", $"0712345{digits}");
        (await vendors.B2cAsync("w-1", $"254712345{digits}")).Is(HttpStatusCode.OK);
        (await vendors.KcbTransferAsync("HZ1", $"1234567{digits}")).Is(HttpStatusCode.OK);
        var last = await vendors.DtbTransferAsync("t-1", $"0712345{digits}");
        Assert.Equal("t-1", (string)last.Json["originator_reference"]!);
        await vendors.Rails.SettleAsync();
        Assert.Equal(3, vendors.Rails.Book.Entries.Count);
    }

    [Fact]
    public async Task A_connection_can_end_after_it_was_done()
    {
        await using var vendors = await Vendors.StartAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => vendors.StkPushAsync("254712345914"));
        await vendors.Rails.SettleAsync();
        Assert.Equal(0, ResultCode(vendors.Receiver.Only("stk")));
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task A_slow_answer_comes_after_its_callback()
    {
        var time = new ManualTime();
        await using var vendors = await Vendors.StartAsync(o => o with { Time = time });
        var answer = vendors.StkPushAsync("254712345915");
        await Eventually.TrueAsync(() => time.Waiting >= 2, "the answer and what it leads to wait");
        time.Advance(TimeSpan.FromMilliseconds(5));
        await vendors.Rails.SettleAsync();
        vendors.Receiver.Only("stk");
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        (await answer).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_malformed_answer_is_no_json_and_it_was_done()
    {
        await using var vendors = await Vendors.StartAsync();
        Assert.StartsWith("<html>", (await vendors.StkPushAsync("254712345916")).Text, StringComparison.Ordinal);
        await vendors.Rails.SettleAsync();
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task A_forged_callback_tells_of_money_that_did_not_move()
    {
        await using var vendors = await Vendors.StartAsync();
        var checkout = (string)(await vendors.StkPushAsync("254712345917")).Is(HttpStatusCode.OK)["CheckoutRequestID"]!;
        await vendors.Rails.SettleAsync();
        Assert.Equal([0, 1032], vendors.Receiver.All.Select(ResultCode));
        Assert.Equal("1032", (string)(await vendors.StkQueryAsync(checkout)).Json["ResultCode"]!);
        Assert.Empty(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task A_banks_payout_can_come_back()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.DtbTransferAsync("t-1", "0712345918");
        await vendors.KcbTransferAsync("HZ1", "1234567918");
        await vendors.Rails.SettleAsync();
        Assert.Equal(
            ["transfer.completed", "transfer.returned"],
            vendors.Receiver.All.Where(r => r.Name == "dtb").Select(r => (string)r.Json["event"]!)
        );
        Assert.Equal(
            ["SUCCESS", "REVERSED"],
            vendors.Receiver.All.Where(r => r.Name == "transfers").Select(r => (string)r.Json["transactionStatus"]!)
        );
        Assert.Equal(0m, vendors.Rails.Book.Balance(Rail.Dtb));
        Assert.Equal(4, vendors.Rails.Book.Entries.Count);
        vendors.Rails.Book.Check();
    }

    [Fact]
    public async Task An_amount_chooses_where_the_party_does_not_and_code_comes_before_both()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.StkPushAsync(amount: 1903);
        await vendors.StkPushAsync("254712345901", amount: 1903);
        await vendors.Rails.SettleAsync();
        Assert.Equal([1, 1032], vendors.Receiver.All.Select(ResultCode).Order());

        vendors.Rails.Behave(call => call is { Operation: Operation.Collect, Reference: "SPECIAL" } ? Behaviour.Ok : null);
        await vendors.StkPushAsync("254712345901", reference: "SPECIAL");
        await vendors.Rails.SettleAsync();
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task Code_can_break_queries_too()
    {
        await using var vendors = await Vendors.StartAsync();
        vendors.Rails.Behave(call => call.Operation == Operation.Query ? Behaviour.ErrorBefore : null);
        var checkout = (string)(await vendors.StkPushAsync()).Is(HttpStatusCode.OK)["CheckoutRequestID"]!;
        await vendors.Rails.SettleAsync();
        Assert.Equal("500.003.1001", (string)(await vendors.StkQueryAsync(checkout)).Json["errorCode"]!);
    }

    [Fact]
    public async Task What_is_held_is_sent_in_order_when_it_is_released()
    {
        await using var vendors = await Vendors.StartAsync();
        vendors.Rails.Hold(callback => callback.Url.AbsolutePath.EndsWith("stk", StringComparison.Ordinal));
        await vendors.StkPushAsync();
        await vendors.Rails.SettleAsync();
        await vendors.StkPushAsync();
        await vendors.B2cAsync("w-1");
        await vendors.Rails.SettleAsync();
        Assert.Equal(["result"], vendors.Receiver.All.Select(r => r.Name));
        Assert.Equal(2, vendors.Rails.Held.Count);
        Assert.Equal(3, vendors.Rails.Book.Entries.Count);
        var held = vendors.Rails.Held.Select(c => c.Body).ToArray();
        await vendors.Rails.Release();
        Assert.Equal(held, vendors.Receiver.All.Where(r => r.Name == "stk").Select(r => r.Body));
        Assert.Equal(200, vendors.Rails.Callbacks[^1].Status);
    }

    [Fact]
    public async Task A_payout_of_more_than_there_is_fails_where_vendors_keep_count()
    {
        await using var vendors = await Vendors.StartAsync(o => o with { RefuseOverdraft = true, OpeningBalance = 700 });
        await vendors.B2cAsync("w-1");
        await vendors.B2cAsync("w-2");
        await vendors.Rails.SettleAsync();
        Assert.Equal([0, 1], vendors.Receiver.All.Select(r => (int)r.Json["Result"]!["ResultCode"]!).Order());
        Assert.Equal(200m, vendors.Rails.Book.Balance(Rail.Mpesa));
    }

    [Fact]
    public async Task The_page_lists_the_behaviours_as_they_are()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Hazina.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "docs", "simulator.md"));
        var told = TableRow().Matches(page).Select(m => (int.Parse(m.Groups[1].Value), m.Groups[2].Value));
        Assert.Equal(BehaviourTable.Rows.Select(r => (r.Digits, $"{r.Behaviour}")), told);
        Assert.Equal(Enum.GetValues<Behaviour>().Length, BehaviourTable.Rows.Count() + 1);
    }

    static int ResultCode(Received received) => (int)received.Json["Body"]!["stkCallback"]!["ResultCode"]!;

    [GeneratedRegex(@"^\| (\d{3}) \| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
