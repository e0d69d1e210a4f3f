using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Payments.Tests.Funding;
using Hazina.Payments.Tests.Reconciliation;
using Hazina.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Reversals;

[Collection(nameof(ReconciliationTests))]
public sealed class ReversalTests(ReconciliationServer server)
{
    [Fact]
    public async Task A_top_up_goes_back_once_by_two_people_and_the_statement_has_it()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var (purse, from) = (await asha.Account(), DateTimeOffset.UtcNow.AddSeconds(-1));
        var (session, receipt, _) = await server.Topped(asha, purse, "mpesa", 310);
        await PaymentsServer.Has(asha, purse, 310m);
        var call = (await server.CallOf(session)).Id;
        var asked = (await Ask(clerk, call)).Is(HttpStatusCode.Accepted);
        (await clerk.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.Forbidden);
        (await asha.Post($"/v1/operations/provider-calls/{call}/reversal", Reason())).IsProblem(403, "platform.permission_missing");
        await PaymentsServer.Has(asha, purse, 310m);
        await PaymentsServer.Approve(chief, asked);
        var done = await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{asked["id"]}", "done");
        var entry = server.Rails.Book.Entries.Single(e => e.Reverses == receipt);
        Assert.Equal((entry.Receipt, -310m), ((string?)done["receipt"], entry.Change));
        await PaymentsServer.Has(asha, purse, 0m);
        Assert.Equal(
            [("refund", "completed"), ("deposit", "completed")],
            (await asha.Activity(purse)).Select(a => ((string)a["type"]!, (string)a["status"]!))
        );

        (await Ask(clerk, call)).IsProblem(409, "payments.already_reversed");
        Assert.Single((await clerk.Get($"/v1/operations/reversals?original={call}")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        // A late callback of the prompt finds what was sent back, and that bothers nobody.
        var taken = (await ReconciliationServer.Upload(clerk, "mpesa", server.Rails.VendorStatement(Rail.Mpesa, from))).Is(
            HttpStatusCode.Created
        );
        Assert.True((int)taken["counts"]!["matched"]! >= 2, taken.ToJsonString());
        await using var owner = await server.Owner();
        Assert.Equal(
            [receipt, entry.Receipt],
            await owner.QueryAsync<string>(
                """
                select l.receipt from payments.statement_lines l join payments.rail_movements m on m.id = l.movement_id
                  join payments.provider_calls c on c.id = m.call_id
                 where c.id = @call or c.purpose_id = @reversal order by l.at, l.change desc
                """,
                new { call, reversal = (Guid)asked["id"]! }
            )
        );
        Assert.DoesNotContain("rails_in_transit", ReconciliationServer.Differs(await ReconciliationServer.Prove(clerk)));
    }

    [Fact]
    public async Task What_nobody_knows_goes_back_out_of_suspense_and_is_not_assigned_meanwhile()
    {
        var (clerk, chief) = (await Staff(), await Staff());
        await server.RegisterC2b();
        var lost = $"LOST-{Guid.CreateVersion7():N}"[..20];
        var paid = await server.Rails.Pay(server.Rails.Options.Credentials.MpesaShortCode, lost, 61, PaymentsServer.Number());
        JsonNode? held = null;
        await Eventually.TrueAsync(async () => (held = await Suspense(clerk, lost)) is not null, "it is in suspense");
        var call = (Guid)held!["call"]!;
        var asked = (await Ask(clerk, call)).Is(HttpStatusCode.Accepted);
        await PaymentsServer.Approve(chief, asked);
        await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{asked["id"]}", "done");
        Assert.Equal("reversed", (string)(await Suspense(clerk, lost))!["status"]!);
        Assert.Equal(BookStatus.Reversed, server.Rails.Book.Entries.Single(e => e.Receipt == paid!.Receipt).Status);
        var asha = await server.Someone();
        var wish = new JsonObject { ["account"] = await asha.Account(), ["note"] = "she called" };
        (await clerk.Post($"/v1/operations/suspense/{held["id"]}/assignment", wish)).IsProblem(404, "payments.no_such_suspense");
        (await Ask(clerk, call)).IsProblem(409, "payments.already_reversed");
    }

    [Fact]
    public async Task What_cannot_go_back_is_refused_and_says_what_can_be_done()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        var bank = await server.Topped(asha, purse, "kcb", 120);
        (await Ask(clerk, (await server.CallOf(bank.Session)).Id)).IsProblem(422, "payments.no_reversal", "call");
        (await Ask(clerk, Guid.CreateVersion7())).IsProblem(404, "payments.no_such_provider_call", "call");
        var failed = (await PaymentsServer.TopUp(asha, purse, "mpesa", PaymentsServer.Number("903"), 70)).Is(HttpStatusCode.Created);
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{failed["id"]}", "failed");
        (await Ask(clerk, (await server.CallOf((Guid)failed["id"]!)).Id)).IsProblem(409, "payments.nothing_to_reverse", "call");
        var own = await clerk.Account();
        var near = await server.Topped(clerk, own, "mpesa", 20);
        (await Ask(clerk, (await server.CallOf(near.Session)).Id)).IsProblem(403, "payments.own_money", "call");

        // Spent: nothing is taken of anybody.
        var topped = await server.Topped(asha, purse, "mpesa", 200);
        await PaymentsServer.Has(asha, purse, 320m);
        var other = await asha.Account();
        (await asha.Transfer(purse, "account", other, 300)).Is(HttpStatusCode.Created);
        var asked = (await Ask(clerk, (await server.CallOf(topped.Session)).Id)).Is(HttpStatusCode.Accepted);
        await PaymentsServer.Approve(chief, asked, "refused");
        (await clerk.Get($"/v1/operations/reversals/{asked["id"]}")).IsProblem(404, "payments.no_such_reversal");
    }

    [Fact]
    public async Task What_the_provider_refuses_to_send_back_is_free_again_and_can_be_asked_for_anew()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        var topped = await server.Topped(asha, purse, "mpesa", 90);
        var call = (await server.CallOf(topped.Session)).Id;
        server.Rails.Behave(c => c.Operation == Operation.Reversal ? Behaviour.WrongPin : null);
        try
        {
            var refused = (await Ask(clerk, call)).Is(HttpStatusCode.Accepted);
            await PaymentsServer.Approve(chief, refused);
            var failed = await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{refused["id"]}", "failed");
            Assert.NotNull((string?)failed["failure"]!["code"]);
        }
        finally
        {
            server.Rails.Behave(null);
        }

        await PaymentsServer.HasFree(asha, purse, 90m, 90m);
        var again = (await Ask(clerk, call)).Is(HttpStatusCode.Accepted);
        await PaymentsServer.Approve(chief, again);
        await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{again["id"]}", "done");
        await PaymentsServer.Has(asha, purse, 0m);
    }

    [Theory]
    [InlineData(Behaviour.CutAfter)]
    [InlineData(Behaviour.ErrorAfter)]
    [InlineData(Behaviour.LostCallback)]
    [InlineData(Behaviour.DuplicateCallback)]
    [InlineData(Behaviour.CallbackFirst)]
    [InlineData(Behaviour.Malformed)]
    public async Task However_the_provider_answers_it_goes_back_once(Behaviour behaviour)
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        var topped = await server.Topped(asha, purse, "mpesa", 45);
        var call = (await server.CallOf(topped.Session)).Id;
        server.Rails.Behave(c => c.Operation == Operation.Reversal ? behaviour : null);
        try
        {
            var asked = (await Ask(clerk, call)).Is(HttpStatusCode.Accepted);
            await PaymentsServer.Approve(chief, asked);
            await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{asked["id"]}", "done");
        }
        finally
        {
            server.Rails.Behave(null);
        }

        Assert.Single(server.Rails.Book.Entries, e => e.Reverses == topped.Receipt);
        await PaymentsServer.Has(asha, purse, 0m);
    }

    [Fact]
    public async Task What_never_arrived_is_unknown_until_two_people_find_out()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        var topped = await server.Topped(asha, purse, "mpesa", 55);
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Rails.Behave(c =>
        {
            if (c.Operation != Operation.Reversal)
                return null;
            heard.TrySetResult();
            return Behaviour.ErrorBefore;
        });
        JsonNode asked;
        try
        {
            asked = (await Ask(clerk, (await server.CallOf(topped.Session)).Id)).Is(HttpStatusCode.Accepted);
            await PaymentsServer.Approve(chief, asked);
            // An attempt is counted before it is made: the rail itself has to say that it heard of it.
            await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        finally
        {
            server.Rails.Behave(null);
        }

        var call = (await server.CallOf((Guid)asked["id"]!)).Id;
        await Eventually.TrueAsync(
            async () =>
            {
                await server.Overdue(call);
                return (await server.CallOf((Guid)asked["id"]!)).IsStuck;
            },
            "it is stuck"
        );
        Assert.Equal("unknown", (string)(await clerk.Get($"/v1/operations/reversals/{asked["id"]}")).Is(HttpStatusCode.OK)["status"]!);
        var balance = (await asha.Get($"/v1/accounts/{purse}")).Is(HttpStatusCode.OK)["balance"]!;
        Assert.Equal((55m, 0m), (Customer.Digits(balance["posted"]), Customer.Digits(balance["available"])));
        var wish = new JsonObject { ["outcome"] = "failed", ["note"] = "the statement has nothing" };
        var resolved = (await clerk.Post($"/v1/operations/provider-calls/{call}/resolution", wish)).Is(HttpStatusCode.Accepted);
        await PaymentsServer.Approve(chief, resolved);
        await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{asked["id"]}", "failed");
        Assert.DoesNotContain(server.Rails.Book.Entries, e => e.Reverses == topped.Receipt);
    }

    [Fact]
    public async Task Of_two_who_begin_it_at_once_one_is_too_late()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account(100);
        var topped = await server.Topped(asha, purse, "mpesa", 35);
        var call = (await server.CallOf(topped.Session)).Id;
        var asked = new[] { (await Ask(clerk, call)).Is(HttpStatusCode.Accepted), (await Ask(clerk, call)).Is(HttpStatusCode.Accepted) };
        var ended = await Task.WhenAll(asked.Select(a => PaymentsServer.Decided(chief, a)));
        Assert.Equal(["done", "refused"], ended.Select(e => (string)e["status"]!).Order(StringComparer.Ordinal));
        var begun = Assert.Single((await clerk.Get($"/v1/operations/reversals?original={call}")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{begun!["id"]}", "done");
        await PaymentsServer.Has(asha, purse, 100m);
    }

    [Fact]
    public async Task A_fee_is_given_back_once_however_often_its_top_up_is_sent_back()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        await RailFeeTests.Charge(server, asha, "user", asha.Id, "funding", RailFeeTests.OutOf("mpesa", "10"));
        var topped = await server.Topped(asha, purse, "mpesa", 100);
        await PaymentsServer.Has(asha, purse, 90m);
        var call = (await server.CallOf(topped.Session)).Id;
        var first = await Back();
        await Returned(first);
        // The simulator knows nothing of that: the next requests are lost, and asked after by what they send back.
        server.Rails.Behave(c => c.Operation == Operation.Reversal ? Behaviour.ErrorBefore : null);
        try
        {
            await PaymentsServer.Has(asha, purse, 100m);
            var second = await Back();
            Assert.Equal([-10m, 10m], await RailFeeTests.Charges(asha, "funding"));
            var exported = (await asha.Get("/v1/me/export")).Is(HttpStatusCode.OK)["payments"]!["reversals"]!.AsArray();
            Assert.Equal(["done", "failed"], exported.Select(r => (string)r!["status"]!).Order(StringComparer.Ordinal));

            // Where the account is there no more it lies in suspense, and goes back out of that.
            (await asha.Post($"/v1/accounts/{purse}/close")).Is(HttpStatusCode.OK);
            await Returned(second);
            var held = (await clerk.Get("/v1/operations/suspense?limit=100")).Is(HttpStatusCode.OK)["data"]!
                .AsArray()
                .Single(s => (Guid)s!["call"]! == second.Call)!;
            Assert.Equal((Guid)held["id"]!, (await Back()).Suspense);
        }
        finally
        {
            server.Rails.Behave(null);
        }

        async Task<(Guid Id, Guid Call, Guid? Suspense)> Back()
        {
            var asked = (await Ask(clerk, call)).Is(HttpStatusCode.Accepted);
            await PaymentsServer.Approve(chief, asked);
            var done = await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{asked["id"]}", "done");
            if (done["suspense"] is null)
                await PaymentsServer.Has(asha, purse, 0m);
            return ((Guid)done["id"]!, (Guid)done["call"]!, (Guid?)done["suspense"]);
        }

        async Task Returned((Guid Id, Guid Call, Guid? Suspense) reversal)
        {
            var desk = (await server.App).Services.GetRequiredService<CallDesk>();
            var said = new Verdict(VerdictKind.Returned, RailRefusals.Returned.Code, "Nobody took it.");
            await desk.Hear(reversal.Call, said, TestContext.Current.CancellationToken);
            await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{reversal.Id}", "failed");
        }
    }

    [Fact]
    public async Task One_that_was_refused_and_stands_in_the_statement_is_the_house_s_loss_once()
    {
        var (asha, clerk, chief) = (await server.Someone(), await Staff(), await Staff());
        var purse = await asha.Account();
        var topped = await server.Topped(asha, purse, "mpesa", 65);
        var call = (await server.CallOf(topped.Session)).Id;
        server.Rails.Behave(c => c.Operation == Operation.Reversal ? Behaviour.WrongPin : null);
        Guid reversal;
        try
        {
            var refused = (await Ask(clerk, call)).Is(HttpStatusCode.Accepted);
            await PaymentsServer.Approve(chief, refused);
            reversal = (Guid)(await PaymentsServer.Until(clerk, $"/v1/operations/reversals/{refused["id"]}", "failed"))["call"]!;
        }
        finally
        {
            server.Rails.Behave(null);
        }

        // The second time it is the rail's fault alone.
        var (first, second) = (ReconciliationServer.Receipt(), ReconciliationServer.Receipt());
        foreach (var receipt in (string[])[first, second])
        {
            (await ReconciliationServer.Upload(clerk, "mpesa", SentBack(receipt, topped.Receipt, 65))).Is(HttpStatusCode.Created);
            var broken = (await ReconciliationServer.BreakOf(clerk, "mpesa", receipt))!;
            Assert.Equal(receipt == first ? reversal : null, (Guid?)broken["call"]);
            await ReconciliationServer.Book(clerk, chief, broken);
        }

        await using var owner = await server.Owner();
        Assert.Equal(
            [("loss", -65m, first), ("correction", -65m, null)],
            await owner.QueryAsync<(string, decimal, string?)>(MovedSql, new { reversal, receipts = (string[])[first, second] })
        );
        await PaymentsServer.Has(asha, purse, 65m);
        Assert.DoesNotContain("rails_in_transit", ReconciliationServer.Differs(await ReconciliationServer.Prove(clerk)));
    }

    static string SentBack(string receipt, string reverses, decimal amount)
    {
        var at = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(3)).AddSeconds(-1);
        return "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Linked Transaction ID\r\n"
            + $"{receipt},{at:dd-MM-yyyy HH:mm:ss},Transaction Reversal,Completed,,-{amount}.00,{reverses}\r\n";
    }

    // A correction knows its break.
    const string MovedSql = """
        select m.kind, m.change, l.receipt
          from payments.rail_movements m left join payments.statement_lines l on l.id = m.line_id
         where m.call_id = @reversal
            or m.settled_by in (select b.id from payments.breaks b join payments.statement_lines o on o.id = b.line_id where o.receipt = any (@receipts))
         order by m.recorded_at
        """;

    Task<Customer> Staff() => server.Someone("user", "operations");

    static JsonObject Reason() => new() { ["reason"] = "paid by mistake, as they said on the phone" };

    static Task<Reply> Ask(Customer clerk, Guid call) => clerk.Post($"/v1/operations/provider-calls/{call}/reversal", Reason());

    static async Task<JsonNode?> Suspense(Customer clerk, string meantFor) =>
        (await clerk.Get("/v1/operations/suspense?limit=100")).Is(HttpStatusCode.OK)["data"]!
            .AsArray()
            .FirstOrDefault(s => (string?)s!["meant_for"] == meantFor);
}
