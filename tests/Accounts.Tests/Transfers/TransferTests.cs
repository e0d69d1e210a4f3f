using System.Collections.Frozen;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Transfers;
using Hazina.Money;
using Hazina.Platform.Counting;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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
        var services = (await server.App).Services;
        var desk = new RecipientDesk(
            services.GetRequiredService<Database>(),
            services.GetRequiredService<AccountDesk>(),
            services.GetRequiredService<CustomerAccounts>(),
            services.GetRequiredService<ICounters>(),
            Options.Create(new AccountsOptions { RecipientsPerHour = 3 }),
            TimeProvider.System
        );
        var asha = await server.Someone();
        var context = new DefaultHttpContext();
        context.Features.Set(new Caller(asha.Id, "Asha", "live", FrozenSet<string>.Empty));
        context.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.7");
        var till = await asha.NumberOf(await asha.Account());
        foreach (
            var (to, code) in new[]
            {
                ("nobody@example.com", "accounts.no_such_recipient"),
                (till, null),
                ("x y", "accounts.no_such_recipient"),
            }
        )
            Assert.Equal(code, (await Ask(to))?.Type.Code);
        var no = (await Ask(till))!;
        Assert.Equal(("accounts.too_many_look_ups", 429), (no.Type.Code, no.Type.Status));
        Assert.InRange(no.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));

        async Task<Refusal?> Ask(string to) => (await desk.LookUp(context, to, Currency.Of("KES"))).Refusal;
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_and_moves_nothing()
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
        Assert.Single(await asha.Activity(purse, "&status=completed"));
        // What was meant, and could have gone through, is in the list as what came of it.
        var failed = Assert.Single(await asha.Activity(purse, "&status=failed"));
        Assert.Equal((100.01m, "debit"), (Customer.Digits(failed["amount"]), (string)failed["side"]!));
        Assert.Equal("ledger.insufficient_funds", (string)failed["details"]!["refusal"]!);
        Assert.Null(failed["balance_after"]);
        Assert.Empty(await asha.Activity(other));
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
    public async Task A_transfers_key_is_its_own_for_ever_whatever_has_become_of_its_terms()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var (purse, till) = (await asha.Account(100), await juma.Account());
        var found = await asha.Recipient(await juma.NumberOf(till));
        var key = Guid.CreateVersion7().ToString();
        var first = (await asha.Transfer(purse, "recipient", found, 60, key: key)).Is(HttpStatusCode.Created);
        // By now it would be refused five times over: nobody was looked up, it is too much, it is not there, nothing goes out.
        await Age(26, key);
        (await asha.Patch($"/v1/accounts/{purse}/limits", new JsonObject { ["transaction"] = Customer.Amount(55) })).Is(HttpStatusCode.OK);
        (await asha.Patch($"/v1/accounts/{purse}/limits", new JsonObject { ["daily"] = Customer.Amount(59) })).Is(HttpStatusCode.OK);
        (await asha.Post($"/v1/accounts/{purse}/freeze")).Is(HttpStatusCode.OK);
        await using (var owner = await server.Owner())
            await owner.ExecuteAsync("update accounts.recipients set expires_at = now() where id = @found", new { found });
        var again = await asha.Transfer(purse, "recipient", found, 60, key: key);
        Assert.True(again.IsReplayed);
        Assert.Equal(first.ToJsonString(), again.Is(HttpStatusCode.Created).ToJsonString());
        (await asha.Transfer(purse, "recipient", found, 61, key: key)).IsProblem(422, "platform.idempotency_key_reused");
        // The one who asks is part of it.
        (await juma.Transfer(till, "account", await juma.Account(), 60, key: key)).Is(HttpStatusCode.Created);
        Assert.Equal((40m, 0m), (await asha.Balance(purse), await juma.Balance(till)));
        await using (var owner = await server.Owner())
            Assert.Contains(
                "for ever",
                (
                    await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
                        owner.ExecuteAsync("delete from accounts.transfer_keys where key = @key", new { key })
                    )
                ).MessageText,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task A_refusal_is_repeated_for_a_day_and_then_its_key_is_free_again()
    {
        var asha = await server.Someone();
        var (purse, other) = (await asha.Account(10), await asha.Account());
        var (much, nowhere) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7().ToString());
        (await asha.Transfer(purse, "account", other, 50, key: much)).IsProblem(402, "ledger.insufficient_funds", "amount");
        (await asha.Transfer(purse, "recipient", other, 5, key: nowhere)).IsProblem(404, "accounts.no_such_recipient", "to.recipient");
        await server.Fund(purse, 90);
        // What stood in its way does not any more, and the answer is the same one.
        var again = await asha.Transfer(purse, "account", other, 50, key: much);
        again.IsProblem(402, "ledger.insufficient_funds", "amount");
        Assert.True(again.IsReplayed);
        Assert.True((await asha.Transfer(purse, "recipient", other, 5, key: nowhere)).IsReplayed);
        (await asha.Transfer(purse, "account", other, 51, key: much)).IsProblem(422, "platform.idempotency_key_reused");
        Assert.Equal(0m, await asha.Balance(other));
        Assert.Single(await asha.Activity(purse, "&status=failed"));

        await Age(25, much);
        (await asha.Transfer(purse, "account", other, 50, key: much)).IsProblem(402, "ledger.insufficient_funds");
        await Age(2, much);
        var made = (await asha.Transfer(purse, "account", other, 50, key: much)).Is(HttpStatusCode.Created);
        Assert.Equal(made.ToJsonString(), (await asha.Transfer(purse, "account", other, 50, key: much)).Json.ToJsonString());
        Assert.Equal((50m, 50m), (await asha.Balance(purse), await asha.Balance(other)));
    }

    /// <summary>As if the keys had come so many hours earlier; what is too old is swept.</summary>
    async Task Age(int hours, params string[] keys)
    {
        await using (var owner = await server.Owner())
            await owner.ExecuteAsync(
                """
                set session_replication_role = replica;
                update accounts.transfer_keys set kept_at = kept_at - @hours * interval '1 hour' where key = any (@keys)
                """,
                new { hours, keys }
            );
        await (await server.App).Services.GetRequiredService<TransferKeys>().Sweep(TestContext.Current.CancellationToken);
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
