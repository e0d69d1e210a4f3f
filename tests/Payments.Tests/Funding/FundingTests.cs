using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;

namespace Hazina.Payments.Tests.Funding;

public sealed class FundingTests(PaymentsServer server)
{
    [Fact]
    public async Task A_top_up_is_asked_of_the_phone_and_credited_with_its_receipt()
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        var phone = PaymentsServer.Number();
        var made = (await PaymentsServer.TopUp(asha, purse, "mpesa", "0" + phone[3..], 1250)).Is(HttpStatusCode.Created);
        Assert.Equal(
            ("funding_session", "mpesa", $"{phone[..4]}•••••{phone[^3..]}"),
            ((string)made["object"]!, (string)made["source"]!, (string)made["payer"]!)
        );
        Assert.Contains((string)made["status"]!, (string[])["pending", "processing", "completed"]);
        var done = await PaymentsServer.Until(asha, $"/v1/funding-sessions/{made["id"]}", "completed");
        var entry = Assert.Single(server.Rails.Book.Entries, e => e.Party == phone);
        await PaymentsServer.Has(asha, purse, 1250m);
        var activity = Assert.Single(await asha.Activity(purse));
        Assert.Equal(
            ("deposit", "funding", (Guid)made["id"]!),
            ((string)activity["type"]!, (string)activity["source"]!, (Guid)activity["source_id"]!)
        );
        // The query may have been quicker than the callback, which alone has the receipt.
        Assert.True((string?)done["receipt"] is null || (string?)done["receipt"] == entry.Receipt);
        Assert.DoesNotContain(phone, (await asha.Get("/v1/funding-sessions")).Text, StringComparison.Ordinal);
        Assert.Single((await asha.Get($"/v1/funding-sessions?account={purse}")).Is(HttpStatusCode.OK)["data"]!.AsArray());
        Assert.Empty((await asha.Get($"/v1/funding-sessions?account={Guid.CreateVersion7()}")).Is(HttpStatusCode.OK)["data"]!.AsArray());
    }

    [Fact]
    public async Task The_same_key_asks_once()
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        var (phone, key) = (PaymentsServer.Number(), Guid.CreateVersion7().ToString());
        var first = (await PaymentsServer.TopUp(asha, purse, "mpesa", phone, 20, key)).Is(HttpStatusCode.Created);
        var again = (await PaymentsServer.TopUp(asha, purse, "mpesa", phone, 20, key)).Is(HttpStatusCode.Created);
        Assert.Equal((string)first["id"]!, (string)again["id"]!);
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{first["id"]}", "completed");
        await PaymentsServer.Has(asha, purse, 20m);
    }

    [Fact]
    public async Task What_cannot_be_asked_for_is_refused_with_the_field()
    {
        var asha = await server.Someone();
        var (purse, dollars) = (await asha.Account(), await asha.Account(currency: "USD"));
        var phone = PaymentsServer.Number();
        var cents = (await PaymentsServer.TopUp(asha, purse, "mpesa", phone, 10.50m)).IsProblem(
            400,
            "platform.invalid_request",
            "amount.amount"
        );
        Assert.Equal("too_many_digits", (string)cents["errors"]![0]!["code"]!);
        (await PaymentsServer.TopUp(asha, purse, "kcb", phone, 10.50m)).IsProblem(400, "platform.invalid_request", "amount.amount");
        (await PaymentsServer.TopUp(asha, purse, "dtb", phone, 10.505m)).IsProblem(400, "platform.invalid_request", "amount.amount");
        (await PaymentsServer.TopUp(asha, purse, "mpesa", "12345", 10)).IsProblem(400, "platform.invalid_request", "phone");
        (await PaymentsServer.TopUp(asha, purse, "visa", phone, 10)).IsProblem(400, "platform.invalid_request", "source");
        (await PaymentsServer.TopUp(asha, purse, "mpesa", phone, 250_001)).IsProblem(422, "payments.rail_limit", "amount");
        (await PaymentsServer.TopUp(asha, dollars, "mpesa", phone, 10)).IsProblem(422, "ledger.currency_mismatch");
        var juma = await server.Someone();
        (await PaymentsServer.TopUp(juma, purse, "mpesa", phone, 10)).IsProblem(404, "accounts.no_such_account");
        (await asha.Get($"/v1/funding-sessions/{Guid.CreateVersion7()}")).IsProblem(404, "payments.no_such_funding_session");
        using var sandbox = await asha.Key("user", asha.Id, "sandbox", "payments.own", "accounts.own");
        var toy = (
            await Customer.Send(sandbox, HttpMethod.Post, "/v1/accounts", new JsonObject { ["currency"] = "KES", ["kind"] = "wallet" })
        ).Is(HttpStatusCode.Created);
        var wish = new JsonObject
        {
            ["account"] = (Guid)toy["id"]!,
            ["source"] = "mpesa",
            ["phone"] = phone,
            ["amount"] = Customer.Amount(10),
        };
        (await Customer.Send(sandbox, HttpMethod.Post, "/v1/funding-sessions", wish)).IsProblem(422, "payments.source_off", "source");
        Assert.DoesNotContain(server.Rails.Book.Entries, e => e.Party == phone);
    }

    [Fact]
    public async Task What_came_for_a_closed_account_is_held_and_two_people_give_it_to_another()
    {
        var (asha, clerk, chief) = (
            await server.Someone(),
            await server.Someone("user", "operations"),
            await server.Someone("user", "admin")
        );
        var (purse, other) = (await asha.Account(), await asha.Account());
        // The prompt is not answered before the account is closed.
        var phone = PaymentsServer.Number();
        JsonNode made;
        using (server.Rails.HoldUp(phone))
        {
            made = (await PaymentsServer.TopUp(asha, purse, "mpesa", phone, 75)).Is(HttpStatusCode.Created);
            (await asha.Post($"/v1/accounts/{purse}/close", new JsonObject { ["sweep_to"] = other })).Is(HttpStatusCode.OK);
        }

        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{made["id"]}", "held");
        var call = await server.CallOf((Guid)made["id"]!);
        var held = (await clerk.Get("/v1/operations/suspense?status=open&limit=100")).Is(HttpStatusCode.OK)["data"]!
            .AsArray()
            .Single(s => (Guid)s!["call"]! == call.Id)!;
        Assert.Equal(("account_closed", 75m), ((string)held["reason"]!, Customer.Digits(held["amount"])));
        var wish = new JsonObject { ["account"] = other, ["note"] = "she called" };
        var asked = (await clerk.Post($"/v1/operations/suspense/{held["id"]}/assignment", wish)).Is(HttpStatusCode.Accepted);
        await PaymentsServer.Has(asha, other, 0m);
        await PaymentsServer.Approve(chief, asked);
        await PaymentsServer.Has(asha, other, 75m);
        Assert.Equal("deposit", (string)Assert.Single(await asha.Activity(other))["type"]!);
        (await clerk.Post($"/v1/operations/suspense/{held["id"]}/assignment", wish)).IsProblem(404, "payments.no_such_suspense");
    }

    [Fact]
    public async Task What_customers_pay_of_their_own_accord_goes_to_the_account_that_they_name_or_to_suspense()
    {
        var (asha, clerk) = (await server.Someone(), await server.Someone("user", "operations"));
        var purse = await asha.Account();
        var number = await asha.NumberOf(purse);
        var known = server.Rails.Options.Credentials;
        await server.RegisterC2b();
        await server.Rails.Pay(known.MpesaShortCode, number, 300, PaymentsServer.Number());
        await server.Rails.Pay(known.KcbShortCode, number, 40, PaymentsServer.Number());
        await Eventually.TrueAsync(async () => await asha.Balance(purse) == 340, "both are on the account");
        var lost = $"LOST-{Guid.CreateVersion7():N}"[..20];
        await server.Rails.Pay(known.MpesaShortCode, lost, 55, PaymentsServer.Number());
        JsonNode? found = null;
        await Eventually.TrueAsync(
            async () =>
                (
                    found = (await clerk.Get("/v1/operations/suspense?limit=100")).Is(HttpStatusCode.OK)["data"]!
                        .AsArray()
                        .FirstOrDefault(s => (string?)s!["meant_for"] == lost)
                )
                    is not null,
            "what nobody knows is in suspense"
        );
        Assert.Equal("no_such_account", (string)found!["reason"]!);
    }

    [Fact]
    public async Task What_is_paid_by_hand_after_a_prompt_was_cancelled_is_not_taken_for_the_prompt()
    {
        var (asha, clerk) = (await server.Someone(), await server.Someone("user", "operations"));
        var purse = await asha.Account();
        var made = (await PaymentsServer.TopUp(asha, purse, "mpesa", PaymentsServer.Number("903"), 70)).Is(HttpStatusCode.Created);
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{made["id"]}", "failed");
        await using var owner = await server.Owner();
        var shown = await owner.QuerySingleAsync<string>(
            "select reference from payments.provider_calls where purpose_id = @id",
            new { id = (Guid)made["id"]! }
        );
        await server.RegisterC2b();
        await server.Rails.Pay(server.Rails.Options.Credentials.MpesaShortCode, shown, 70, PaymentsServer.Number());
        await Eventually.TrueAsync(
            async () =>
                (await clerk.Get("/v1/operations/suspense?limit=100")).Is(HttpStatusCode.OK)["data"]!
                    .AsArray()
                    .Any(s => (string?)s!["meant_for"] == shown),
            "the money waits for people"
        );
        await PaymentsServer.Has(asha, purse, 0m);
    }

    /// <summary>Whoever knows the standing path and makes up a payment is not believed.</summary>
    [Fact]
    public async Task A_payment_that_somebody_makes_up_is_not_booked()
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        var forged = new JsonObject
        {
            ["TransactionType"] = "Pay Bill",
            ["TransID"] = "SZZ9999999",
            ["TransAmount"] = "5000.00",
            ["BusinessShortCode"] = server.Rails.Options.Credentials.MpesaShortCode,
            ["BillRefNumber"] = await asha.NumberOf(purse),
            ["MSISDN"] = PaymentsServer.Number(),
        };
        var app = await server.App;
        var answer = await app.Anonymous.PostAsJsonAsync($"/v1/callbacks/mpesa/{PaymentsServer.NoticeSecret}", forged);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var owner = await server.Owner();
        await Eventually.TrueAsync(
            async () =>
                await owner.ExecuteScalarAsync<int>(
                    "select coalesce(max(queries), 0) from payments.provider_calls where vendor_id = 'SZZ9999999'"
                ) >= 2,
            "the rail was asked"
        );
        await PaymentsServer.Has(asha, purse, 0m);
        Assert.Equal(
            "unknown",
            await owner.QuerySingleAsync<string>("select status from payments.provider_calls where vendor_id = 'SZZ9999999'")
        );
    }
}
