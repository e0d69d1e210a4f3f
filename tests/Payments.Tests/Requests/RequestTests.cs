using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Requests;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Requests;

public sealed class RequestTests(PaymentsServer server)
{
    [Fact]
    public async Task Who_is_asked_sees_it_and_pays_it_once()
    {
        var (asha, juma, purse, till) = await Two();
        var made = (await Ask(asha, till, await juma.NumberOf(purse), 250, new JsonObject { ["reference"] = "INV-7" })).Is(
            HttpStatusCode.Created
        );
        var id = (Guid)made["id"]!;
        Assert.Equal(("open", "asker", till), ((string)made["status"]!, (string)made["side"]!, (Guid)made["account"]!));
        var seen = Assert.Single((await juma.Get("/v1/payment-requests?role=asked")).Is(HttpStatusCode.OK)["data"]!.AsArray())!;
        Assert.Equal((id, "asked"), ((Guid)seen["id"]!, (string)seen["side"]!));
        Assert.Null(seen["account"]);
        Assert.Empty((await juma.Get("/v1/payment-requests")).Is(HttpStatusCode.OK)["data"]!.AsArray());

        (await Pay(juma, id, purse, 249)).IsProblem(400, "platform.invalid_request", "amount");
        (await Pay(asha, id, till)).IsProblem(403, "payments.not_asked");
        var key = Guid.CreateVersion7().ToString();
        var payment = (await Pay(juma, id, purse, key: key)).Is(HttpStatusCode.Created);
        Assert.Equal(("payment", "INV-7"), ((string)payment["object"]!, (string)payment["reference"]!));
        Assert.True((await Pay(juma, id, purse, key: key)).IsReplayed);
        (await Pay(juma, id, purse)).IsProblem(409, "payments.request_not_open", "request");
        var paid = (await asha.Get($"/v1/payment-requests/{id}")).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("paid", (Guid)payment["id"]!, 250m),
            ((string)paid["status"]!, (Guid)paid["payment"]!, Customer.Digits(paid["paid"]))
        );
        await PaymentsServer.Has(asha, till, 250m);
        await PaymentsServer.Has(juma, purse, 750m);
    }

    [Fact]
    public async Task However_many_pay_at_once_it_is_paid_once()
    {
        var (asha, juma, purse, till) = await Two();
        var id = await Asked(asha, till, null, 100);
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Pay(juma, id, purse)));
        Assert.Single(replies, r => r.Status == HttpStatusCode.Created);
        Assert.All(replies.Where(r => r.Status != HttpStatusCode.Created), r => r.IsProblem(409, "payments.request_not_open"));
        await PaymentsServer.Has(asha, till, 100m);
        await PaymentsServer.Has(juma, purse, 900m);
    }

    [Fact]
    public async Task Paid_or_declined_at_the_same_time_it_is_one_of_them()
    {
        var (asha, juma, purse, till) = await Two();
        var number = await juma.NumberOf(purse);
        var paid = 0m;
        for (var round = 0; round < 5; round++)
        {
            var id = await Asked(asha, till, number, 10);
            var (pay, decline) = (Pay(juma, id, purse), juma.Post($"/v1/payment-requests/{id}/decline"));
            var (isPaid, isDeclined) = ((await pay).Status == HttpStatusCode.Created, (await decline).Status == HttpStatusCode.OK);
            Assert.NotEqual(isPaid, isDeclined);
            var now = (string)(await asha.Get($"/v1/payment-requests/{id}")).Is(HttpStatusCode.OK)["status"]!;
            Assert.Equal(isPaid ? "paid" : "declined", now);
            paid += isPaid ? 10 : 0;
        }

        await PaymentsServer.Has(asha, till, paid);
    }

    [Fact]
    public async Task The_payer_says_how_much_within_what_is_asked_for()
    {
        var (asha, juma, purse, till) = await Two();
        var body = new JsonObject
        {
            ["account"] = till,
            ["least"] = Customer.Amount(50),
            ["most"] = Customer.Amount(80),
        };
        var id = (Guid)(await asha.Post("/v1/payment-requests", body)).Is(HttpStatusCode.Created)["id"]!;
        (await Pay(juma, id, purse)).IsProblem(400, "platform.invalid_request", "amount");
        (await Pay(juma, id, purse, 49.99m)).IsProblem(400, "platform.invalid_request", "amount");
        (await Pay(juma, id, purse, 80.01m)).IsProblem(400, "platform.invalid_request", "amount");
        (await Pay(juma, id, purse, 60)).Is(HttpStatusCode.Created);
        await PaymentsServer.Has(asha, till, 60m);
        body["most"] = Customer.Amount(40);
        (await asha.Post("/v1/payment-requests", body)).IsProblem(400, "platform.invalid_request", "most");
        body["amount"] = Customer.Amount(60);
        (await asha.Post("/v1/payment-requests", body)).IsProblem(400, "platform.invalid_request");
    }

    [Fact]
    public async Task A_payment_that_is_refused_leaves_it_open()
    {
        var (asha, juma, purse, till) = await Two();
        var id = await Asked(asha, till, null, 1_500);
        (await Pay(juma, id, purse)).IsProblem(402, "ledger.insufficient_funds");
        Assert.Equal("open", (string)(await juma.Get($"/v1/payment-requests/{id}")).Is(HttpStatusCode.OK)["status"]!);
        await server.Fund(purse, 600);
        (await Pay(juma, id, purse)).Is(HttpStatusCode.Created);
        await PaymentsServer.Has(asha, till, 1_500m);
    }

    [Fact]
    public async Task Each_side_ends_it_in_its_own_way_and_others_find_nothing()
    {
        var (asha, juma, purse, till) = await Two();
        var (number, other) = (await juma.NumberOf(purse), await server.Someone());
        var first = await Asked(asha, till, number, 10);
        (await other.Get($"/v1/payment-requests/{first}")).IsProblem(404, "payments.no_such_request");
        (await Pay(other, first, await other.Account(100))).IsProblem(404, "payments.no_such_request");
        (await juma.Post($"/v1/payment-requests/{first}/cancel")).IsProblem(403, "payments.not_asker");
        (await asha.Post($"/v1/payment-requests/{first}/decline")).IsProblem(403, "payments.not_asked");
        Assert.Equal("cancelled", (string)(await asha.Post($"/v1/payment-requests/{first}/cancel")).Is(HttpStatusCode.OK)["status"]!);
        (await asha.Post($"/v1/payment-requests/{first}/cancel")).Is(HttpStatusCode.OK);
        (await juma.Post($"/v1/payment-requests/{first}/decline")).IsProblem(409, "payments.request_not_open");
        (await Pay(juma, first, purse)).IsProblem(409, "payments.request_not_open");

        var second = await Asked(asha, till, number, 10);
        Assert.Equal("declined", (string)(await juma.Post($"/v1/payment-requests/{second}/decline")).Is(HttpStatusCode.OK)["status"]!);
        var listed = (await asha.Get("/v1/payment-requests?status=declined")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(second, (Guid)Assert.Single(listed)!["id"]!);
        await PaymentsServer.Has(asha, till, 0m);
    }

    [Fact]
    public async Task One_whose_time_is_over_is_expired_before_and_after_the_job()
    {
        var (asha, juma, purse, till) = await Two();
        var id = await Asked(asha, till, null, 10);
        await using (var owner = await server.Owner())
        {
            await owner.ExecuteAsync(
                "update payments.payment_requests set expires_at = now() - interval '1 second' where id = @id",
                new { id }
            );
        }

        Assert.Equal("expired", (string)(await asha.Get($"/v1/payment-requests/{id}")).Is(HttpStatusCode.OK)["status"]!);
        (await Pay(juma, id, purse)).IsProblem(409, "payments.request_not_open");
        await (await server.App).Services.GetRequiredService<RequestDesk>().Expire(TestContext.Current.CancellationToken);
        await using var connection = await server.Owner();
        Assert.Equal(
            "expired",
            await connection.QuerySingleAsync<string>("select status from payments.payment_requests where id = @id", new { id })
        );
        (await asha.Post($"/v1/payment-requests/{id}/cancel")).IsProblem(409, "payments.request_not_open");
    }

    [Fact]
    public async Task Nobody_is_asked_too_often_or_by_whom_they_have_blocked()
    {
        var (asha, juma, purse, till) = await Two();
        var number = await juma.NumberOf(purse);
        var nobody = (await Ask(asha, till, "nobody@example.com", 10)).IsProblem(422, "payments.nobody_to_ask", "to");
        (await Ask(asha, till, await asha.NumberOf(till), 10)).IsProblem(422, "payments.nobody_to_ask", "to");
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Ask(asha, till, number, 10)));
        Assert.Equal(5, asked.Count(r => r.Status == HttpStatusCode.Created));
        Assert.All(asked.Where(r => r.Status != HttpStatusCode.Created), r => r.IsProblem(429, "payments.too_many_requests"));

        var one = (Guid)asked.First(r => r.Status == HttpStatusCode.Created).Json["id"]!;
        (await asha.Post($"/v1/payment-requests/{one}/block")).IsProblem(403, "payments.not_asked");
        var block = (await juma.Post($"/v1/payment-requests/{one}/block")).Is(HttpStatusCode.OK);
        (await juma.Post($"/v1/payment-requests/{one}/block")).Is(HttpStatusCode.OK);
        foreach (var open in asked.Where(r => r.Status == HttpStatusCode.Created))
            (await asha.Post($"/v1/payment-requests/{open.Json["id"]}/cancel")).Is(HttpStatusCode.OK);
        var refused = (await Ask(asha, till, number, 10)).IsProblem(422, "payments.nobody_to_ask", "to");
        Assert.Equal((string)nobody["detail"]!, (string)refused["detail"]!);
        (await asha.Delete($"/v1/payment-request-blocks/{block["id"]}")).IsProblem(404, "payments.no_such_block");
        Assert.Single((await juma.Get("/v1/payment-request-blocks")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        Assert.Equal(HttpStatusCode.NoContent, (await juma.Delete($"/v1/payment-request-blocks/{block["id"]}")).Status);
        (await Ask(asha, till, number, 10)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_merchants_key_asks_and_its_people_see_it()
    {
        var (owner, juma) = (await server.Someone(), await server.Someone());
        var duka = await owner.Organization();
        var (till, purse) = (await owner.Account(organization: duka), await juma.Account(500));
        using var key = await owner.Key("organization", duka, "live", "payments.own", "accounts.own");
        var body = new JsonObject { ["account"] = till, ["amount"] = Customer.Amount(75) };
        var made = (await Customer.Send(key, HttpMethod.Post, "/v1/payment-requests", body)).Is(HttpStatusCode.Created);
        Assert.True((bool)made["is_for_anybody"]!);
        Assert.Equal("asker", (string)(await owner.Get($"/v1/payment-requests/{made["id"]}")).Is(HttpStatusCode.OK)["side"]!);
        Assert.Equal("anybody", (string)(await juma.Get($"/v1/payment-requests/{made["id"]}")).Is(HttpStatusCode.OK)["side"]!);
        (await Pay(juma, (Guid)made["id"]!, purse)).Is(HttpStatusCode.Created);
        await PaymentsServer.Has(owner, till, 75m);
    }

    async Task<(Customer Asha, Customer Juma, Guid Purse, Guid Till)> Two()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        return (asha, juma, await juma.Account(1000), await asha.Account());
    }

    static Task<Reply> Ask(Customer asker, Guid account, string? to, decimal amount, JsonObject? more = null)
    {
        var body = new JsonObject
        {
            ["account"] = account,
            ["to"] = to,
            ["amount"] = Customer.Amount(amount),
        };
        foreach (var (name, value) in more ?? [])
            body[name] = value?.DeepClone();
        return asker.Post("/v1/payment-requests", body);
    }

    static async Task<Guid> Asked(Customer asker, Guid account, string? to, decimal amount) =>
        (Guid)(await Ask(asker, account, to, amount)).Is(HttpStatusCode.Created)["id"]!;

    static Task<Reply> Pay(Customer payer, Guid request, Guid purse, decimal? amount = null, string? key = null) =>
        payer.Post(
            $"/v1/payment-requests/{request}/pay",
            new JsonObject { ["payer"] = purse, ["amount"] = amount is { } some ? Customer.Amount(some) : null },
            key
        );
}
