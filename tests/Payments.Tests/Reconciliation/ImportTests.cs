using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Dapper;
using Hazina.Payments.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Reconciliation;

/// <summary>Files are taken as a whole or not at all.</summary>
[Collection(nameof(ReconciliationTests))]
public sealed class ImportTests(ReconciliationServer server)
{
    [Fact]
    public async Task A_file_of_three_thousand_lines_is_taken_after_it_broke_off_twice_and_each_line_once()
    {
        var clerk = await server.Someone("user", "operations");
        var points = (await server.App).Services.GetRequiredService<CrashPoints>();
        var text = new StringBuilder("Date,Reference,Our Reference,Description,Debit,Credit,Balance\n,,,Opening balance,,,0.00\n");
        var (mark, balance) = (ReconciliationServer.Receipt(), 0m);
        for (var i = 0; i < 3_000; i++)
        {
            balance += 10;
            text.Append(CultureInfo.InvariantCulture, $"2026-01-15 10:00:00,{mark}-{i},,moved,,10.00,{balance}\n");
        }

        foreach (var place in new[] { "statement.written", "statement.matched" })
        {
            points.Passing = (passed, _) =>
            {
                if (passed == place)
                    throw new InvalidOperationException($"The test breaks off at {place}.");
            };
            try
            {
                (await ReconciliationServer.Upload(clerk, "dtb", text.ToString())).Is(HttpStatusCode.InternalServerError);
            }
            finally
            {
                points.Passing = null;
            }

            Assert.Equal(0, await Lines(mark));
        }

        var clock = Stopwatch.StartNew();
        var taken = (await ReconciliationServer.Upload(clerk, "dtb", text.ToString())).Is(HttpStatusCode.Created);
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2), $"It took {clock.Elapsed}.");
        Assert.Equal((3_000, 3_000), ((int)taken["lines"]!, (int)taken["counts"]!["breaks"]!));
        Assert.Equal(3_000, await Lines(mark));

        // The month's statement has the day's lines, too.
        text.Append(CultureInfo.InvariantCulture, $"2026-01-15 10:00:01,{mark}-X,,moved,,1.00,{balance + 1}\n");
        var month = (await ReconciliationServer.Upload(clerk, "dtb", text.ToString())).Is(HttpStatusCode.Created);
        Assert.Equal((3_001, 3_000, 1), ((int)month["lines"]!, (int)month["known_lines"]!, (int)month["counts"]!["breaks"]!));
        await using var owner = await server.Owner();
        await owner.ExecuteAsync(
            "update payments.breaks set status = 'resolved', resolution = 'explained', ended_at = now() where status = 'open' and provider = 'dtb'"
        );
    }

    [Fact]
    public async Task Broken_files_name_the_line_and_leave_nothing_behind()
    {
        var clerk = await server.Someone("user", "operations");
        const string head = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance\n";
        await Fails("", 422, null);
        await Fails("a,b\n1,2\n", 422, "payments.statement_unreadable");
        await Fails(
            head + "R1,32-01-2026 10:00:00,x,Completed,5.00,,5.00\n",
            422,
            "payments.statement_unreadable",
            "line 2, Completion Time"
        );
        await Fails(
            head + "R1,15-01-2026 10:00:00,x,Completed,\"1,00.00\",,5.00\n",
            422,
            "payments.statement_unreadable",
            "line 2, Paid In"
        );
        await Fails(head + "R1,15-01-2026 10:00:00,x,Completed,5.00,6.00,5.00\n", 422, "payments.statement_unreadable", "line 2, Paid In");
        await Fails(head + "R1,15-01-2026 10:00:00,\"x,Completed,5.00,6.00,5.00\n", 422, "payments.statement_unreadable", "line 3");
        await Fails(
            head + "R1,15-01-2026 10:00:00,x,Completed,5.00,,5.00\nR2,15-01-2026 10:00:01,x,Completed,5.00,,11.00\n",
            422,
            "payments.statement_does_not_add_up"
        );
        await Fails(
            "Opening Balance:,1.00\n" + head + "R1,15-01-2026 10:00:00,x,Completed,5.00,,5.00\n",
            422,
            "payments.statement_does_not_add_up"
        );
        (await ReconciliationServer.Upload(clerk, "visa", head)).IsProblem(400, "platform.invalid_request", "provider");
        await using var owner = await server.Owner();
        var asha = await server.Someone();
        await server.Topped(asha, await asha.Account(), "mpesa", 25);
        var random = new Random(7);
        var good = server.Rails.VendorStatement(Hazina.Simulator.Rail.Mpesa);
        for (var i = 0; i < 25; i++)
        {
            var bytes = new StringBuilder(good);
            for (var n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (char)random.Next(1, 256);
            var known = await owner.QuerySingleAsync<int>("select count(*)::int from payments.rail_statements");
            var answer = await ReconciliationServer.Upload(clerk, "mpesa", bytes.ToString());
            Assert.InRange((int)answer.Status, 200, 499);
            var isTaken = answer.Status == HttpStatusCode.Created;
            Assert.Equal(
                known + (isTaken ? 1 : 0),
                await owner.QuerySingleAsync<int>("select count(*)::int from payments.rail_statements")
            );
        }

        async Task Fails(string csv, int status, string? code, string? at = null)
        {
            var answer = await ReconciliationServer.Upload(clerk, "mpesa", csv);
            if (code is null)
            {
                Assert.InRange((int)answer.Status, 400, 499);
                return;
            }

            var problem = answer.IsProblem(status, code);
            if (at is not null)
                Assert.Equal(at, (string)problem["errors"]![0]!["pointer"]!);
        }
    }

    async Task<int> Lines(string mark)
    {
        await using var owner = await server.Owner();
        return await owner.QuerySingleAsync<int>(
            "select count(*)::int from payments.statement_lines where receipt like @mark",
            new { mark = mark + "%" }
        );
    }
}
