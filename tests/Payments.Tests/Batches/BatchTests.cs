using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Batches;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Batches;

public sealed class BatchTests(PaymentsServer server)
{
    const string Head = "type,to,bank,name,amount,currency,reference";

    [Fact]
    public async Task A_file_is_shown_confirmed_by_one_approved_by_another_and_paid_line_by_line()
    {
        var firm = await Firm(10_000);
        var juma = await server.Someone();
        var purse = await juma.Account();
        var (phone, bank) = (PaymentsServer.Number(), PaymentsServer.Number());
        var file = File(
            $"account,{await juma.NumberOf(purse)},,,500.50,KES,=1+1",
            $"phone,{phone},,,300,KES,March",
            $"bank,{bank},07,{server.Rails.NameOf(bank)},200,KES,",
            $"bank,{bank},07,Somebody Else,100,KES,wrong name"
        );
        var made = (await Upload(firm.Owner, firm.Till, file)).Is(HttpStatusCode.Created);
        Assert.Equal(("validated", 4, 1_100.50m), ((string)made["status"]!, (int)made["lines"]!, Customer.Digits(made["total"])));
        var path = $"/v1/payout-batches/{made["id"]}";
        (await firm.Finance.Post($"{path}/approve")).IsProblem(409, "payments.payout_batch_state");
        Assert.Equal("confirmed", (string)(await firm.Owner.Post($"{path}/confirm")).Is(HttpStatusCode.OK)["status"]!);
        (await firm.Owner.Post($"{path}/approve")).IsProblem(403, "payments.second_person");
        await Work();
        await PaymentsServer.Has(firm.Owner, firm.Till, 10_000m);
        var approved = (await firm.Finance.Post($"{path}/approve")).Is(HttpStatusCode.OK);
        Assert.Equal(("running", firm.Finance.Id), ((string)approved["status"]!, (Guid)approved["decided_by"]!));
        (await firm.Finance.Post($"{path}/approve")).IsProblem(409, "payments.payout_batch_state");

        var ended = await Ended(firm.Owner, path);
        Assert.Equal("partly_failed", (string)ended["status"]!);
        Assert.Equal((3, 1), ((int)ended["progress"]!["paid"]!, (int)ended["progress"]!["failed"]!));
        Assert.Equal(1_000.50m, Customer.Digits(ended["progress"]!["paid_amount"]));
        await PaymentsServer.Has(firm.Owner, firm.Till, 8_999.50m);
        await PaymentsServer.Has(juma, purse, 500.50m);
        var rows = (await firm.Owner.Get($"{path}/rows")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal([2, 3, 4, 5], rows.Select(r => (int)r!["line"]!));
        Assert.Equal("payments.name_mismatch", (string)rows[3]!["failure_code"]!);
        Assert.Single((await firm.Owner.Get($"{path}/rows?status=failed")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        var result = (await firm.Owner.Get($"{path}/result")).Text.Split("\r\n");
        Assert.StartsWith("2,account,••••••••", result[1], StringComparison.Ordinal);
        Assert.Contains(",'=1+1,paid,", result[1], StringComparison.Ordinal);
        Assert.DoesNotContain(phone, string.Concat(result), StringComparison.Ordinal);
        await using var owner = await server.Owner();
        Assert.Equal(
            0,
            await owner.QuerySingleAsync<int>(
                "select count(*)::int from payments.payout_rows where batch_id = @id and target is not null",
                new { id = (Guid)made["id"]! }
            )
        );
    }

    [Fact]
    public async Task A_file_that_nobody_decides_on_is_cancelled_and_whom_it_names_forgotten()
    {
        var firm = await Firm(1_000);
        var file = File($"phone,{PaymentsServer.Number()},,,300,KES,");
        var made = (await Upload(firm.Owner, firm.Till, file)).Is(HttpStatusCode.Created);
        var (path, id) = ($"/v1/payout-batches/{made["id"]}", (Guid)made["id"]!);
        var due = (await server.App).Services.GetRequiredService<DuePayouts>();
        await due.Abandon(CancellationToken.None);
        Assert.Equal("validated", (string)(await firm.Owner.Get(path)).Is(HttpStatusCode.OK)["status"]!);
        await using var owner = await server.Owner();
        await owner.ExecuteAsync("update payments.payout_batches set updated_at = now() - interval '31 days' where id = @id", new { id });
        await due.Abandon(CancellationToken.None);
        Assert.Equal("canceled", (string)(await firm.Owner.Get(path)).Is(HttpStatusCode.OK)["status"]!);
        Assert.Equal(
            0,
            await owner.QuerySingleAsync<int>(
                "select count(*)::int from payments.payout_rows where batch_id = @id and target is not null",
                new { id }
            )
        );
    }

    [Fact]
    public async Task A_file_with_errors_says_each_and_nothing_becomes_of_it()
    {
        var firm = await Firm(100);
        var file = File(
            "phone,0512345678,,,100,KES,",
            "phone,0712345678,,,10.50,KES,",
            "account,101,,,5,KES,",
            $"account,{await firm.Owner.NumberOf(firm.Till)},,,5,KES,",
            "bank,1234567890,07,Juma Otieno,1000000,KES,"
        );
        var made = (await Upload(firm.Owner, firm.Till, file)).Is(HttpStatusCode.Created);
        Assert.Equal(("invalid", 5, 5), ((string)made["status"]!, (int)made["lines"]!, (int)made["error_count"]!));
        Assert.Equal(
            ["2 to wrong_format", "3 amount too_many_digits", "4 to wrong_format", "5 to same_account", "6 amount rail_limit"],
            made["errors"]!.AsArray().Select(e => $"{e!["line"]} {e["column"]} {e["code"]}")
        );
        (await firm.Owner.Post($"/v1/payout-batches/{made["id"]}/confirm")).IsProblem(409, "payments.payout_batch_state");
        (await Upload(firm.Owner, firm.Till, "to,amount\n1,2")).IsProblem(422, "payments.payout_file_not_read");
        (await Upload(firm.Owner, firm.Till, Head + "\nphone,\"07")).IsProblem(422, "payments.payout_file_not_read", "2.to");
        (await Upload(firm.Owner, Guid.CreateVersion7(), file)).IsProblem(404, "accounts.no_such_account", "account");
        (await Upload(firm.Owner, firm.Till, new string('x', PayoutFile.MostBytes + 1))).IsProblem(413, "platform.too_large");
    }

    [Fact]
    public async Task The_same_file_is_noticed_unless_it_is_meant()
    {
        var firm = await Firm(100);
        var file = File($"phone,{PaymentsServer.Number()},,,10,KES,");
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Upload(firm.Owner, firm.Till, file)));
        var first = Assert.Single(replies, r => r.Status == HttpStatusCode.Created).Json;
        var known = replies.First(r => r.Status != HttpStatusCode.Created).IsProblem(409, "payments.payout_file_known", "again");
        Assert.Contains((string)first["id"]!, (string)known["detail"]!, StringComparison.Ordinal);
        (await Upload(firm.Finance, firm.Till, file, "&again=true")).Is(HttpStatusCode.Created);
        var other = await Firm(100);
        (await Upload(other.Owner, other.Till, file)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task It_is_nobody_elses_and_operations_decide_where_there_is_no_second_person()
    {
        var (asha, stranger, clerk) = (await server.Someone(), await server.Someone(), await server.Someone("user", "operations"));
        var purse = await asha.Account(500);
        var made = (await Upload(asha, purse, File($"phone,{PaymentsServer.Number()},,,50,KES,"))).Is(HttpStatusCode.Created);
        var path = $"/v1/payout-batches/{made["id"]}";
        foreach (var what in new[] { "", "/rows", "/result" })
            (await stranger.Get(path + what)).IsProblem(404, "payments.no_such_payout_batch");
        foreach (var what in new[] { "/confirm", "/approve", "/cancel" })
            (await stranger.Post(path + what)).IsProblem(404, "payments.no_such_payout_batch");
        Assert.Empty((await stranger.Get("/v1/payout-batches")).Is(HttpStatusCode.OK)["data"]!.AsArray());

        (await asha.Post($"{path}/confirm")).Is(HttpStatusCode.OK);
        var listed = (await clerk.Get("/v1/operations/payout-batches?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Contains(listed, b => (string)b!["id"]! == (string)made["id"]!);
        var decided = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => clerk.Post($"/v1/operations/payout-batches/{made["id"]}/approve"))
        );
        Assert.Single(decided, d => d.Status == HttpStatusCode.OK);
        Assert.Equal("completed", (string)(await Ended(asha, path))["status"]!);
        await PaymentsServer.Has(asha, purse, 450m);

        var own = await clerk.Account(500);
        var theirs = (await Upload(clerk, own, File($"phone,{PaymentsServer.Number()},,,50,KES,"))).Is(HttpStatusCode.Created);
        (await clerk.Post($"/v1/payout-batches/{theirs["id"]}/confirm")).Is(HttpStatusCode.OK);
        (await clerk.Post($"/v1/operations/payout-batches/{theirs["id"]}/approve")).IsProblem(403, "payments.second_person");
        var chief = await server.Someone("user", "admin");
        var rejected = (await chief.Post($"/v1/operations/payout-batches/{theirs["id"]}/reject")).Is(HttpStatusCode.OK);
        Assert.Equal("rejected", (string)rejected["status"]!);
        (await clerk.Post($"/v1/payout-batches/{theirs["id"]}/cancel")).IsProblem(409, "payments.payout_batch_state");
    }

    [Fact]
    public async Task Work_that_is_cut_off_or_done_by_two_pays_each_line_once()
    {
        var firm = await Firm(10_000);
        var juma = await server.Someone();
        var purse = await juma.Account();
        var number = await juma.NumberOf(purse);
        var lines = Enumerable.Range(0, 40).Select(i => $"account,{number},,,{i + 1},KES,{i}");
        var phones = Enumerable.Range(0, 6).Select(_ => PaymentsServer.Number()).ToList();
        var made = (await Upload(firm.Owner, firm.Till, File([.. lines, .. phones.Select(p => $"phone,{p},,,100,KES,")]))).Is(
            HttpStatusCode.Created
        );
        var (id, path) = ((Guid)made["id"]!, $"/v1/payout-batches/{made["id"]}");
        await using var owner = await server.Owner();
        var target = await owner.QuerySingleAsync<byte[]>(
            "select target from payments.payout_rows where batch_id = @id and line = 2",
            new { id }
        );
        await Approve(firm, path);
        for (var cut = 1; cut <= 6; cut++)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(cut * 4));
            try
            {
                await Task.WhenAll(Work(stop.Token), Work(stop.Token));
            }
            catch (OperationCanceledException)
            {
                // As wanted.
            }
        }

        Assert.Equal("completed", (string)(await Ended(firm.Owner, path))["status"]!);
        // A line of which nobody knows any more that it was paid is not paid again.
        await owner.ExecuteAsync(
            """
            update payments.payout_batches set status = 'running' where id = @id;
            update payments.payout_rows set status = 'pending', payment_id = null, attempts = 2, target = @target where batch_id = @id and line = 2
            """,
            new { id, target }
        );
        await Work();
        await owner.ExecuteAsync(
            "update payments.payout_rows set status = 'paid', payment_id = id where batch_id = @id and status = 'pending'",
            new { id }
        );
        await PaymentsServer.Has(juma, purse, 820m);
        await PaymentsServer.Has(firm.Owner, firm.Till, 10_000m - 820m - 600m);
        Assert.Equal(6, server.Rails.Book.Entries.Count(e => phones.Contains(e.Party)));
    }

    [Fact]
    public async Task Lines_beyond_what_there_is_fail_and_those_before_are_paid()
    {
        var firm = await Firm(100);
        var juma = await server.Someone();
        var purse = await juma.Account();
        var number = await juma.NumberOf(purse);
        var path = await Approved(firm, File([.. Enumerable.Range(0, 5).Select(i => $"account,{number},,,40,KES,{i}")]));
        var ended = await Ended(firm.Owner, path);
        Assert.Equal(
            ("partly_failed", 2, 3),
            ((string)ended["status"]!, (int)ended["progress"]!["paid"]!, (int)ended["progress"]!["failed"]!)
        );
        var failed = (await firm.Owner.Get($"{path}/rows?status=failed")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.All(failed, r => Assert.Equal("ledger.insufficient_funds", (string)r!["failure_code"]!));
        await PaymentsServer.Has(juma, purse, 80m);
        Assert.Equal(2, (await firm.Owner.Get($"/v1/payments?account={firm.Till}")).Is(HttpStatusCode.OK)["data"]!.AsArray().Count);
    }

    sealed record Company(Customer Owner, Customer Finance, Guid Id, Guid Till);

    [Fact]
    public async Task A_line_that_costs_more_than_was_decided_on_is_not_made()
    {
        var firm = await Firm(1_000);
        var phone = PaymentsServer.Number();
        var made = (await Upload(firm.Owner, firm.Till, File($"phone,{phone},,,300,KES,"))).Is(HttpStatusCode.Created);
        await Funding.RailFeeTests.Charge(
            server,
            firm.Owner,
            "organization",
            firm.Id,
            "withdrawal",
            Funding.RailFeeTests.OnTop("mpesa", "25")
        );
        var question = new JsonObject
        {
            ["from"] = firm.Till,
            ["to"] = PaymentsServer.Phone(phone),
            ["amount"] = Customer.Amount(300),
        };
        await Eventually.TrueAsync(
            async () => Customer.Digits((await firm.Owner.Post("/v1/withdrawals/quote", question)).Is(HttpStatusCode.OK)["fee"]) == 25m,
            "the fee holds"
        );
        var path = $"/v1/payout-batches/{made["id"]}";
        await Approve(firm, path);
        Assert.Equal("partly_failed", (string)(await Ended(firm.Owner, path))["status"]!);
        var row = (await firm.Owner.Get($"{path}/rows")).Is(HttpStatusCode.OK)["data"]!.AsArray().Single()!;
        Assert.Equal("billing.fee_changed", (string)row["failure_code"]!);
        await PaymentsServer.Has(firm.Owner, firm.Till, 1_000m);
    }

    async Task<Company> Firm(decimal funds)
    {
        var (owner, finance) = (await server.Someone(), await server.Someone());
        var id = await owner.Organization();
        var till = await owner.Account(funds, organization: id);
        await using var connection = await server.Owner();
        await connection.ExecuteAsync(
            "insert into identity.members (id, organization_id, user_id, role, created_at, updated_at) values "
                + "(gen_random_uuid(), @id, @user, 'finance', now(), now())",
            new { id, user = finance.Id }
        );
        return new Company(owner, finance, id, till);
    }

    async Task<string> Approved(Company firm, string file)
    {
        var made = (await Upload(firm.Owner, firm.Till, file)).Is(HttpStatusCode.Created);
        var path = $"/v1/payout-batches/{made["id"]}";
        await Approve(firm, path);
        return path;
    }

    static async Task Approve(Company firm, string path)
    {
        (await firm.Owner.Post($"{path}/confirm")).Is(HttpStatusCode.OK);
        (await firm.Finance.Post($"{path}/approve")).Is(HttpStatusCode.OK);
    }

    async Task Work(CancellationToken? stop = null) =>
        await (await server.App).Services.GetRequiredService<DuePayouts>().Make(stop ?? TestContext.Current.CancellationToken);

    async Task<JsonNode> Ended(Customer customer, string path)
    {
        JsonNode now = null!;
        await Eventually.TrueAsync(
            async () =>
            {
                await Work();
                now = (await customer.Get(path)).Is(HttpStatusCode.OK);
                return (string)now["status"]! is "completed" or "partly_failed";
            },
            $"{path} has ended",
            () => $": {now.ToJsonString()}"
        );
        return now;
    }

    static string File(params string[] lines) => string.Join("\r\n", [Head, .. lines, ""]);

    static async Task<Reply> Upload(Customer customer, Guid account, string file, string more = "")
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            string.Create(CultureInfo.InvariantCulture, $"/v1/payout-batches?account={account}&name=march.csv{more}")
        )
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(file)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var response = await customer.Client.SendAsync(request);
        return await Reply.Of(response);
    }
}
