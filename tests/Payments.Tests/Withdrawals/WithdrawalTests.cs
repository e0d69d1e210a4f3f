using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Withdrawals;

public sealed class WithdrawalTests(PaymentsServer server)
{
    [Fact]
    public async Task Money_to_a_phone_is_held_and_leaves_once_it_was_paid_out()
    {
        var asha = await server.Someone();
        var purse = await asha.Account(1000);
        var phone = PaymentsServer.Number();
        using var held = server.Rails.HoldUp(phone);
        var made = (await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(phone), 400)).Is(HttpStatusCode.Created);
        Assert.Equal(("withdrawal", false), ((string)made["object"]!, (bool)made["waits_for_approval"]!));
        await PaymentsServer.Has(asha, purse, 1000m);
        var pending = (await asha.Activity(purse)).First(a => (string)a["type"]! == "withdrawal");
        Assert.Equal("pending", (string)pending["status"]!);
        (await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(phone), 601)).IsProblem(402, "ledger.insufficient_funds");
        held.Dispose();
        var paid = await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "paid");
        var entry = Assert.Single(server.Rails.Book.Entries, e => e.Party == phone);
        Assert.Equal(entry.Receipt, (string)paid["receipt"]!);
        await PaymentsServer.Has(asha, purse, 600m);
        var done = (await asha.Activity(purse)).First(a => (string)a["type"]! == "withdrawal");
        Assert.Equal(("completed", 600m), ((string)done["status"]!, Customer.Digits(done["balance_after"])));
        (await asha.Post($"/v1/withdrawals/{made["id"]}/cancel")).IsProblem(409, "payments.too_late_to_cancel");
    }

    [Fact]
    public async Task A_bank_account_is_paid_in_its_name_and_no_other()
    {
        var asha = await server.Someone();
        var purse = await asha.Account(1000);
        var number = PaymentsServer.Number();
        var to = server.Bank("07", number);
        var made = (await PaymentsServer.Withdraw(asha, purse, to, 250.50m)).Is(HttpStatusCode.Created);
        Assert.Equal("kcb", (string)made["provider"]!);
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "paid");
        await PaymentsServer.Has(asha, purse, 749.50m);
        to["name"] = "Somebody Else";
        (await PaymentsServer.Withdraw(asha, purse, to, 10)).IsProblem(422, "payments.name_mismatch", "to.name");
        (await PaymentsServer.Withdraw(asha, purse, to, 1_000_000)).IsProblem(422, "payments.rail_limit", "amount");
        (await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(number), 10.5m)).IsProblem(
            400,
            "platform.invalid_request",
            "amount.amount"
        );
        to["phone"] = number;
        (await PaymentsServer.Withdraw(asha, purse, to, 10)).IsProblem(400, "platform.invalid_request", "to");
        await PaymentsServer.Has(asha, purse, 749.50m);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("63")]
    public async Task What_was_paid_and_comes_back_is_on_the_account_again(string bank)
    {
        var asha = await server.Someone();
        var purse = await asha.Account(500);
        var made = (await PaymentsServer.Withdraw(asha, purse, server.Bank(bank, PaymentsServer.Number("918")), 120)).Is(
            HttpStatusCode.Created
        );
        var back = await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "failed");
        Assert.Equal("payments.returned", (string)back["failure"]!["code"]!);
        Assert.NotNull((string?)back["transaction"]);
        Assert.NotNull((string?)back["return_transaction"]);
        await PaymentsServer.Has(asha, purse, 500m);
        Assert.Equal(["refund", "withdrawal", "deposit"], (await asha.Activity(purse)).Select(a => (string)a["type"]!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_older_word_that_it_failed_does_not_give_back_what_was_paid(bool toBank)
    {
        var asha = await server.Someone();
        var (purse, number) = (await asha.Account(500), PaymentsServer.Number());
        var to = toBank ? server.Bank("63", number) : PaymentsServer.Phone(number);
        var id = (Guid)(await PaymentsServer.Withdraw(asha, purse, to, 120)).Is(HttpStatusCode.Created)["id"]!;
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{id}", "paid");
        var call = (await server.CallOf(id)).Id;
        await using var owner = await server.Owner();
        var questions = await Questions();
        var desk = (await server.App).Services.GetRequiredService<CallDesk>();
        await desk.Hear(call, Verdict.No(RailRefusals.RecipientUnavailable, "said before it was paid"), CancellationToken.None);
        await Eventually.TrueAsync(async () => await Questions() > questions && await HasAnswered(), "the rail has said that it is paid");
        Assert.Equal("paid", (string)(await asha.Get($"/v1/withdrawals/{id}")).Is(HttpStatusCode.OK)["status"]!);
        await PaymentsServer.Has(asha, purse, 380m);
        Assert.Equal(("succeeded", false), ((await server.CallOf(id)).Status, (await server.CallOf(id)).IsStuck));

        Task<int> Questions() =>
            owner.QuerySingleAsync<int>(
                "select count(*)::int from payments.provider_messages where call_id = @call and kind = 'request'",
                new { call }
            );

        Task<bool> HasAnswered() =>
            owner.QuerySingleAsync<bool>("select next_at is null from payments.provider_calls where id = @call", new { call });
    }

    [Fact]
    public async Task Much_money_waits_for_somebody_of_operations_who_is_not_near()
    {
        var (asha, clerk) = (await server.Someone(), await server.Someone("user", "operations"));
        var purse = await asha.Account(0);
        await server.Fund(purse, 100_000);
        var phone = PaymentsServer.Number();
        var made = (await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(phone), 30_000)).Is(HttpStatusCode.Created);
        Assert.True((bool)made["waits_for_approval"]!);
        var path = $"/v1/operations/withdrawals/{made["id"]}";
        Assert.Contains(
            (await clerk.Get("/v1/operations/withdrawals?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray(),
            w => (string)w!["id"]! == (string)made["id"]!
        );
        (await asha.Post($"{path}/approve")).IsProblem(403, "platform.permission_missing");
        Assert.Equal("created", (await server.CallOf((Guid)made["id"]!)).Status);
        (await clerk.Post($"{path}/approve")).Is(HttpStatusCode.OK);
        (await clerk.Post($"{path}/approve")).IsProblem(409, "payments.not_waiting_for_approval");
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{made["id"]}", "paid");
        await PaymentsServer.Has(asha, purse, 70_000m);

        var own = await clerk.Account(0);
        await server.Fund(own, 45_000);
        var theirs = (await PaymentsServer.Withdraw(clerk, own, PaymentsServer.Phone(phone), 30_000)).Is(HttpStatusCode.Created);
        (await clerk.Post($"/v1/operations/withdrawals/{theirs["id"]}/approve")).IsProblem(403, "payments.own_money");
        var other = await server.Someone("user", "admin");
        var rejected = (await other.Post($"/v1/operations/withdrawals/{theirs["id"]}/reject")).Is(HttpStatusCode.OK);
        Assert.Equal(("failed", "payments.withdrawal_rejected"), ((string)rejected["status"]!, (string)rejected["failure"]!["code"]!));
        Assert.Equal(45_000m, await Available(clerk, own));
    }

    [Fact]
    public async Task What_was_not_sent_can_be_cancelled_once_by_whoever_may_move_it()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var purse = await asha.Account(0);
        await server.Fund(purse, 45_000);
        var made = (await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(PaymentsServer.Number()), 30_000)).Is(
            HttpStatusCode.Created
        );
        (await juma.Post($"/v1/withdrawals/{made["id"]}/cancel")).IsProblem(404, "payments.no_such_withdrawal");
        (await juma.Get($"/v1/withdrawals/{made["id"]}")).IsProblem(404, "payments.no_such_withdrawal");
        var ended = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => asha.Post($"/v1/withdrawals/{made["id"]}/cancel")));
        Assert.All(ended, e => Assert.Equal("canceled", (string)e.Is(HttpStatusCode.OK)["status"]!));
        var entry = (await asha.Activity(purse)).First(a => (string)a["type"]! == "withdrawal");
        Assert.Equal("cancelled", (string)entry["status"]!);
        Assert.Equal(45_000m, await Available(asha, purse));
    }

    static async Task<decimal> Available(Customer who, Guid account) =>
        Customer.Digits((await who.Get($"/v1/accounts/{account}")).Is(HttpStatusCode.OK)["balance"]!["available"]);

    [Fact]
    public async Task Money_of_which_nothing_is_heard_waits_for_two_people_and_is_not_given_back()
    {
        var (asha, clerk, chief) = (
            await server.Someone(),
            await server.Someone("user", "operations"),
            await server.Someone("user", "admin")
        );
        var purse = await asha.Account(1000);
        // The provider fails each time, before it does anything.
        var phone = PaymentsServer.Number();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Rails.Behave(c =>
        {
            if (c.Party != phone)
                return null;
            heard.TrySetResult();
            return Behaviour.ErrorBefore;
        });
        var made = (await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(phone), 300)).Is(HttpStatusCode.Created);
        var id = (Guid)made["id"]!;
        // An attempt is counted before it is made: the rail itself has to say that it heard of it.
        await heard.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        var call = (await server.CallOf(id)).Id;
        await Eventually.TrueAsync(
            async () =>
            {
                await server.Overdue(call);
                return (await server.CallOf(id)).IsStuck;
            },
            "it is stuck"
        );
        Assert.Equal("unknown", (await server.CallOf(id)).Status);
        var queue = (await clerk.Get("/v1/operations/provider-calls?status=stuck&limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Contains(queue, c => (Guid)c!["id"]! == call);
        var story = (await clerk.Get($"/v1/operations/provider-calls/{call}")).Is(HttpStatusCode.OK);
        Assert.Contains(story["messages"]!.AsArray(), m => (string)m!["what"]! == "b2c" && (string)m["kind"]! == "request");
        Assert.DoesNotContain(server.Rails.Options.Credentials.MpesaSecurityCredential, story.ToJsonString(), StringComparison.Ordinal);

        var wish = new JsonObject { ["outcome"] = "failed", ["note"] = "the statement has nothing" };
        var asked = (await clerk.Post($"/v1/operations/provider-calls/{call}/resolution", wish)).Is(HttpStatusCode.Accepted);
        await PaymentsServer.Approve(chief, asked);
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{id}", "failed");
        (await clerk.Post($"/v1/operations/provider-calls/{call}/resolution", wish)).IsProblem(409, "payments.not_stuck");
        (await PaymentsServer.Withdraw(asha, purse, PaymentsServer.Phone(PaymentsServer.Number()), 1000)).Is(HttpStatusCode.Created);
    }
}
