using System.Net;
using System.Text.Json.Nodes;
using Dapper;

namespace Hazina.Accounts.Tests.Transfers;

public sealed class TransferTests(AccountsServer server)
{
    [Fact]
    public async Task Money_goes_between_own_accounts_and_both_sides_read_of_it()
    {
        var asha = await server.Someone();
        var (purse, savings) = (await asha.Account(100), await asha.Account(kind: "savings"));
        var key = Guid.CreateVersion7().ToString();
        var more = new JsonObject { ["reference"] = "March", ["category"] = "saving" };
        var made = (await asha.Transfer(purse, "account", savings, 30.25m, key: key, more: more)).Is(HttpStatusCode.Created);
        Assert.Equal(("transfer", "completed", "debit"), ((string)made["object"]!, (string)made["status"]!, (string)made["side"]!));
        Assert.Equal((purse, savings), ((Guid)made["from"]!["account"]!, (Guid)made["to"]!["account"]!));
        var again = await asha.Transfer(purse, "account", savings, 30.25m, key: key, more: more);
        Assert.True(again.IsReplayed);
        Assert.Equal(made.ToJsonString(), again.Json.ToJsonString());
        Assert.Equal((69.75m, 30.25m), (await asha.Balance(purse), await asha.Balance(savings)));
        Assert.Equal(made.ToJsonString(), (await asha.Get($"/v1/transfers/{made["id"]}")).Is(HttpStatusCode.OK).ToJsonString());

        var (paid, got) = ((await asha.Activity(purse))[0], (await asha.Activity(savings))[0]);
        Assert.Equal(("transfer", "debit", "saving", "module", "March"), Said(paid));
        Assert.Equal(("transfer", "credit", null, null, "March"), Said(got));
        Assert.Equal((69.75m, 30.25m), (Customer.Digits(paid["balance_after"]), Customer.Digits(got["balance_after"])));
        Assert.Equal(((Guid)made["id"]!, (Guid)made["id"]!), ((Guid)paid["source_id"]!, (Guid)got["source_id"]!));
    }

    static (string, string, string?, string?, string?) Said(JsonNode entry) =>
        (
            (string)entry["type"]!,
            (string)entry["side"]!,
            (string?)entry["category"],
            (string?)entry["category_by"],
            (string?)entry["reference"]
        );

    [Fact]
    public async Task Others_are_found_by_number_phone_address_and_username_and_shown_masked()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, till) = (await asha.Account(1000), await juma.Account());
        var name = $"juma{juma.Id:N}";
        var phone = $"+2547{Random.Shared.NextInt64(10_000_000, 99_999_999)}";
        string email;
        await using (var owner = await server.Owner())
        {
            await owner.ExecuteAsync(
                "update identity.users set username = @name, phone = @phone, phone_verified_at = now() where id = @id",
                new
                {
                    name,
                    phone,
                    id = juma.Id,
                }
            );
            email = await owner.QuerySingleAsync<string>("select email from identity.users where id = @id", new { id = juma.Id });
        }

        foreach (var to in new[] { await juma.NumberOf(till), name.ToUpperInvariant(), phone, email, email.ToUpperInvariant() })
        {
            var found = (await asha.LookUp(to)).Is(HttpStatusCode.Created);
            Assert.Equal(("recipient", "Juma O.", "KES"), ((string)found["object"]!, (string)found["name"]!, (string)found["currency"]!));
            Assert.DoesNotContain(till.ToString(), found.ToJsonString(), StringComparison.Ordinal);
            var sent = (await asha.Transfer(purse, "recipient", (Guid)found["id"]!, 10)).Is(HttpStatusCode.Created);
            Assert.Null(sent["to"]!["account"]);
            var got = (await juma.Get($"/v1/transfers/{sent["id"]}")).Is(HttpStatusCode.OK);
            Assert.Equal(("credit", "Juma O."), ((string)got["side"]!, (string)got["from"]!["name"]!));
            Assert.Null(got["from"]!["account"]);
        }

        Assert.Equal((950m, 50m), (await asha.Balance(purse), await juma.Balance(till)));
        var stranger = await server.Someone();
        var last = (Guid)(await asha.Activity(purse))[0]["source_id"]!;
        (await stranger.Get($"/v1/transfers/{last}")).IsProblem(404, "accounts.no_such_transfer", "transfer");
    }

    [Fact]
    public async Task Whoever_cannot_be_sent_a_currency_is_not_told_from_nobody()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var purse = await asha.Account(10);
        var closed = await juma.Account(currency: "USD");
        var number = await juma.NumberOf(closed);
        (await juma.Post($"/v1/accounts/{closed}/close")).Is(HttpStatusCode.OK);
        string email;
        await using (var owner = await server.Owner())
            email = await owner.QuerySingleAsync<string>("select email from identity.users where id = @id", new { id = juma.Id });
        var replies = new List<string>();
        foreach (
            var (to, currency) in new[]
            {
                ("123456789012", "KES"),
                (number, "USD"),
                (number, "KES"),
                (email, "KES"),
                ("nobody@example.com", "KES"),
                ("+254700000001", "KES"),
                ("no one", "KES"),
            }
        )
        {
            var reply = await asha.LookUp(to, currency);
            reply.IsProblem(404, "accounts.no_such_recipient", "to");
            replies.Add((string)reply.Json["detail"]!);
        }

        Assert.Single(replies.Distinct());
        // A look-up is good for whoever has made it, for a while.
        var till = await juma.Account();
        var found = await asha.Recipient(await juma.NumberOf(till));
        (await juma.Transfer(till, "recipient", found, 1)).IsProblem(404, "accounts.no_such_recipient", "to.recipient");
        await using (var owner = await server.Owner())
            await owner.ExecuteAsync("update accounts.recipients set expires_at = now() where id = @found", new { found });
        (await asha.Transfer(purse, "recipient", found, 1)).IsProblem(404, "accounts.no_such_recipient", "to.recipient");
    }

    [Fact]
    public async Task Look_ups_are_counted_whether_or_not_somebody_is_found()
    {
        var settings = AccountsServer.Settings;
        settings["Accounts:RecipientsPerHour"] = "3";
        await using var app = await HazinaApp.StartAsync(settings: settings);
        using var asha = await Person.SignedInAsync(app, "user");
        for (var i = 0; i < 3; i++)
            (await Ask()).IsProblem(404, "accounts.no_such_recipient");
        var reply = await Ask();
        reply.IsProblem(429, "accounts.too_many_look_ups");
        Assert.InRange(int.Parse(reply.Headers["Retry-After"]), 1, 3600);

        Task<Reply> Ask() =>
            asha.SendAsync(
                HttpMethod.Post,
                "/v1/transfers/recipients",
                new JsonObject { ["to"] = "nobody@example.com", ["currency"] = "KES" }
            );
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_and_leaves_nothing()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, other, dollars, till) = (
            await asha.Account(100),
            await asha.Account(),
            await asha.Account(currency: "USD"),
            await juma.Account()
        );
        (await asha.Transfer(purse, "account", other, 100.01m)).IsProblem(402, "ledger.insufficient_funds", "amount");
        (await asha.Transfer(purse, "account", purse, 1)).IsProblem(422, "accounts.same_account", "to");
        (await asha.Transfer(purse, "account", dollars, 1)).IsProblem(422, "ledger.currency_mismatch", "to");
        (await asha.Transfer(purse, "account", other, 1, "USD")).IsProblem(422, "ledger.currency_mismatch", "amount.currency");
        (await asha.Transfer(purse, "account", till, 1)).IsProblem(404, "accounts.no_such_account", "to.account");
        (await asha.Transfer(till, "account", purse, 1)).IsProblem(404, "accounts.no_such_account", "from");
        (await asha.Transfer(purse, "recipient", Guid.CreateVersion7(), 1)).IsProblem(404, "accounts.no_such_recipient");
        (await asha.Transfer(purse, "beneficiary", Guid.CreateVersion7(), 1)).IsProblem(404, "accounts.no_such_beneficiary");
        (await asha.Transfer(purse, "account", other, 0)).IsProblem(400, "platform.invalid_request", "amount.amount");
        (await asha.Transfer(purse, "account", other, 0.00001m)).IsProblem(400, "platform.invalid_request", "amount.amount");
        (await asha.Post("/v1/transfers")).IsProblem(400, "platform.invalid_request");
        (
            await asha.Post(
                "/v1/transfers",
                new JsonObject
                {
                    ["from"] = purse,
                    ["to"] = new JsonObject(),
                    ["amount"] = Customer.Amount(1),
                }
            )
        ).IsProblem(400, "platform.invalid_request", "to");
        Assert.Single(await asha.Activity(purse));
        Assert.Equal((100m, 0m), (await asha.Balance(purse), await asha.Balance(other)));
    }

    [Fact]
    public async Task Many_transfers_side_by_side_never_spend_what_is_not_there()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(10), await asha.Account());
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => asha.Transfer(purse, "account", other, 1)));
        Assert.Equal(10, replies.Count(r => r.Status == HttpStatusCode.Created));
        Assert.Equal(10, replies.Count(r => r.Status == HttpStatusCode.PaymentRequired));
        Assert.Equal((0m, 10m), (await asha.Balance(purse), await asha.Balance(other)));
        // Each entry's balance follows from the one before it, in the order in which they are listed.
        var after = 10m;
        foreach (var entry in (await asha.Activity(other)))
        {
            Assert.Equal(after, Customer.Digits(entry["balance_after"]));
            after -= Customer.Digits(entry["amount"]);
        }

        Assert.Equal(0m, after);
    }

    [Fact]
    public async Task A_transfer_whose_answer_was_lost_is_found_again_whatever_has_become_of_its_terms()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, till) = (await asha.Account(100), await juma.Account());
        var found = await asha.Recipient(await juma.NumberOf(till));
        var (sent, refused) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7().ToString());
        var first = (await asha.Transfer(purse, "recipient", found, 60, key: sent)).Is(HttpStatusCode.Created);
        (await asha.Transfer(purse, "recipient", found, 50, key: refused)).IsProblem(402, "ledger.insufficient_funds");
        await Lose(sent, refused);
        // By now it would be refused three times over.
        (await asha.Patch($"/v1/accounts/{purse}/limits", new JsonObject { ["transaction"] = Customer.Amount(55) })).Is(HttpStatusCode.OK);
        (await asha.Patch($"/v1/accounts/{purse}/limits", new JsonObject { ["daily"] = Customer.Amount(59) })).Is(HttpStatusCode.OK);
        (await asha.Post($"/v1/accounts/{purse}/freeze")).Is(HttpStatusCode.OK);
        var again = (await asha.Transfer(purse, "recipient", found, 60, key: sent)).Is(HttpStatusCode.Created);
        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        (await asha.Transfer(purse, "recipient", found, 50, key: refused)).IsProblem(422, "accounts.frozen");
        (await asha.Post($"/v1/accounts/{purse}/unfreeze")).Is(HttpStatusCode.OK);
        Assert.Equal((40m, 60m), (await asha.Balance(purse), await juma.Balance(till)));

        // Under the terms of then it is refused as it was then, whatever there is on the account; under others it goes through, once.
        await Lose(refused);
        await server.Fund(purse, 100);
        (await asha.Put($"/v1/accounts/{purse}/limits", new JsonObject())).Is(HttpStatusCode.OK);
        (await asha.Transfer(purse, "recipient", found, 50, key: refused)).IsProblem(402, "ledger.insufficient_funds");
        await Lose(refused);
        (await asha.Put($"/v1/accounts/{purse}/limits", new JsonObject { ["daily"] = Customer.Amount(1000) })).Is(HttpStatusCode.OK);
        (await asha.Transfer(purse, "recipient", found, 50, key: refused)).Is(HttpStatusCode.Created);
        await Lose(refused);
        (await asha.Transfer(purse, "recipient", found, 50, key: refused)).Is(HttpStatusCode.Created);
        Assert.Equal((90m, 110m), (await asha.Balance(purse), await juma.Balance(till)));

        async Task Lose(params string[] keys)
        {
            await using var owner = await server.Owner();
            await owner.ExecuteAsync(
                "update platform.idempotency_keys set status = null, content_type = null, location = null, body = null where key = any (@keys)",
                new { keys }
            );
        }
    }

    [Fact]
    public async Task One_key_sent_many_times_at_once_moves_money_once()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(100), await asha.Account());
        var key = Guid.CreateVersion7().ToString();
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => asha.Transfer(purse, "account", other, 7, key: key)));
        Assert.All(replies, r => Assert.Contains(r.Status, new[] { HttpStatusCode.Created, HttpStatusCode.Conflict }));
        Assert.Equal((93m, 7m), (await asha.Balance(purse), await asha.Balance(other)));
        (await asha.Transfer(purse, "account", other, 8, key: key)).IsProblem(422, "platform.idempotency_key_reused");
    }
}
