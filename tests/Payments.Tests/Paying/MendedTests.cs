using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Payments.Tests.Intents;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Paying;

/// <summary>What readings found, each once as it was.</summary>
public sealed class MendedTests(PaymentsServer server)
{
    [Fact]
    public async Task What_was_held_and_let_go_counts_against_no_limit()
    {
        var day = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(3)).TimeOfDay;
        Assert.SkipWhen(day < TimeSpan.FromMinutes(10), "What is held within ten minutes of midnight in Nairobi is not given back.");
        var shop = await Shop.Open(server, 5_000);
        (await shop.Asha.Patch($"/v1/accounts/{shop.Purse}/limits", new JsonObject { ["daily"] = Customer.Amount(1000) })).Is(
            HttpStatusCode.OK
        );
        await using (var owner = await server.Owner())
        {
            // Held a moment after the day began, it may have been decided before: then it stands in the counter of the day before.
            var early = await shop.Held(800);
            await owner.ExecuteAsync(
                """
                update payments.payments
                   set created_at = date_trunc('day', now() at time zone 'Africa/Nairobi') at time zone 'Africa/Nairobi' + interval '9 minutes'
                 where id = @id
                """,
                new { id = (Guid)early["id"]! }
            );
            (await shop.Cancel(early)).Is(HttpStatusCode.OK);
            (await shop.Pay(300)).Is(HttpStatusCode.UnprocessableEntity);
        }

        shop = await Shop.Open(server, 5_000);
        (await shop.Asha.Patch($"/v1/accounts/{shop.Purse}/limits", new JsonObject { ["daily"] = Customer.Amount(1000) })).Is(
            HttpStatusCode.OK
        );
        var held = await shop.Held(800);
        (await shop.Pay(300)).Is(HttpStatusCode.UnprocessableEntity);
        (await shop.Cancel(held)).Is(HttpStatusCode.OK);
        var parts = await shop.Held(900);
        (await shop.Capture(parts, 200, isLast: true)).Is(HttpStatusCode.OK);
        (await shop.Pay(801)).Is(HttpStatusCode.UnprocessableEntity);
        await shop.Paid(800);

        // Nor does a withdrawal that came to nothing.
        var purse = await shop.Asha.Account(5_000);
        (await shop.Asha.Patch($"/v1/accounts/{purse}/limits", new JsonObject { ["daily"] = Customer.Amount(1000) })).Is(HttpStatusCode.OK);
        var failed = (await PaymentsServer.Withdraw(shop.Asha, purse, PaymentsServer.Phone(PaymentsServer.Number("906")), 700)).Is(
            HttpStatusCode.Created
        );
        await PaymentsServer.Until(shop.Asha, $"/v1/withdrawals/{failed["id"]}", "failed");
        // To whom it was new it is new no more that day.
        var counted = (Used: 0m, Left: 0m);
        await Eventually.TrueAsync(
            async () =>
            {
                var limits = (await shop.Asha.Get($"/v1/accounts/{purse}/limits")).Is(HttpStatusCode.OK);
                counted = (Customer.Digits(limits["daily"]!["used"]), Customer.Digits(limits["new_recipients"]!["left"]));
                return counted == (0m, 300m);
            },
            "what failed counts no more",
            () => $": {counted}"
        );

        // Nor an intent's part.
        var other = await Shop.Open(server, 2_000);
        (await other.Asha.Patch($"/v1/accounts/{other.Purse}/limits", new JsonObject { ["daily"] = Customer.Amount(1000) })).Is(
            HttpStatusCode.OK
        );
        var meant = await other.Meant(900, [Splits.Wallet(900)], new JsonObject { ["capture"] = "manual" });
        await other.Confirmed(meant);
        await other.Asha.GiveUp(meant);
        if ((string)(await other.Asha.Get($"{Splits.Path}/{meant["id"]}")).Is(HttpStatusCode.OK)["status"]! != "canceled")
            (await other.Owner.GiveUp(meant)).Is(HttpStatusCode.OK);
        await other.Paid(1000);
    }

    [Fact]
    public async Task A_payee_out_of_whose_account_nothing_may_go_captures_what_the_fee_leaves()
    {
        var shop = await Shop.Open(server, 1000, Shop.Fee("payee", "0.10"));
        var held = await shop.Held(500);
        (await shop.Owner.Post($"/v1/accounts/{shop.Till}/freeze", new JsonObject())).Is(HttpStatusCode.OK);
        var captured = (await shop.Capture(held, 200)).Is(HttpStatusCode.OK);
        Assert.Equal("authorized", (string)captured["status"]!);
        Assert.Equal((800m, 500m, 180m), await shop.Balances());
        (await shop.Capture(held)).Is(HttpStatusCode.OK);
        Assert.Equal((500m, 500m, 450m), await shop.Balances());
        Assert.Equal([270m, 180m], (await shop.Owner.Activity(shop.Till)).Select(a => Customer.Digits(a["amount"])));
        await Splits.Agrees(shop.Owner, shop.Till);
        await Splits.Agrees(shop.Asha, shop.Purse);
    }

    [Fact]
    public async Task A_cancel_whose_answer_was_lost_says_the_same_again_where_parts_were_captured()
    {
        var shop = await Shop.Open(server, 1000);
        var held = await shop.Held(500);
        (await shop.Capture(held, 100)).Is(HttpStatusCode.OK);
        var key = Guid.CreateVersion7().ToString();
        var first = (await shop.Owner.Post($"/v1/payments/{held["id"]}/cancel", key: key)).Is(HttpStatusCode.OK);
        Assert.Equal("completed", (string)first["status"]!);
        await using var owner = await server.Owner();
        // As if the process had died before it kept its answer.
        Assert.Equal(
            1,
            await owner.ExecuteAsync(
                "update platform.idempotency_keys set status = null, body = null, content_type = null, location = null where key = @key",
                new { key }
            )
        );
        var again = (await shop.Owner.Post($"/v1/payments/{held["id"]}/cancel", key: key)).Is(HttpStatusCode.OK);
        Assert.Equal("completed", (string)again["status"]!);
        (await shop.Cancel(held)).IsProblem(409, "payments.wrong_state");
    }

    [Fact]
    public async Task A_timeline_has_the_newest_and_says_where_it_leaves_older_ones_out()
    {
        var shop = await Shop.Open(server, 1000);
        var paid = await shop.Paid(10);
        await using var owner = await server.Owner();
        await owner.ExecuteAsync(
            """
            insert into payments.payment_retries (payment_id, attempt, reason, status, retried_at)
            select @id, n, 'ledger.busy', 'retried', now() - interval '1 day' from generate_series(1, 1005) as n
            """,
            new { id = (Guid)paid["id"]! }
        );
        var told = (await shop.Asha.Get($"/v1/payments/{paid["id"]}/timeline")).Is(HttpStatusCode.OK);
        var moments = told["moments"]!.AsArray();
        Assert.Equal((true, 1000), ((bool)told["has_more"]!, moments.Count));
        Assert.Equal("completed", (string)moments[^1]!["what"]!);
    }

    [Fact]
    public async Task What_comes_over_a_rail_for_an_intent_counts_as_what_leaves_the_account()
    {
        var shop = await Shop.Open(server, 5_000);
        (await shop.Asha.Patch($"/v1/accounts/{shop.Purse}/limits", new JsonObject { ["daily"] = Customer.Amount(1000) })).Is(
            HttpStatusCode.OK
        );
        var meant = await shop.Meant(1500, [Splits.Rail("mpesa", 1500)]);
        await shop.Confirmed(meant);
        var now = await shop.Until(meant, "requires_source");
        Assert.Equal("accounts.limit_exceeded", (string)now["sources"]![0]!["failure"]!["code"]!);
        await PaymentsServer.Has(shop.Asha, shop.Purse, 6_500m);
        var less = await shop.Meant(700, [Splits.Rail("mpesa", 700)]);
        await shop.Confirmed(less);
        await shop.Until(less, "succeeded");
        (await shop.Pay(301)).Is(HttpStatusCode.UnprocessableEntity);
        await shop.Paid(300);
    }

    [Fact]
    public async Task Much_money_goes_where_its_holder_has_sent_none_only_after_a_while()
    {
        var asha = await server.Someone();
        var clerk = await server.Someone("user", "operations");
        var purse = await asha.Account();
        await server.Fund(purse, 140_000);
        var phone = PaymentsServer.Phone(PaymentsServer.Number());
        (await PaymentsServer.Withdraw(asha, purse, phone, 30_001)).IsProblem(422, "accounts.limit_exceeded");
        var little = (await PaymentsServer.Withdraw(asha, purse, phone, 20_000)).Is(HttpStatusCode.Created);
        await PaymentsServer.Until(asha, $"/v1/withdrawals/{little["id"]}", "paid");
        // Nor in parts, also to several.
        var other = PaymentsServer.Phone(PaymentsServer.Number());
        (await PaymentsServer.Withdraw(asha, purse, phone, 10_001)).IsProblem(422, "accounts.limit_exceeded");
        (await PaymentsServer.Withdraw(asha, purse, other, 10_001)).IsProblem(422, "accounts.limit_exceeded");
        await using var owner = await server.Owner();
        await owner.ExecuteAsync(
            "update payments.withdrawals set paid_at = paid_at - interval '25 hours' where id = @id",
            new { id = (Guid)little["id"]! }
        );
        var much = (await PaymentsServer.Withdraw(asha, purse, phone, 50_001)).Is(HttpStatusCode.Created);
        (await clerk.Post($"/v1/operations/withdrawals/{much["id"]}/reject")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_was_said_to_rails_goes_after_its_time_and_calls_stay()
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        var made = (await PaymentsServer.TopUp(asha, purse, "mpesa", PaymentsServer.Number(), 15)).Is(HttpStatusCode.Created);
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{made["id"]}", "completed");
        var call = (await server.CallOf((Guid)made["id"]!)).Id;
        await using var owner = await server.Owner();
        var old = Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-397));
        await owner.ExecuteAsync(
            """
            insert into payments.provider_messages (id, call_id, kind, what, at) values (@old, @call, 'request', 'stk push', now() - interval '397 days');
            update payments.callback_tokens set made_at = now() - interval '397 days' where call_id = @call;
            """,
            new { old, call }
        );
        var before = await Messages();
        await (await server.App).Services.GetRequiredService<MessageSweeper>().Run(CancellationToken.None);
        Assert.Equal((before.Messages - 1, 0), await Messages());
        Assert.Equal("succeeded", (await server.CallOf((Guid)made["id"]!)).Status);

        async Task<(int Messages, int Tokens)> Messages() =>
            await owner.QuerySingleAsync<(int, int)>(
                """
                select (select count(*)::int from payments.provider_messages where call_id = @call),
                       (select count(*)::int from payments.callback_tokens where call_id = @call)
                """,
                new { call }
            );
    }
}
