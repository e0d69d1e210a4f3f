using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts.Statements;
using Hazina.Platform.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Tests.Statements;

public sealed class StatementFileTests(AccountsServer server)
{
    static string Today =>
        TimeZoneInfo
            .ConvertTimeBySystemTimeZoneId(DateTimeOffset.UtcNow, "Africa/Nairobi")
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_statement_adds_up_and_each_of_its_files_says_the_same()
    {
        var (amina, baraka) = (await server.Someone(), await server.Someone());
        var (from, to) = (await amina.Account(1000), await baraka.Account());
        var (there, back) = (await amina.Recipient(await baraka.NumberOf(to)), await baraka.Recipient(await amina.NumberOf(from)));
        (
            await amina.Transfer(
                from,
                "recipient",
                there,
                250.75m,
                more: new JsonObject { ["description"] = "=Rent \"March\", <b>", ["reference"] = "R-1" }
            )
        ).Is(HttpStatusCode.Created);
        (await baraka.Transfer(to, "recipient", back, 50m)).Is(HttpStatusCode.Created);

        var made = (await amina.Post($"/v1/accounts/{from}/statements", new JsonObject { ["from"] = Today })).Is(HttpStatusCode.Created);
        Assert.Equal(0, Customer.Digits(made["opening_balance"]));
        Assert.Equal(1050, Customer.Digits(made["total_credits"]));
        Assert.Equal(250.75m, Customer.Digits(made["total_debits"]));
        Assert.Equal(799.25m, Customer.Digits(made["closing_balance"]));
        Assert.Equal(3, (int)made["entries"]!);
        Assert.Equal("on_demand", (string)made["kind"]!);
        var id = (Guid)made["id"]!;

        var csv = (await File(amina, id, "csv")).Split("\r\n");
        Assert.Equal(
            "Date,Time,Type,Description,Counterparty,Reference,Debit,Credit,Balance,Currency,Transaction",
            csv[0].TrimStart('\ufeff')
        );
        Assert.Contains(",deposit,Salary of March,,,,1000.00,1000.00,KES,", csv[1], StringComparison.Ordinal);
        Assert.Contains(",\"'=Rent \"\"March\"\", <b>\",", csv[2], StringComparison.Ordinal);
        Assert.Contains(",R-1,250.75,,749.25,KES,", csv[2], StringComparison.Ordinal);
        Assert.Contains(",50.00,799.25,KES,", csv[3], StringComparison.Ordinal);
        Assert.Equal(("", 5), (csv[4], csv.Length));

        var html = await File(amina, id, "html");
        Assert.Contains("&lt;b&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>March", html, StringComparison.Ordinal);
        Assert.Contains(">799.25<", html, StringComparison.Ordinal);

        // Read by a program that is not ours.
        using var folder = new TemporaryFolder();
        await System.IO.File.WriteAllTextAsync(folder.Inside("statement.xml"), await File(amina, id, "camt053"));
        var read = JsonNode.Parse(await NodeModules.RunAsync("Camt", "read.mjs", folder.Inside("statement.xml")))!["statements"]![0]!;
        Assert.Equal(
            [("OPBD", "0.00", "CRDT"), ("CLBD", "799.25", "CRDT")],
            read["balances"]!
                .AsArray()
                .Select(b => ((string)b!["type"]!, (string)b["amount"]!["value"]!, (string)b["creditDebitIndicator"]!))
        );
        Assert.Equal(
            [("1000.00", "CRDT", "BOOK"), ("250.75", "DBIT", "BOOK"), ("50.00", "CRDT", "BOOK")],
            read["transactions"]!
                .AsArray()
                .Select(t => ((string)t!["amount"]!["value"]!, (string)t["creditDebitIndicator"]!, (string)t["status"]!))
        );
        Assert.Equal("1050.00", (string)read["transactionSummary"]!["totalCreditEntries"]!["sum"]!);
    }

    [Fact]
    public async Task A_file_is_the_same_each_time_and_breaks_off_where_its_lines_are_not_those_that_were_stated()
    {
        var amina = await server.Someone();
        var account = await amina.Account(1000);
        await server.Fund(account, 500);
        var made = (await Make(amina, account, Today)).Is(HttpStatusCode.Created);
        var id = (Guid)made["id"]!;
        Assert.Matches("^[0-9a-f]{64}$", (string)made["lines_sha256"]!);
        Assert.Equal(await File(amina, id, "csv"), await File(amina, id, "csv"));
        await server.Fund(account, 20);
        Assert.Equal(3, (await File(amina, id, "csv")).Count(c => c == '\n'));

        // Both amounts are others, and all sums are as they were.
        var desk = (await server.App).Services.GetRequiredService<StatementDesk>();
        await using var owner = await server.Owner();
        var statement = await owner.QuerySingleAsync<Statement>(
            $"select {Statement.Columns} from accounts.statements s where s.id = @id",
            new { id }
        );
        Assert.Equal(2, await desk.Lines(statement, TestContext.Current.CancellationToken).CountAsync());
        await owner.ExecuteAsync(
            "update accounts.activity set amount = case amount when 1000 then 999 else 501 end where account_id = @account and amount in (1000, 500)",
            new { account }
        );
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await desk.Lines(statement, TestContext.Current.CancellationToken).CountAsync()
        );
    }

    [Fact]
    public async Task Statements_that_end_today_are_made_so_and_so_many_times()
    {
        var amina = await server.Someone();
        var account = await amina.Account();
        for (var i = 0; i < 20; i++)
            (await Make(amina, account, Today)).Is(HttpStatusCode.Created);
        (await Make(amina, account, Today)).IsProblem(422, "accounts.too_many", "to");
    }

    [Fact]
    public async Task Statements_are_seen_by_the_holder_and_by_staff_alone()
    {
        var (amina, other) = (await server.Someone(), await server.Someone());
        var account = await amina.Account(10);
        var id = (Guid)(await Make(amina, account, Today)).Is(HttpStatusCode.Created)["id"]!;
        (await amina.Get($"/v1/statements/{id}")).Is(HttpStatusCode.OK);
        Assert.Equal(id, (Guid)(await amina.Get($"/v1/accounts/{account}/statements")).Is(HttpStatusCode.OK)["data"]![0]!["id"]!);
        (await Customer.Send((await server.Clerk).Client, HttpMethod.Get, $"/v1/statements/{id}", null)).Is(HttpStatusCode.OK);

        (await other.Get($"/v1/statements/{id}")).IsProblem(404, "accounts.no_such_statement");
        (await other.Get($"/v1/statements/{id}/file?format=csv")).IsProblem(404, "accounts.no_such_statement");
        (await other.Get($"/v1/accounts/{account}/statements")).IsProblem(404, "accounts.no_such_account");
        (await Make(other, account, Today)).IsProblem(404, "accounts.no_such_account");
    }

    [Theory]
    [InlineData("2999-01-01", null, "/from")]
    [InlineData("2026-01-02", "2999-01-01", "/to")]
    [InlineData("2020-01-01", null, "/from")]
    [InlineData("2020-01-01", "2020-02-01", "/to")]
    [InlineData("2020-13-01", null, "/from")]
    [InlineData(null, null, "/from")]
    public async Task Days_that_cannot_be_are_refused_by_name(string? from, string? to, string pointer)
    {
        var amina = await server.Someone();
        var reply = await Make(amina, await amina.Account(), from, to);
        Assert.Contains(pointer, reply.Is(HttpStatusCode.BadRequest)["errors"]!.AsArray().Select(e => (string)e!["pointer"]!));
    }

    [Fact]
    public async Task A_format_that_is_not_there_or_cannot_hold_the_currency_is_refused()
    {
        var amina = await server.Someone();
        var id = (Guid)(await Make(amina, await amina.Account(currency: "BTC"), Today)).Is(HttpStatusCode.Created)["id"]!;
        (await amina.Get($"/v1/statements/{id}/file?format=camt053")).IsProblem(422, "accounts.format_cannot_hold");
        (await amina.Get($"/v1/statements/{id}/file?format=docx")).Is(HttpStatusCode.BadRequest);
        (await amina.Get($"/v1/statements/{id}/file")).Is(HttpStatusCode.BadRequest);
        Assert.Contains("Nothing happened", await File(amina, id, "html"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+254 700", "'+254 700")]
    [InlineData("-5", "'-5")]
    [InlineData("@here", "'@here")]
    [InlineData("\tx", "'\tx")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"yes\"", "\"say \"\"yes\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData(" spaced ", "\" spaced \"")]
    [InlineData(null, "")]
    public void A_field_is_text_to_every_spreadsheet(string? text, string expected) => Assert.Equal(expected, CsvFields.Of(text));

    static Task<Reply> Make(Customer who, Guid account, string? from, string? to = null)
    {
        var body = new JsonObject();
        if (from is not null)
            body["from"] = from;
        if (to is not null)
            body["to"] = to;
        return who.Post($"/v1/accounts/{account}/statements", body);
    }

    static async Task<string> File(Customer who, Guid statement, string format)
    {
        using var response = await who.Client.GetAsync($"/v1/statements/{statement}/file?format={format}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
