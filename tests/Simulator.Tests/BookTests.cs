using System.Net;

namespace Hazina.Simulator.Tests;

public sealed class BookTests
{
    const int Calls = 500;

    [Fact]
    public async Task Under_many_calls_at_once_the_book_is_the_sum_of_what_happened()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.StkPushAsync("254712345901");
        await vendors.KcbTransferAsync("HZ-0", "1234567901");
        await vendors.DtbTransferAsync("t-0", "0712345901");
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(CallAsync));
        await vendors.Rails.SettleAsync();

        var book = vendors.Rails.Book;
        book.Check();
        // A fifth each; of every ten numbers one has not enough.
        decimal Sum(int kind) => Enumerable.Range(0, Calls).Where(i => i % 5 == kind && i % 10 != 9).Sum(i => 100m + i);
        Assert.Equal(Sum(0) - Sum(1), book.Balance(Rail.Mpesa));
        Assert.Equal(Sum(2) - Sum(3), book.Balance(Rail.Kcb));
        Assert.Equal(-Sum(4), book.Balance(Rail.Dtb));
        Assert.Equal(book.Entries.Count, vendors.Receiver.All.Count(IsSuccess));
        Assert.Equal(Enumerable.Range(1, book.Entries.Count).Select(i => (long)i), book.Entries.Select(e => e.Number));

        Task<Reply> CallAsync(int i)
        {
            var end = i % 10 == 9 ? "901" : "678";
            return (i % 5) switch
            {
                0 => vendors.StkPushAsync($"254712345{end}", 100 + i),
                1 => vendors.B2cAsync($"w-{i}", $"254712345{end}", 100 + i),
                2 => vendors.KcbPushAsync($"254712345{end}", 100 + i),
                3 => vendors.KcbTransferAsync($"HZ-{i}", $"1234567{end}", 100 + i),
                _ => vendors.DtbTransferAsync($"t-{i}", $"0712345{end}", 100 + i),
            };
        }
    }

    [Fact]
    public async Task A_statement_is_what_the_book_says_of_a_rail_in_a_time()
    {
        var time = new ManualTime();
        await using var vendors = await Vendors.StartAsync(o => o with { Time = time, OpeningBalance = 50 });
        foreach (var account in new[] { "first", "\"second\", quoted", "third" })
        {
            await vendors.Rails.Pay(Vendors.Credentials.KcbShortCode, account, 100, "254712345678");
            await Eventually.TrueAsync(() => time.Waiting > 0, "the notice waits");
            time.Advance(TimeSpan.FromHours(1));
            await vendors.Rails.SettleAsync();
        }

        var all = (await vendors.SendAsync(HttpMethod.Get, "book/statement?rail=kcb")).Text.Split("\r\n");
        Assert.Equal("receipt,completed_at,kind,our_reference,party,paid_in,withdrawn,balance,reverses", all[0]);
        Assert.EndsWith(",2026-03-01T09:00:00.000Z,c2b,first,254712345678,100.00,,150.00,", all[1], StringComparison.Ordinal);
        Assert.Contains("\"\"\"second\"\", quoted\"", all[2], StringComparison.Ordinal);
        var part = (
            await vendors.SendAsync(HttpMethod.Get, "book/statement?rail=kcb&from=2026-03-01T10:00:00Z&to=2026-03-01T11:00:00Z")
        ).Text.Split("\r\n");
        Assert.Equal([all[0], all[2], ""], part);
        Assert.Equal(2, (await vendors.SendAsync(HttpMethod.Get, "book/statement?rail=mpesa")).Text.Split("\r\n").Length);
        (await vendors.SendAsync(HttpMethod.Get, "book/statement?rail=gold")).Is(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_book_can_be_read_as_json()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.B2cAsync("w-1");
        await vendors.Rails.SettleAsync();
        var book = (await vendors.SendAsync(HttpMethod.Get, "book")).Is(HttpStatusCode.OK);
        Assert.Equal("-500.00", (string)book["balances"]!["mpesa"]!);
        var entry = book["entries"]![0]!;
        Assert.Equal(
            ("payout", "w-1", "moved", "500.00"),
            ((string)entry["kind"]!, (string)entry["our_id"]!, (string)entry["status"]!, (string)entry["amount"]!)
        );
    }

    static bool IsSuccess(Received received) =>
        received.Name switch
        {
            "stk" or "kcb" => (int)received.Json["Body"]!["stkCallback"]!["ResultCode"]! == 0,
            "result" => (int)received.Json["Result"]!["ResultCode"]! == 0,
            "transfers" => (string)received.Json["transactionStatus"]! == "SUCCESS",
            _ => (string)received.Json["event"]! == "transfer.completed",
        };
}
