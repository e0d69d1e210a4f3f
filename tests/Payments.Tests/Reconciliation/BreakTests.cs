using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Reconciliation;
using Hazina.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Reconciliation;

/// <summary>Each kind of break, made and ended.</summary>
[Collection(nameof(ReconciliationTests))]
public sealed class BreakTests(ReconciliationServer server)
{
    [Fact]
    public async Task Amounts_directions_and_lines_that_differ_are_breaks_and_are_booked_by_two_people()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        var more = await server.Topped(asha, purse, "kcb", 500);
        var less = await server.Topped(asha, purse, "kcb", 600);
        var turned = await server.Topped(asha, purse, "kcb", 700);
        var twice = await server.Topped(asha, purse, "kcb", 800);
        var (stranger, loss) = (ReconciliationServer.Receipt(), ReconciliationServer.Receipt());
        var csv = ReconciliationServer.Bank(
            (more.Receipt, more.Reference, 510),
            (less.Receipt, less.Reference, 590),
            (turned.Receipt, turned.Reference, -700),
            (twice.Receipt, twice.Reference, 800),
            (twice.Receipt, twice.Reference, 800),
            (stranger, "whoever", 33),
            (loss, "nobody", -44)
        );
        var taken = (await ReconciliationServer.Upload(clerk, "kcb", csv)).Is(HttpStatusCode.Created);
        Assert.Equal(6, (int)taken["counts"]!["breaks"]!);
        await Is(clerk, more.Receipt, "amount_differs", 10);
        await Is(clerk, less.Receipt, "amount_differs", -10);
        await Is(clerk, turned.Receipt, "direction_differs", -1400);
        await Is(clerk, twice.Receipt, "duplicate", 800);
        await Is(clerk, stranger, "missing_here", 33);
        await Is(clerk, loss, "missing_here", -44);

        var before = await House();
        foreach (var receipt in new[] { more.Receipt, less.Receipt, twice.Receipt, stranger, loss })
            await ReconciliationServer.Book(clerk, chief, (await ReconciliationServer.BreakOf(clerk, "kcb", receipt))!);
        var now = await House();
        Assert.Equal(
            (before.Suspense + 10 + 800 + 33, before.Losses + 10 + 44, before.InTransit + 10 - 10 + 800 + 33 - 44),
            (now.Suspense, now.Losses, now.InTransit)
        );
        var other = (await ReconciliationServer.BreakOf(clerk, "kcb", turned.Receipt))!;
        (await ReconciliationServer.Resolve(clerk, other, "book")).IsProblem(422, "payments.break_not_bookable");
        (await ReconciliationServer.Resolve(clerk, other, "explained")).Is(HttpStatusCode.OK);
        Assert.Equal(0, (int)(await Again(clerk, taken))["counts"]!["breaks"]!);

        // Nothing of it comes up again, and nothing is booked again.
        await (await server.App).Services.GetRequiredService<Matcher>().Run(CancellationToken.None);
        Assert.Equal(0, (int)(await Again(clerk, taken))["counts"]!["breaks"]!);
        Assert.DoesNotContain("rails_in_transit", ReconciliationServer.Differs(await ReconciliationServer.Prove(clerk)));
    }

    [Fact]
    public async Task A_statement_that_lies_in_another_folder_is_said_to_be_missing_until_it_is_there()
    {
        var (clerk, chief, receipt) = (await Staff(), await Staff(), ReconciliationServer.Receipt());
        var taken = await ReconciliationServer.Upload(clerk, "kcb", ReconciliationServer.Bank((receipt, "whoever", 21)));
        var id = (string)taken.Is(HttpStatusCode.Created)["id"]!;
        var broken = (await ReconciliationServer.BreakOf(clerk, "kcb", receipt))!;
        var asked = (await ReconciliationServer.Resolve(clerk, broken, "book")).Is(HttpStatusCode.Accepted);
        var place = Path.Combine(HazinaApp.FilesFolder, id[^2..], id);
        var key = Guid.CreateVersion7().ToString();
        File.Move(place, place + ".elsewhere");
        try
        {
            (await clerk.Get($"/v1/operations/breaks/{broken["id"]}")).IsProblem(503, "payments.statement_file_missing");
            (await ReconciliationServer.Resolve(clerk, broken, "book", key)).IsProblem(503, "payments.statement_file_missing");
            var refused = await PaymentsServer.Approve(chief, asked, "refused");
            Assert.Equal("payments.statement_file_missing", (string)refused["fault"]!["code"]!);
        }
        finally
        {
            File.Move(place + ".elsewhere", place);
        }

        var before = await House();
        await PaymentsServer.Approve(chief, (await ReconciliationServer.Resolve(clerk, broken, "book", key)).Is(HttpStatusCode.Accepted));
        Assert.Equal(before.Suspense + 21, (await House()).Suspense);
    }

    [Fact]
    public async Task A_payout_that_came_back_while_nobody_heard_it_is_its_withdrawal_s_again()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account(500);
        var to = server.Bank("01", PaymentsServer.Number());
        var id = (Guid)(await PaymentsServer.Withdraw(asha, purse, to, 120)).Is(HttpStatusCode.Created)["id"]!;
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{id}", "paid");
        await using var owner = await server.Owner();
        var (receipt, reference) = await owner.QuerySingleAsync<(string, string)>(
            "select receipt, reference from payments.provider_calls where purpose_id = @id",
            new { id }
        );
        var back = ReconciliationServer.Receipt();
        var csv = ReconciliationServer.Bank((receipt, reference, -120), (back, reference, 120));
        (await ReconciliationServer.Upload(clerk, "kcb", csv)).Is(HttpStatusCode.Created);
        await Is(clerk, back, "missing_here", 120);
        await ReconciliationServer.Book(clerk, chief, (await ReconciliationServer.BreakOf(clerk, "kcb", back))!);
        var now = await PaymentsServer.Until(asha, $"/v1/withdrawals/{id}", "failed");
        Assert.Equal("payments.returned", (string)now["failure"]!["code"]!);
        await PaymentsServer.Has(asha, purse, 500m);
        // Both lines have found their side.
        Assert.Equal(
            ["payout True", "return True"],
            await owner.QueryAsync<string>(
                """
                select m.kind || ' ' || case when m.line_id is null then 'False' else 'True' end
                  from payments.rail_movements m join payments.provider_calls c on c.id = m.call_id where c.purpose_id = @id order by m.kind
                """,
                new { id }
            )
        );
    }

    [Fact]
    public async Task A_payout_whose_return_was_heard_first_costs_nobody_anything()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account(500);
        var number = PaymentsServer.Number();
        server.Rails.Behave(c => c.Party == number ? Behaviour.Insufficient : null);
        var id = (Guid)(await PaymentsServer.Withdraw(asha, purse, server.Bank("01", number), 120)).Is(HttpStatusCode.Created)["id"]!;
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{id}", "failed");
        await using var owner = await server.Owner();
        var reference = await owner.QuerySingleAsync<string>(
            "select reference from payments.provider_calls where purpose_id = @id",
            new { id }
        );
        var (left, back) = (ReconciliationServer.Receipt(), ReconciliationServer.Receipt());
        var csv = ReconciliationServer.Bank((left, reference, -120), (back, reference, 120));
        (await ReconciliationServer.Upload(clerk, "kcb", csv)).Is(HttpStatusCode.Created);
        // In whichever order two people come to them.
        await ReconciliationServer.Book(clerk, chief, (await ReconciliationServer.BreakOf(clerk, "kcb", back))!);
        await ReconciliationServer.Book(clerk, chief, (await ReconciliationServer.BreakOf(clerk, "kcb", left))!);
        await PaymentsServer.Has(asha, purse, 500m);
        Assert.Equal(
            [("loss", -120m, true), ("return", 120m, true)],
            await owner.QueryAsync<(string, decimal, bool)>(
                """
                select m.kind, m.change, m.line_id is not null
                  from payments.rail_movements m join payments.provider_calls c on c.id = m.call_id where c.purpose_id = @id order by m.kind
                """,
                new { id }
            )
        );
    }

    [Fact]
    public async Task What_is_booked_and_not_in_the_statement_is_a_break_until_a_later_one_has_it()
    {
        var (asha, clerk) = (await server.Someone(), await Staff());
        var purse = await asha.Account();
        var from = DateTimeOffset.UtcNow;
        var (session, receipt, _) = await server.Topped(asha, purse, "dtb", 900);
        var without = ReconciliationServer.Bank((ReconciliationServer.Receipt(), "nobody", 1));
        var period = $"&from={ReconciliationServer.Time(from.AddSeconds(-2))}&to={ReconciliationServer.Time(DateTimeOffset.UtcNow)}";
        var taken = (await ReconciliationServer.Upload(clerk, "dtb", without, period)).Is(HttpStatusCode.Created);
        Assert.True((int)taken["counts"]!["missing_there"]! >= 1);
        var call = (await server.CallOf(session)).Id;
        var broken = await ReconciliationServer.BreakOf(clerk, "dtb", b => (Guid?)b["call"] == call);
        Assert.Equal(("missing_there", -900m), ((string)broken!["kind"]!, Customer.Digits(broken["change"])));

        (await ReconciliationServer.Upload(clerk, "dtb", server.Rails.VendorStatement(Rail.Dtb, from.AddSeconds(-1)))).Is(
            HttpStatusCode.Created
        );
        var closed = (await clerk.Get($"/v1/operations/breaks/{broken["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(("closed", "matched"), ((string)closed["status"]!, (string)closed["resolution"]!));
        Assert.NotNull(closed["closed_by"]);
        Assert.Equal(receipt, server.Rails.Book.Entries.Single(e => e.Receipt == receipt).Receipt);
    }

    [Fact]
    public async Task A_payout_that_the_rail_has_never_made_goes_back_and_a_top_up_that_it_calls_failed_is_a_loss()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var (purse, from) = (await asha.Account(5_000), DateTimeOffset.UtcNow.AddSeconds(-1));
        var made = (await PaymentsServer.Withdraw(asha, purse, server.Bank("63", PaymentsServer.Number()), 450)).Is(HttpStatusCode.Created);
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "paid");
        var topped = await server.Topped(asha, purse, "mpesa", 70);
        await PaymentsServer.Has(asha, purse, 5_000 - 450 + 70);

        // The line first: it is of a second ago, and the period ends now.
        var without = ReconciliationServer.Bank((ReconciliationServer.Receipt(), "nobody", 2));
        var period = $"&from={ReconciliationServer.Time(from.AddSeconds(-2))}&to={ReconciliationServer.Time(DateTimeOffset.UtcNow)}";
        (await ReconciliationServer.Upload(clerk, "dtb", without, period)).Is(HttpStatusCode.Created);
        var call = (await server.CallOf((Guid)made["id"]!)).Id;
        var payout = await ReconciliationServer.BreakOf(clerk, "dtb", b => (Guid?)b["call"] == call);
        Assert.Equal(("missing_there", 450m), ((string)payout!["kind"]!, Customer.Digits(payout["change"])));
        await ReconciliationServer.Book(clerk, chief, payout);
        await PaymentsServer.Has(asha, purse, 5_000 + 70);
        Assert.Equal("failed", (string)(await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "failed"))["status"]!);

        var at = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(3)).AddSeconds(-1);
        var failed =
            "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn\r\n"
            + $"{topped.Receipt},{at:dd-MM-yyyy HH:mm:ss},\"Pay Bill, \"\"online\"\"\",Failed,70.00,\r\n";
        (await ReconciliationServer.Upload(clerk, "mpesa", failed)).Is(HttpStatusCode.Created);
        var status = (await ReconciliationServer.BreakOf(clerk, "mpesa", topped.Receipt))!;
        Assert.Equal(("status_differs", -70m), ((string)status["kind"]!, Customer.Digits(status["change"])));
        // A later statement says that it has moved all the same.
        (await ReconciliationServer.Upload(clerk, "mpesa", server.Rails.VendorStatement(Rail.Mpesa))).Is(HttpStatusCode.Created);
        Assert.Equal("closed", (string)(await clerk.Get($"/v1/operations/breaks/{status["id"]}")).Is(HttpStatusCode.OK)["status"]!);
    }

    [Fact]
    public async Task A_prompt_whose_answer_was_lost_is_booked_for_its_customer_from_the_statement()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        var phone = PaymentsServer.Number();
        server.Rails.Behave(c => c.Party == phone ? Behaviour.ErrorBefore : null);
        var made = (await PaymentsServer.TopUp(asha, purse, "kcb", phone, 260)).Is(HttpStatusCode.Created);
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{made["id"]}", "failed", "expired");
        await using var owner = await server.Owner();
        var reference = await owner.QuerySingleAsync<string>(
            "select reference from payments.provider_calls where purpose_id = @id",
            new { id = (Guid)made["id"]! }
        );
        var receipt = ReconciliationServer.Receipt();
        (await ReconciliationServer.Upload(clerk, "kcb", ReconciliationServer.Bank((receipt, $"1100000001-{reference}", 260)))).Is(
            HttpStatusCode.Created
        );
        var broken = (await ReconciliationServer.BreakOf(clerk, "kcb", receipt))!;
        Assert.NotNull(broken["call"]);
        await ReconciliationServer.Book(clerk, chief, broken);
        await PaymentsServer.Has(asha, purse, 260);
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{made["id"]}", "late_completed", "completed");
        Assert.Equal(
            1,
            await owner.QuerySingleAsync<int>(
                "select count(*)::int from payments.statement_lines where receipt = @receipt and movement_id is not null",
                new { receipt }
            )
        );
    }

    Task<Customer> Staff() => server.Someone("user", "operations");

    static async Task<JsonNode> Again(Customer clerk, JsonNode statement) =>
        (await clerk.Get($"/v1/operations/rail-statements/{statement["id"]}")).Is(HttpStatusCode.OK);

    static async Task Is(Customer clerk, string receipt, string kind, decimal change)
    {
        var broken = await ReconciliationServer.BreakOf(clerk, "kcb", receipt);
        Assert.Equal((kind, change), ((string)broken!["kind"]!, Customer.Digits(broken["change"])));
    }

    async Task<(decimal Suspense, decimal Losses, decimal InTransit)> House()
    {
        var totals = (await (await Staff()).Get("/v1/account-totals")).Is(HttpStatusCode.OK)["house"]!.AsArray();
        decimal Of(string name) =>
            totals.SingleOrDefault(h => (string)h!["name"]! == name && (string)h["currency"]! == "KES") is { } account
                ? Customer.Digits(account["balance"])
                : 0m;
        return (Of("suspense"), Of("losses"), Of("rails_in_transit"));
    }
}

/// <summary>Those that share one server, where statements say what tests make up.</summary>
[CollectionDefinition(nameof(ReconciliationTests))]
public sealed class ReconciliationTests : ICollectionFixture<ReconciliationServer>;
