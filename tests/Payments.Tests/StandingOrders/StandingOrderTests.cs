using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.StandingOrders;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.StandingOrders;

public sealed class StandingOrderTests(PaymentsServer server)
{
    [Fact]
    public async Task What_is_due_today_is_paid_once_however_many_work_at_it()
    {
        var (asha, juma, purse, till) = await Two(1_000);
        var made = (await Set(asha, purse, till, 100, "month")).Is(HttpStatusCode.Created);
        var id = (Guid)made["id"]!;
        var today = (string)made["next_due"]!;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Work()));
        var run = Assert.Single(await Runs(asha, id));
        Assert.Equal(("paid", today), ((string)run["status"]!, (string)run["due"]!));
        var payment = (await asha.Get($"/v1/payments/{run["payment"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(("completed", "Rent"), ((string)payment["status"]!, (string)payment["description"]!));
        await PaymentsServer.Has(juma, till, 100m);
        await PaymentsServer.Has(asha, purse, 900m);
        var now = (await asha.Get($"/v1/standing-orders/{id}")).Is(HttpStatusCode.OK);
        Assert.Equal(("active", 1), ((string)now["status"]!, (int)now["come"]!));
        Assert.NotEqual(today, (string)now["next_due"]!);
    }

    [Fact]
    public async Task Whatever_its_row_is_made_to_say_a_date_is_not_paid_twice()
    {
        var (asha, juma, purse, till) = await Two(1_000);
        var id = (Guid)(await Set(asha, purse, till, 100, "day")).Is(HttpStatusCode.Created)["id"]!;
        await Work();
        await PaymentsServer.Has(juma, till, 100m);
        // As if the process had died and somebody had put back what it knew.
        await Change(
            "update payments.standing_order_runs set status = 'pending', payment_id = null, attempts = 3 where order_id = @id",
            id
        );
        await Work();
        await Work();
        await PaymentsServer.Has(juma, till, 100m);
        Assert.Single((await asha.Get($"/v1/payments?account={purse}")).Is(HttpStatusCode.OK)["data"]!.AsArray());
    }

    [Fact]
    public async Task Without_money_it_is_tried_again_and_paid_when_there_is_some()
    {
        var (asha, juma, purse, till) = await Two(0);
        var id = (Guid)(await Set(asha, purse, till, 100, "day")).Is(HttpStatusCode.Created)["id"]!;
        await Work();
        var run = Assert.Single(await Runs(asha, id));
        Assert.Equal(
            ("pending", 1, "ledger.insufficient_funds"),
            ((string)run["status"]!, (int)run["attempts"]!, (string)run["failure_code"]!)
        );
        await Work();
        Assert.Equal(1, (int)Assert.Single(await Runs(asha, id))["attempts"]!);
        await server.Fund(purse, 150);
        // The first try is made again, as by one who died before writing down that it was refused: it stays refused.
        await Change("update payments.standing_order_runs set attempts = 0, next_try_at = now() where order_id = @id", id);
        await Work();
        await Later(id);
        await Work();
        Assert.Equal("paid", (string)Assert.Single(await Runs(asha, id))["status"]!);
        await PaymentsServer.Has(juma, till, 100m);
        Assert.Single((await asha.Get($"/v1/payments?account={purse}")).Is(HttpStatusCode.OK)["data"]!.AsArray());
    }

    [Fact]
    public async Task A_date_fails_after_so_many_tries_and_the_order_pauses_after_so_many_dates()
    {
        var (asha, juma, purse, till) = await Two(0);
        var id = (Guid)(await Set(asha, purse, till, 100, "day")).Is(HttpStatusCode.Created)["id"]!;
        await StartedBefore(id, days: 2);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            await Work();
            await Later(id);
        }

        Assert.All(await Runs(asha, id), r => Assert.Equal(("failed", 4), ((string)r["status"]!, (int)r["attempts"]!)));
        var paused = (await asha.Get($"/v1/standing-orders/{id}")).Is(HttpStatusCode.OK);
        Assert.Equal(("paused", "failures", 3), ((string)paused["status"]!, (string)paused["paused_why"]!, (int)paused["come"]!));
        await using (var owner = await server.Owner())
        {
            var told = await owner.QueryAsync<string>(
                // It stands in both for the moment between its number and its removal.
                """
                select e.type from (select id, type from platform.events where key = @key union select id, type from payments.outbox where key = @key) as e
                """,
                new { key = id.ToString() }
            );
            Assert.Equal(3, told.Count(t => t == "payments.standing_order.failed.v1"));
            Assert.Contains("payments.standing_order.paused.v1", told);
        }

        await server.Fund(purse, 1_000);
        await Work();
        await PaymentsServer.Has(juma, till, 0m);
        var resumed = (await asha.Post($"/v1/standing-orders/{id}/resume")).Is(HttpStatusCode.OK);
        Assert.Equal("active", (string)resumed["status"]!);
    }

    [Fact]
    public async Task Dates_that_were_slept_through_are_made_up_for_a_month_back()
    {
        var (asha, juma, purse, till) = await Two(1_000);
        var id = (Guid)(await Set(asha, purse, till, 1, "day")).Is(HttpStatusCode.Created)["id"]!;
        await StartedBefore(id, days: 40);
        await Task.WhenAll(Work(), Work());
        await Work();
        var runs = await Runs(asha, id);
        Assert.Equal(
            (41, 32, 9),
            (runs.Count, runs.Count(r => (string)r["status"]! == "paid"), runs.Count(r => (string)r["status"]! == "missed"))
        );
        Assert.Equal(runs.Select(r => (string)r["due"]!).OrderDescending(StringComparer.Ordinal), runs.Select(r => (string)r["due"]!));
        await PaymentsServer.Has(juma, till, 32m);
    }

    [Fact]
    public async Task Work_that_is_cut_off_is_gone_on_with()
    {
        var (asha, juma, purse, till) = await Two(1_000);
        var ids = new List<Guid>();
        for (var i = 0; i < 12; i++)
            ids.Add((Guid)(await Set(asha, purse, till, 10, "week")).Is(HttpStatusCode.Created)["id"]!);
        for (var cut = 1; cut <= 8; cut++)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(cut * 3));
            try
            {
                await (await server.App).Services.GetRequiredService<DueOrders>().Make(stop.Token);
            }
            catch (OperationCanceledException)
            {
                // As wanted.
            }
        }

        await Work();
        foreach (var id in ids)
            Assert.Equal("paid", (string)Assert.Single(await Runs(asha, id))["status"]!);
        await PaymentsServer.Has(juma, till, 120m);
    }

    [Fact]
    public async Task Its_owner_pauses_skips_and_ends_it()
    {
        var (asha, juma, purse, till) = await Two(1_000);
        var made = (await Set(asha, purse, till, 100, "day", new JsonObject { ["times"] = 2 })).Is(HttpStatusCode.Created);
        var (id, first) = ((Guid)made["id"]!, DateOnly.Parse((string)made["next_due"]!, System.Globalization.CultureInfo.InvariantCulture));
        (await asha.Post($"/v1/standing-orders/{id}/resume")).Is(HttpStatusCode.OK);
        var skipped = (await asha.Post($"/v1/standing-orders/{id}/skip")).Is(HttpStatusCode.OK);
        Assert.Equal(($"{first.AddDays(1):yyyy-MM-dd}", 0), ((string)skipped["next_due"]!, (int)skipped["come"]!));
        Assert.Equal("skipped", (string)Assert.Single(await Runs(asha, id))["status"]!);
        Assert.Equal("paused", (string)(await asha.Post($"/v1/standing-orders/{id}/pause")).Is(HttpStatusCode.OK)["status"]!);
        (await asha.Post($"/v1/standing-orders/{id}/pause")).Is(HttpStatusCode.OK);
        await Work();
        await PaymentsServer.Has(juma, till, 0m);

        foreach (var path in new[] { "", "/runs" })
            (await juma.Get($"/v1/standing-orders/{id}{path}")).IsProblem(404, "payments.no_such_standing_order");
        (await juma.Post($"/v1/standing-orders/{id}/end")).IsProblem(404, "payments.no_such_standing_order");
        Assert.Equal("ended", (string)(await asha.Post($"/v1/standing-orders/{id}/end")).Is(HttpStatusCode.OK)["status"]!);
        (await asha.Post($"/v1/standing-orders/{id}/end")).Is(HttpStatusCode.OK);
        (await asha.Post($"/v1/standing-orders/{id}/resume")).IsProblem(409, "payments.standing_order_state");
        (await asha.Post($"/v1/standing-orders/{id}/skip")).IsProblem(409, "payments.standing_order_state");
        Assert.Single((await asha.Get($"/v1/standing-orders?account={purse}&status=ended")).Is(HttpStatusCode.OK)["data"]!.AsArray());
    }

    [Fact]
    public async Task It_ends_after_its_times_and_what_could_never_be_due_is_refused()
    {
        var (asha, juma, purse, till) = await Two(1_000);
        var id = (Guid)(await Set(asha, purse, till, 10, "day", new JsonObject { ["times"] = 3 })).Is(HttpStatusCode.Created)["id"]!;
        await StartedBefore(id, days: 5);
        await Work();
        Assert.Equal("ended", (string)(await asha.Get($"/v1/standing-orders/{id}")).Is(HttpStatusCode.OK)["status"]!);
        Assert.Equal(3, (await Runs(asha, id)).Count);
        await PaymentsServer.Has(juma, till, 30m);

        var never = new JsonObject
        {
            ["day"] = 5,
            ["starts_on"] = "2030-01-06",
            ["ends_on"] = "2030-01-31",
        };
        (await Set(asha, purse, till, 10, "month", never)).IsProblem(422, "payments.no_due_date", "ends_on");
        (await Set(asha, purse, till, 10, "week", new JsonObject { ["day"] = 5 })).IsProblem(400, "platform.invalid_request", "day");
        (await Set(asha, purse, till, 10, "month", new JsonObject { ["starts_on"] = "2020-01-01" })).IsProblem(
            400,
            "platform.invalid_request",
            "starts_on"
        );
        (await Set(asha, purse, purse, 10, "month")).IsProblem(422, "payments.same_account", "to");
        (await Set(asha, till, purse, 10, "month")).IsProblem(404, "accounts.no_such_account", "from");
        (await Set(asha, purse, Guid.CreateVersion7(), 10, "month")).IsProblem(422, "payments.no_such_payee", "to");
    }

    async Task<(Customer Asha, Customer Juma, Guid Purse, Guid Till)> Two(decimal funds)
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        return (asha, juma, await asha.Account(funds), await juma.Account());
    }

    static Task<Reply> Set(Customer owner, Guid from, Guid to, decimal amount, string every, JsonObject? more = null)
    {
        var body = new JsonObject
        {
            ["from"] = from,
            ["to"] = new JsonObject { ["account"] = to },
            ["amount"] = Customer.Amount(amount),
            ["every"] = every,
            ["description"] = "Rent",
        };
        foreach (var (name, value) in more ?? [])
            body[name] = value?.DeepClone();
        return owner.Post("/v1/standing-orders", body);
    }

    static async Task<List<JsonNode>> Runs(Customer owner, Guid order) =>
        [.. (await owner.Get($"/v1/standing-orders/{order}/runs?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(r => r!)];

    async Task Work() => await (await server.App).Services.GetRequiredService<DueOrders>().Make(TestContext.Current.CancellationToken);

    Task Later(Guid order) => Change("update payments.standing_order_runs set next_try_at = now() where order_id = @id", order);

    Task StartedBefore(Guid order, int days) =>
        Change(
            $"""
            update payments.standing_orders
               set starts_on = starts_on - {days}, next_due = next_due - {days}
             where id = @id
            """,
            order
        );

    async Task Change(string sql, Guid id)
    {
        await using var owner = await server.Owner();
        await owner.ExecuteAsync(sql, new { id });
    }
}
