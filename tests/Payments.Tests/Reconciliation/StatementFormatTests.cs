using System.Text;
using Hazina.Payments.Reconciliation;

namespace Hazina.Payments.Tests.Reconciliation;

/// <summary>Files as vendors write them, and as nobody should.</summary>
public sealed class StatementFormatTests
{
    const string Mpesa = """"
        Account Holder:,Somebody Ltd
        Short Code:,600100
        Time Period:,From 15-01-2026 00:00:00 To 16-01-2026 00:00:00
        Opening Balance:,"1,000.00"
        Closing Balance:,"2,235.50"

        Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Reason Type,A/C No.
        SA15C,15-01-2026 12:00:00,Business Payment Charge,Completed,,-15.00,"2,235.50",Business Payment Charge,
        SA15B,15-01-2026 11:00:00,"To A, B. Original conversation ID is 0190d1a2-7c33-7000-8000-0123456789ab.",Completed,,-250.00,"2,250.50",Payment,
        SA15A,15-01-2026 10:00:00,"Pay Bill from 254712345678 - ""Ann""",Completed,"1,500.50",,"2,500.50",Pay Bill,H0123456789A
        """";

    [Fact]
    public async Task The_organisations_statement_of_mpesa_is_understood_and_adds_up()
    {
        var (sum, lines) = (new RunningSum(), await Read("mpesa", Mpesa, out var head));
        foreach (var line in lines)
            sum.Add(line);
        Assert.Null(sum.Fault(head));
        Assert.Equal((1_000m, 2_235.50m), (sum.Opening(head), sum.Closing(head)));
        Assert.Equal(new DateTimeOffset(2026, 1, 14, 21, 0, 0, TimeSpan.Zero), head.From);
        Assert.Equal([-15m, -250m, 1_500.50m], lines.Select(l => l.Change));
        Assert.Equal([true, false, false], lines.Select(l => l.IsCharge));
        Assert.Equal([null, "0190d1a2-7c33-7000-8000-0123456789ab", "H0123456789A"], lines.Select(l => l.OurReference));
        Assert.Equal("254712345678", lines[2].Phone);
        Assert.Equal([8, 9, 10], lines.Select(l => l.Line));
    }

    [Fact]
    public async Task Whatever_stands_in_a_file_it_is_read_or_a_fault_with_its_line()
    {
        var random = new Random(20260115);
        var good = Encoding.UTF8.GetBytes(Mpesa);
        for (var i = 0; i < 3_000; i++)
        {
            byte[] bytes;
            if (i % 4 == 0)
            {
                bytes = new byte[random.Next(0, 400)];
                random.NextBytes(bytes);
            }
            else
            {
                bytes = [.. good];
                for (var n = random.Next(1, 8); n > 0; n--)
                    bytes[random.Next(bytes.Length)] = (byte)(i % 2 == 0 ? random.Next(256) : ",\"\r\n-.0159"[random.Next(10)]);
                if (random.Next(3) == 0)
                    bytes = bytes[..random.Next(bytes.Length)];
            }

            try
            {
                await foreach (var line in StatementFormat.Read(i % 5 == 0 ? "kcb" : "mpesa", new MemoryStream(bytes), new(), default))
                    Assert.True(
                        line.Change != 0 && line.Receipt.Length is > 0 and <= 100 && line.OurReference is null or { Length: <= 40 }
                    );
            }
            catch (StatementFault fault)
            {
                Assert.True(fault.Line >= 1);
            }
        }
    }

    [Fact]
    public async Task A_banks_statement_may_be_the_oldest_or_the_newest_first_and_has_to_add_up_either_way()
    {
        const string head = "Date,Reference,Our Reference,Description,Debit,Credit,Balance\n";
        string[] rows = ["2026-01-15,A,,in,,100.00,100.00\n", "2026-01-15,B,,out,30.00,,70.00\n", "2026-01-16,C,,in,,5.00,75.00\n"];
        foreach (var order in (string[][])[rows, [.. Enumerable.Reverse(rows)]])
        {
            var sum = new RunningSum();
            foreach (var line in await Read("kcb", head + string.Concat(order), out _))
                sum.Add(line);
            Assert.Null(sum.Fault(new StatementHead()));
            Assert.Equal((0m, 75m), (sum.Opening(new StatementHead()), sum.Closing(new StatementHead())));
        }

        var torn = new RunningSum();
        foreach (var line in await Read("kcb", head + rows[0] + rows[2], out _))
            torn.Add(line);
        Assert.NotNull(torn.Fault(new StatementHead()));
    }

    /// <summary>In, and back: the balances of its lines add up from either end.</summary>
    [Theory]
    [InlineData("1,000.00", "1,000.00", true)]
    [InlineData("1,310.00", "1,310.00", false)]
    [InlineData("1,310.00", "1,000.00", false)]
    public async Task What_came_and_went_back_begins_with_what_its_head_says(string opening, string closing, bool fits)
    {
        var text = string.Join('\n', Mpesa.Split('\n')[..7])
            .Replace("1,000.00", opening, StringComparison.Ordinal)
            .Replace("2,235.50", closing, StringComparison.Ordinal);
        text +=
            "\nSA15E,15-01-2026 11:00:00,Transaction Reversal,Completed,,-310.00,\"1,000.00\",Transaction Reversal,"
            + "\nSA15D,15-01-2026 10:00:00,Pay Bill,Completed,310.00,,\"1,310.00\",Pay Bill,H0123456789A";
        var (sum, lines) = (new RunningSum(), await Read("mpesa", text, out var head));
        foreach (var line in lines)
            sum.Add(line);
        Assert.Equal(fits, sum.Fault(head) is null);
        Assert.Equal((1_000m, 1_000m), (sum.Opening(new()), sum.Closing(new())));
        // A bank that writes days alone leaves it to its head.
        var days = new RunningSum();
        foreach (var line in lines)
            days.Add(line with { At = lines[0].At });
        Assert.Equal(opening == closing, days.Fault(head) is null);
    }

    [Fact]
    public async Task A_settlement_is_ours_and_neither_a_charge_nor_what_a_payer_calls_so()
    {
        const string mpesa = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Reason Type\n";
        var ours = await Read(
            "mpesa",
            mpesa
                + "SA1,15-01-2026 10:00:00,x,Completed,,-500.00,Organization Settlement\n"
                + "SA2,15-01-2026 10:00:00,x,Completed,,-5.00,Organization Settlement Charge\n"
                + "SA3,15-01-2026 10:00:00,x,Completed,5.00,,Organization Settlement Charge\n",
            out _
        );
        Assert.Equal([(true, false), (false, true), (false, false)], ours.Select(l => (l.IsSettlement, l.IsCharge)));
        const string bank = "Date,Reference,Our Reference,Description,Debit,Credit\n";
        var theirs = await Read(
            "kcb",
            bank
                + "2026-01-15,A,,Settlement to trust account,500.00,\n"
                + "2026-01-15,B,,Settlement from J. Otieno inv 7,,500.00\n"
                + "2026-01-15,C,,Settlement to trust account: fee,5.00,\n",
            out _
        );
        Assert.Equal([(true, false), (false, false), (false, true)], theirs.Select(l => (l.IsSettlement, l.IsCharge)));
    }

    static Task<List<StatementLine>> Read(string provider, string text, out StatementHead head)
    {
        var said = head = new StatementHead();
        return All();

        async Task<List<StatementLine>> All()
        {
            var lines = new List<StatementLine>();
            await foreach (var line in StatementFormat.Read(provider, new MemoryStream(Encoding.UTF8.GetBytes(text)), said, default))
                lines.Add(line);
            return lines;
        }
    }
}
