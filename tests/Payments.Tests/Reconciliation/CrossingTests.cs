using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Payments.Reconciliation;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Reconciliation;

/// <summary>Where an import, people and proofs cross.</summary>
[Collection(nameof(ReconciliationTests))]
public sealed class CrossingTests(ReconciliationServer server)
{
    [Fact]
    public async Task A_line_that_comes_while_people_book_its_break_is_not_paired_behind_their_backs()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        var from = DateTimeOffset.UtcNow;
        var (session, receipt, reference) = await server.Topped(asha, purse, "dtb", 910);
        var call = (await server.CallOf(session)).Id;
        var without = ReconciliationServer.Bank((ReconciliationServer.Receipt(), "nobody", 1));
        var period = $"&from={ReconciliationServer.Time(from.AddSeconds(-2))}&to={ReconciliationServer.Time(DateTimeOffset.UtcNow)}";
        (await ReconciliationServer.Upload(clerk, "dtb", without, period)).Is(HttpStatusCode.Created);
        var broken = (await ReconciliationServer.BreakOf(clerk, "dtb", b => (Guid?)b["call"] == call))!;
        var points = (await server.App).Services.GetRequiredService<CrashPoints>();
        Reply? uploaded = null;
        points.Passing = (place, _) =>
        {
            if (place != "break.claimed")
                return;
            points.Passing = null;
            uploaded = Task.Run(() => ReconciliationServer.Upload(clerk, "dtb", ReconciliationServer.Bank((receipt, reference, 910))))
                .GetAwaiter()
                .GetResult();
        };
        try
        {
            await ReconciliationServer.Book(clerk, chief, broken);
        }
        finally
        {
            points.Passing = null;
        }

        uploaded!.Is(HttpStatusCode.Created);
        // Booked as never been, and there after all: a break of its own, which takes the loss back.
        var line = (await ReconciliationServer.BreakOf(clerk, "dtb", receipt))!;
        Assert.Equal(("missing_here", 910m), ((string)line["kind"]!, Customer.Digits(line["change"])));
        await ReconciliationServer.Book(clerk, chief, line);
        await using var owner = await server.Owner();
        Assert.Equal(
            910m,
            await owner.QuerySingleAsync<decimal>(
                """
                select sum(m.change) from payments.rail_movements m left join payments.breaks b on b.id = m.settled_by
                 where m.call_id = @call or b.id in (@broken, @line) and m.kind = 'correction'
                """,
                new
                {
                    call,
                    broken = (Guid)broken["id"]!,
                    line = (Guid)line["id"]!,
                }
            )
        );
    }

    [Fact]
    public async Task A_bank_that_writes_days_alone_can_be_taken_before_noon()
    {
        var (asha, clerk) = (await server.Someone(), await Staff());
        var (_, receipt, reference) = await server.Topped(asha, await asha.Account(), "dtb", 77);
        // As a date alone is read on a morning: later today.
        var later = DateTimeOffset.UtcNow.AddHours(2).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var csv = $"Date,Reference,Our Reference,Description,Debit,Credit\n{later},{receipt},{reference},moved,,77\n";
        var taken = (await ReconciliationServer.Upload(clerk, "dtb", csv)).Is(HttpStatusCode.Created);
        Assert.Equal(later, ((DateTimeOffset)taken["to"]!).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        var rail = (await ReconciliationServer.Prove(clerk))["arithmetic"]!["rails"]!
            .AsArray()
            .Single(r => (string)r!["provider"]! == "dtb");
        Assert.Equal(0m, Customer.Digits(rail!["unexplained"]));

        // What is booked after the upload cannot be in it.
        var next = await server.Topped(asha, await asha.Account(), "dtb", 78);
        await (await server.App).Services.GetRequiredService<Matcher>().Run(CancellationToken.None);
        var call = (await server.CallOf(next.Session)).Id;
        Assert.Null(await ReconciliationServer.BreakOf(clerk, "dtb", b => (Guid?)b["call"] == call));
        (await ReconciliationServer.Upload(clerk, "dtb", ReconciliationServer.Bank((next.Receipt, next.Reference, 78)))).Is(
            HttpStatusCode.Created
        );
    }

    [Fact]
    public async Task The_same_file_of_another_time_is_refused()
    {
        var clerk = await Staff();
        var csv = ReconciliationServer.Bank((ReconciliationServer.Receipt(), "", 3));
        var (from, to) = (DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddSeconds(-0.5));
        string Period(DateTimeOffset until) => $"&from={ReconciliationServer.Time(from)}&to={ReconciliationServer.Time(until)}";
        var taken = (await ReconciliationServer.Upload(clerk, "kcb", csv, Period(to))).Is(HttpStatusCode.Created);
        var again = (await ReconciliationServer.Upload(clerk, "kcb", csv, Period(to))).Is(HttpStatusCode.OK);
        Assert.Equal((string)taken["id"]!, (string)again["id"]!);
        (await ReconciliationServer.Upload(clerk, "kcb", csv)).Is(HttpStatusCode.OK);
        (await ReconciliationServer.Upload(clerk, "kcb", csv, Period(to.AddMilliseconds(100)))).IsProblem(
            409,
            "payments.statement_period_differs"
        );
    }

    [Fact]
    public async Task A_proof_is_made_also_where_statements_cannot_be_matched()
    {
        var (asha, clerk) = (await server.Someone(), await Staff());
        await server.Topped(asha, await asha.Account(), "kcb", 67);
        (await ReconciliationServer.Upload(clerk, "kcb", ReconciliationServer.Bank((ReconciliationServer.Receipt(), "", 4)))).Is(
            HttpStatusCode.Created
        );
        var points = (await server.App).Services.GetRequiredService<CrashPoints>();
        points.Passing = (place, _) =>
        {
            if (place == "statements.matching")
                throw new InvalidOperationException("The test has matching fail.");
        };
        try
        {
            Assert.NotNull((await ReconciliationServer.Prove(clerk))["id"]);
        }
        finally
        {
            points.Passing = null;
        }
    }

    [Fact]
    public async Task What_has_waited_for_days_makes_a_proof_differ()
    {
        var (asha, clerk) = (await server.Someone(), await Staff());
        var (session, receipt, reference) = await server.Topped(asha, await asha.Account(), "kcb", 66);
        await using var owner = await server.Owner();
        // Between two statements, neither of which has its time.
        var old = DateTimeOffset.UtcNow.AddDays(-4);
        foreach (var (start, end) in new[] { (old.AddHours(-3), old.AddHours(-2)), (old.AddHours(2), old.AddHours(3)) })
        {
            var at = start.AddMinutes(30).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            var csv = $"Date,Reference,Our Reference,Description,Debit,Credit\n{at},{ReconciliationServer.Receipt()},,moved,,1\n";
            var period = $"&from={ReconciliationServer.Time(start)}&to={ReconciliationServer.Time(end)}";
            (await ReconciliationServer.Upload(clerk, "kcb", csv, period)).Is(HttpStatusCode.Created);
        }

        var call = (await server.CallOf(session)).Id;
        await owner.ExecuteAsync("update payments.rail_movements set recorded_at = @old where call_id = @call", new { old, call });
        var rail = await Kcb(clerk);
        Assert.False((bool)rail["agrees"]!);
        Assert.True((DateTimeOffset)rail["waiting_since"]! < DateTimeOffset.UtcNow.AddDays(-3));
        (await ReconciliationServer.Upload(clerk, "kcb", ReconciliationServer.Bank((receipt, reference, 66)))).Is(HttpStatusCode.Created);
        rail = await Kcb(clerk);
        Assert.False((DateTimeOffset?)rail["waiting_since"] < DateTimeOffset.UtcNow.AddDays(-3));
    }

    static async Task<JsonNode> Kcb(Customer clerk) =>
        (await ReconciliationServer.Prove(clerk))["arithmetic"]!["rails"]!.AsArray().Single(r => (string)r!["provider"]! == "kcb")!;

    Task<Customer> Staff() => server.Someone("user", "operations");
}
