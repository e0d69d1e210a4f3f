using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Money;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Tests.Activities;

public sealed class ActivityTests(AccountsServer server)
{
    static readonly Currency Kes = Currency.Of("KES");

    [Fact]
    public async Task What_happened_is_listed_page_by_page_and_found_by_what_it_was()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(100), await asha.Account());
        for (var i = 1; i <= 5; i++)
            (
                await asha.Transfer(
                    purse,
                    "account",
                    other,
                    i,
                    more: new JsonObject { ["description"] = $"Lunch {i}", ["reference"] = $"R{i}" }
                )
            ).Is(HttpStatusCode.Created);
        var all = await asha.Activity(purse);
        Assert.Equal(
            ["Lunch 5", "Lunch 4", "Lunch 3", "Lunch 2", "Lunch 1", "Salary of March"],
            all.Select(a => (string)a["description"]!)
        );
        Assert.Equal(
            ("activity", "completed", "deposit", "adjustment"),
            ((string)all[5]["object"]!, (string)all[5]["status"]!, (string)all[5]["type"]!, (string)all[5]["source"]!)
        );

        var path = $"/v1/accounts/{purse}/activity";
        var page = (await asha.Get($"{path}?limit=2")).Is(HttpStatusCode.OK);
        Assert.True((bool)page["has_more"]!);
        Assert.Equal(Ids(all.Take(2)), Ids(page["data"]!.AsArray()!));
        page = (await asha.Get($"{path}?limit=3&starting_after={all[1]["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(Ids(all.Skip(2).Take(3)), Ids(page["data"]!.AsArray()!));
        page = (await asha.Get($"{path}?limit=2&ending_before={all[4]["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(Ids(all.Skip(2).Take(2)), Ids(page["data"]!.AsArray()!));

        Assert.Equal(Ids(all.Skip(5)), Ids(await asha.Activity(purse, "&type=deposit")));
        Assert.Equal(Ids(all.Take(5)), Ids(await asha.Activity(purse, "&type=transfer&status=completed")));
        Assert.Empty(await asha.Activity(purse, "&status=pending"));
        Assert.Equal(Ids(all.Skip(1).Take(3)), Ids(await asha.Activity(purse, "&amount_from=2&amount_to=4.00")));
        Assert.Equal(Ids(all.Skip(2).Take(1)), Ids(await asha.Activity(purse, "&text=lUNch%203")));
        Assert.Equal(Ids(all.Skip(2).Take(1)), Ids(await asha.Activity(purse, "&text=r3")));
        Assert.Empty(await asha.Activity(purse, "&text=Lunch_3"));
        var third = (string)all[2]["occurred_at"]!;
        Assert.Equal(Ids(all.Take(3)), Ids(await asha.Activity(purse, $"&from={third}")));
        Assert.Equal(Ids(all.Skip(3)), Ids(await asha.Activity(purse, $"&until={third}")));
        (await asha.Get($"{path}?type=gift")).IsProblem(400, "platform.invalid_request", "type");
        (await asha.Get($"{path}?amount_from=many")).IsProblem(400, "platform.invalid_request", "amount_from");
    }

    static IEnumerable<Guid> Ids(IEnumerable<JsonNode?> entries) => entries.Select(a => (Guid)a!["id"]!);

    [Fact]
    public async Task What_others_post_without_a_word_is_there_once_as_an_adjustment()
    {
        var asha = await server.Someone();
        var app = await server.App;
        var (purse, other) = (await asha.Account(100), await asha.Account());
        var sent = (await asha.Transfer(purse, "account", other, 40)).Is(HttpStatusCode.Created);
        var house = await app.Services.GetRequiredService<CustomerAccounts>().House("live", Kes, SystemAccount.Fees);
        var journal = app.Services.GetRequiredService<Journal>();
        var posting = new Posting
        {
            Id = Guid.CreateVersion7(),
            Book = "live",
            Kind = "correction",
            Steps = [new Leg(purse, house, new Amount(3, Kes)), new Leg(house, purse, new Amount(1, Kes))],
            Description = "Fee of the desk",
        };
        Assert.True((await journal.Post(posting)).IsPosted);
        var reversal = new Posting
        {
            Id = Guid.CreateVersion7(),
            Book = "live",
            Kind = "reversal",
            Reverses = Guid.Parse((string)(await asha.Activity(other))[0]["transaction"]!),
        };
        Assert.True((await journal.Post(reversal)).IsPosted);
        await Eventually.TrueAsync(async () => (await asha.Activity(purse)).Count == 5, "the listener has written what nobody told");
        var all = await asha.Activity(purse);
        Assert.Equal(["adjustment", "adjustment", "adjustment", "transfer", "deposit"], all.Select(a => (string)a["type"]!));
        Assert.Equal(["credit", "credit", "debit"], all.Take(3).Select(a => (string)a["side"]!));
        Assert.Equal([98m, 58m, 57m, 60m, 100m], all.Select(a => Customer.Digits(a["balance_after"])));
        Assert.Equal(["Reversal", "Fee of the desk", "Fee of the desk"], all.Take(3).Select(a => (string)a["description"]!));
        Assert.Equal(98m, await asha.Balance(purse));
        await Eventually.TrueAsync(async () => (await asha.Activity(other)).Count == 2, "the other side has its entry");
        Assert.Equal((Guid)sent["id"]!, (Guid)(await asha.Activity(other))[1]["source_id"]!);

        // The same events again change nothing.
        var told = await Told(posting.Id, reversal.Id);
        Assert.Equal(2, told.Count);
        await app.Services.GetRequiredService<UntoldPostings>().Fill(told, default);
        Assert.Equal(5, (await asha.Activity(purse)).Count);
    }

    async Task<IReadOnlyList<Hazina.Platform.Events.StoredEvent>> Told(params Guid[] transactions)
    {
        var events = await Reply.Of(await (await server.App).Client.GetAsync("/v1/events?limit=100&type=ledger.transaction.posted.v1"));
        var found = new List<Hazina.Platform.Events.StoredEvent>();
        for (JsonNode page = events.Is(HttpStatusCode.OK); ; )
        {
            foreach (var told in page["data"]!.AsArray())
                if (transactions.Contains((Guid)told!["data"]!["transaction"]!))
                    found.Add(
                        new(
                            0,
                            (Guid)told["id"]!,
                            (string)told["type"]!,
                            "live",
                            "",
                            DateTimeOffset.Parse((string)told["occurred_at"]!, CultureInfo.InvariantCulture),
                            told["data"]!.ToJsonString()
                        )
                    );
            if (page["data"]!.AsArray() is not [.., { } last] || found.Count == transactions.Length)
                return found;
            page = (
                await Reply.Of(
                    await (await server.App).Client.GetAsync(
                        $"/v1/events?limit=100&type=ledger.transaction.posted.v1&after={last["number"] ?? last["id"]}"
                    )
                )
            ).Is(HttpStatusCode.OK);
        }
    }

    [Theory]
    [InlineData(ActivityStatus.Completed, 80)]
    [InlineData(ActivityStatus.Cancelled, 100)]
    [InlineData(ActivityStatus.Failed, 100)]
    public async Task What_is_pending_is_ended_once_by_the_posting_that_ends_it(ActivityStatus status, decimal left)
    {
        var asha = await server.Someone();
        var app = await server.App;
        var (journal, accounts) = (app.Services.GetRequiredService<Journal>(), app.Services.GetRequiredService<CustomerAccounts>());
        var purse = await asha.Account(100);
        var account = (await accounts.Find("live", purse))!;
        var house = await accounts.House("live", Kes, SystemAccount.RailsInTransit);
        var (hold, amount) = (Guid.CreateVersion7(), new Amount(20, Kes));
        var entry = new ActivityEntry(account, ActivityType.Withdrawal, ActivitySide.Debit, amount, "To M-Pesa", "withdrawal", hold)
        {
            Status = ActivityStatus.Pending,
        };
        Assert.True(
            (await journal.Post(PostingOf(hold, new Reserve(hold, purse, amount, null), CustomerAccounts.Activity(hold, entry)))).IsPosted
        );
        var pending = (await asha.Activity(purse))[0];
        Assert.Equal(("pending", null), ((string)pending["status"]!, (string?)pending["balance_after"]?["amount"]));
        Assert.Single((await asha.Get($"/v1/accounts/{purse}/balance/explanation")).Json["pending"]!.AsArray());

        Posting End(Guid id) =>
            PostingOf(
                id,
                status == ActivityStatus.Completed ? new Leg(purse, house, amount, hold) : new Release(hold),
                CustomerAccounts.EndActivity(id, purse, entry.Id, status)
            );
        var outcomes = await journal.PostMany([End(Guid.CreateVersion7()), End(Guid.CreateVersion7())]);
        Assert.Single(outcomes, o => o.IsPosted);
        var ended = Assert.Single(await asha.Activity(purse), a => (Guid)a["id"]! == entry.Id);
        Assert.Equal(Hazina.Platform.Http.Words.Of(status), (string)ended["status"]!);
        Assert.Equal(status == ActivityStatus.Completed, ended["balance_after"] is not null);
        Assert.Equal(left, await asha.Balance(purse));

        // Once it is ended, no posting that would end it goes through, whatever else it does.
        var late = Guid.CreateVersion7();
        var outcome = await journal.Post(
            PostingOf(late, new Leg(purse, house, amount), CustomerAccounts.EndActivity(late, purse, entry.Id, ActivityStatus.Completed))
        );
        Assert.Equal(OutcomeStatus.Conflict, outcome.Status);
        Assert.Equal(left, await asha.Balance(purse));
    }

    static Posting PostingOf(Guid id, Step step, AlongsideRow row) =>
        new()
        {
            Id = id,
            Book = "live",
            Kind = "test",
            Steps = [step],
            WhenPosted = [row],
        };

    [Fact]
    public async Task Entries_are_annotated_by_their_holder_alone()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var purse = await asha.Account(100);
        var entry = (Guid)(await asha.Activity(purse))[0]["id"]!;
        var path = $"/v1/accounts/{purse}/activity/{entry}";
        var wish = new JsonObject
        {
            ["category"] = "income",
            ["tags"] = new JsonArray("work", "work", "2026"),
            ["note"] = "at last",
            ["place"] = "Nairobi",
            ["device"] = "phone",
        };
        (await juma.Patch(path, wish.DeepClone())).IsProblem(404, "accounts.no_such_entry", "entry");
        var changed = (await asha.Patch(path, wish)).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("income", "hand", "at last", "Nairobi", "phone"),
            (
                (string)changed["category"]!,
                (string)changed["category_by"]!,
                (string)changed["note"]!,
                (string)changed["place"]!,
                (string)changed["device"]!
            )
        );
        Assert.Equal("""["work","2026"]""", changed["tags"]!.ToJsonString());
        Assert.Equal([entry], Ids(await asha.Activity(purse, "&category=income&text=at%20last")));
        changed = (await asha.Patch(path, new JsonObject { ["category"] = "", ["tags"] = new JsonArray() })).Is(HttpStatusCode.OK);
        Assert.Null(changed["category"]);
        Assert.Null(changed["category_by"]);
        Assert.Equal("at last", (string)changed["note"]!);
        (await asha.Patch(path, new JsonObject())).IsProblem(400, "platform.invalid_request");
        (await asha.Patch(path, new JsonObject { ["amount"] = "1" })).IsProblem(400, "platform.malformed_body");
    }

    [Fact]
    public async Task What_holds_certain_words_falls_into_a_category_unless_somebody_said_otherwise()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var purse = await asha.Account(1000);
        var till = await asha.Recipient(await juma.NumberOf(await juma.Account()));
        async Task<Guid> Pay(decimal amount, string words)
        {
            (await asha.Transfer(purse, "recipient", till, amount, more: new JsonObject { ["description"] = words })).Is(
                HttpStatusCode.Created
            );
            return (Guid)(await asha.Activity(purse))[0]["id"]!;
        }

        async Task<string?> Category(Guid id) => (string?)(await asha.Activity(purse)).Single(a => (Guid)a["id"]! == id)["category"];

        var (old, byHand) = (await Pay(10, "Rent of March"), await Pay(20, "RENT of April"));
        (await asha.Patch($"/v1/accounts/{purse}/activity/{byHand}", new JsonObject { ["category"] = "gifts" })).Is(HttpStatusCode.OK);
        JsonObject Rule(string contains, string category) => new() { ["contains"] = contains, ["category"] = category };
        var rule = (await asha.Post("/v1/category-rules", Rule("Rent", "housing"))).Is(HttpStatusCode.Created);
        (await asha.Post("/v1/category-rules", Rule("rent of may", "other"))).Is(HttpStatusCode.Created);
        var (fresh, none) = (await Pay(30, "Rent of May"), await Pay(40, "Lunch"));
        Assert.Equal(
            ("housing", "gifts", "housing", null),
            (await Category(old), await Category(byHand), await Category(fresh), await Category(none))
        );
        Assert.Equal(2, (await asha.Get("/v1/category-rules")).Json["data"]!.AsArray().Count);
        Assert.Empty((await juma.Get("/v1/category-rules")).Json["data"]!.AsArray());
        (await juma.Delete($"/v1/category-rules/{rule["id"]}")).IsProblem(404, "accounts.no_such_rule");

        var spent = (await asha.Get($"/v1/accounts/{purse}/spending?months=1")).Is(HttpStatusCode.OK);
        Assert.Equal(
            [("housing", 40m, 2L), (null, 40m, 1L), ("gifts", 20m, 1L)],
            spent["data"]!
                .AsArray()
                .Select(s => ((string?)s!["category"], Customer.Digits(s["amount"]), (long)s["count"]!))
                .OrderBy(s => s.Item3 != 2)
                .ThenByDescending(s => s.Item2)
        );
        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete($"/v1/category-rules/{rule["id"]}")).Status);
        Assert.Equal("housing", await Category(fresh));
        Assert.Equal("other", await Category(await Pay(1, "Rent of May")));
    }

    [Fact]
    public async Task The_first_page_is_read_along_the_index_whatever_there_is_beside_it()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(100), await asha.Account(100));
        await using var owner = await server.Owner();
        // Never committed: others' tests see none of it.
        await using var transaction = await owner.BeginTransactionAsync();
        await owner.ExecuteAsync(
            ManyRows,
            new
            {
                purse,
                other,
                asha.Id,
            },
            transaction
        );
        foreach (
            var (sql, index) in new[]
            {
                (ListActivity.AfterWriterSql, "activity_page"),
                (ListActivity.AfterOfTypeWriterSql, "activity_type"),
            }
        )
        {
            var plan = await owner.QueryAsync<string>("explain " + sql, Asked(purse, cursor: null, least: null), transaction);
            var text = string.Join('\n', plan);
            Assert.Contains($"using {index}", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Sort", text, StringComparison.Ordinal);
        }

        // And a page in the middle, however often that was asked for on a connection: where the filters are known, the index knows where it begins.
        var middle = await owner.QuerySingleAsync<Guid>(MiddleRow, new { purse }, transaction);
        for (var i = 0; i < 12; i++)
        {
            await using var answers = await owner.QueryMultipleAsync(
                $"{ListActivity.PlanWriterSql};explain (analyze, format text) {ListActivity.AfterWriterSql}",
                Asked(purse, cursor: middle, least: 0.5m),
                transaction
            );
            await answers.ReadAsync<string>();
            var text = string.Join('\n', await answers.ReadAsync<string>());
            Assert.Matches(@"Index Cond: .*ROW\(a?\.?occurred_at.*amount >=", text);
        }
    }

    static object Asked(Guid account, Guid? cursor, decimal? least) =>
        new
        {
            account,
            type = "fee",
            status = (string?)null,
            category = (string?)null,
            from = (DateTime?)null,
            until = (DateTime?)null,
            least,
            most = (decimal?)null,
            text = (string?)null,
            cursor,
            count = 21,
        };

    const string MiddleRow = """
        select a.id from accounts.activity a where a.account_id = @purse order by a.occurred_at desc, a.journal_row desc, a.id desc offset 3000 limit 1
        """;

    const string ManyRows = """
        insert into accounts.activity (id, account_id, owner_type, owner_id, book, type, status, side, amount, currency, description, source, source_id,
               transaction_id, journal_row, occurred_at, updated_at)
        select gen_random_uuid(), case when n % 3 = 0 then @purse else @other end, 'user', @id, 'live', case when n % 1000 = 0 then 'fee' else 'transfer' end,
               'completed', 'debit', 1, 'KES', 'Lunch', 'test', gen_random_uuid(), gen_random_uuid(), n, now() - n * interval '1 minute', now()
          from generate_series(1, 20000) as n;
        analyze accounts.activity
        """;
}
