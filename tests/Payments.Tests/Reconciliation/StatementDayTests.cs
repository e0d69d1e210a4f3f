using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Simulator;

namespace Hazina.Payments.Tests.Reconciliation;

/// <summary>A day over the rails, their statements, and the proof: on a server of its own, since all that moves there counts.</summary>
public sealed class StatementDayTests(ReconciliationServer server) : IClassFixture<ReconciliationServer>
{
    static readonly string[] Sources = ["mpesa", "kcb", "dtb"];

    [Fact]
    public async Task A_day_with_all_that_rails_do_is_in_their_statements_and_the_proof_agrees_until_a_rail_has_more()
    {
        var (asha, clerk, chief) = (
            await server.Someone(),
            await server.Someone("user", "operations"),
            await server.Someone("user", "operations")
        );
        var (incoming, outgoing) = (await asha.Account(), await asha.Account(500_000));
        foreach (var source in Sources)
        {
            for (var digits = 900; digits <= 921; digits++)
            {
                var last = digits.ToString(CultureInfo.InvariantCulture);
                await PaymentsServer.TopUp(asha, incoming, source, PaymentsServer.Number(last), 100 + digits - 900);
                // What a rail pays after it has said to have failed is never booked by itself: people look at it.
                if (digits == 920)
                    continue;
                var paid = PaymentsServer.Number(last);
                var to = source == "mpesa" ? PaymentsServer.Phone(paid) : server.Bank(source == "kcb" ? "01" : "63", paid);
                await PaymentsServer.Withdraw(asha, outgoing, to, 200 + digits - 900);
            }
        }

        await server.Rails.SettleAsync();
        await Eventually.TrueAsync(
            async () => await Booked() == server.Rails.Book.Entries.Sum(e => e.Change),
            "the books agree",
            () =>
                $": {string.Join("; ", server.Rails.Book.Entries.Where(e => !IsBooked(e)).Select(e => $"{e.Rail} {e.Kind} {e.Party} {e.Change}"))}"
        );
        await Eventually.TrueAsync(async () => await Unended() == 0, "nothing is under way");

        foreach (var source in Sources)
        {
            var rail = Enum.Parse<Rail>(source, ignoreCase: true);
            var csv = server.Rails.VendorStatement(rail);
            var taken = (await ReconciliationServer.Upload(clerk, source, csv)).Is(HttpStatusCode.Created);
            var (lines, counts) = ((int)taken["lines"]!, taken["counts"]!);
            Assert.Equal(server.Rails.Book.Entries.Count(e => e.Rail == rail), lines);
            Assert.True(lines == (int)counts["matched"]!, taken.ToJsonString());
            Assert.Equal((0, 0), ((int)counts["breaks"]!, (int)counts["missing_there"]!));
            Assert.Equal(server.Rails.Book.Balance(rail), Customer.Digits(taken["closing"]));
            var again = (await ReconciliationServer.Upload(clerk, source, csv)).Is(HttpStatusCode.OK);
            Assert.Equal((string)taken["id"]!, (string)again["id"]!);
        }

        var proof = await ReconciliationServer.Prove(clerk);
        Assert.True((string)proof["status"]! == "agrees", proof.ToJsonString());
        Assert.Equal(3, proof["arithmetic"]!["rails"]!.AsArray().Count);

        await UnknownMoney(asha, clerk, chief, incoming);
        await Tampering(clerk);
    }

    /// <summary>Nobody has told us of it: a customer paid to the paybill while callbacks were not registered.</summary>
    async Task UnknownMoney(Customer asha, Customer clerk, Customer chief, Guid purse)
    {
        var before = await asha.Balance(purse);
        var paid = await server.Rails.Pay(
            server.Rails.Options.Credentials.MpesaShortCode,
            await asha.NumberOf(purse),
            321,
            PaymentsServer.Number()
        );
        var taken = (await ReconciliationServer.Upload(clerk, "mpesa", server.Rails.VendorStatement(Rail.Mpesa))).Is(
            HttpStatusCode.Created
        );
        Assert.Equal(((int)taken["lines"]! - 1, 1), ((int)taken["known_lines"]!, (int)taken["counts"]!["breaks"]!));
        var proof = await ReconciliationServer.Prove(clerk);
        Assert.Equal(["mpesa"], ReconciliationServer.Differs(proof));
        var told = (await clerk.Get("/v1/operations/trust-proofs?status=differs")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Contains(told, p => (string)p!["id"]! == (string)proof["id"]!);

        var broken = await ReconciliationServer.BreakOf(clerk, "mpesa", paid!.Receipt);
        Assert.Equal(("missing_here", 321m), ((string)broken!["kind"]!, Customer.Digits(broken["change"])));
        var whole = (await clerk.Get($"/v1/operations/breaks/{broken["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(await asha.NumberOf(purse), (string)whole["line"]!["meant_for"]!);
        (await asha.Get("/v1/operations/breaks")).IsProblem(403, "platform.permission_missing");
        (await ReconciliationServer.Resolve(asha, broken, "book")).IsProblem(403, "platform.permission_missing");

        var asked = (await ReconciliationServer.Resolve(clerk, broken, "book")).Is(HttpStatusCode.Accepted);
        (await clerk.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.Forbidden);
        Assert.Equal(before, await asha.Balance(purse));
        (await chief.Post($"/v1/approvals/{asked["id"]}/approve")).Is(HttpStatusCode.OK);
        await PaymentsServer.Has(asha, purse, before + 321);
        (await ReconciliationServer.Resolve(clerk, broken, "book")).IsProblem(409, "payments.break_ended");
        Assert.NotNull(await ReconciliationServer.BreakOf(clerk, "mpesa", paid.Receipt, "resolved"));
        proof = await ReconciliationServer.Prove(clerk);
        Assert.True((string)proof["status"]! == "agrees", proof.ToJsonString());

        // Told by the rail after all: it is booked already.
        await using var owner = await server.Owner();
        Assert.Equal(
            (1, 1),
            await owner.QuerySingleAsync<(int, int)>(
                """
                select (select count(*)::int from payments.provider_calls where receipt = @receipt),
                       (select count(*)::int from payments.rail_movements m join payments.provider_calls c on c.id = m.call_id
                         where c.receipt = @receipt and m.line_id is not null)
                """,
                new { receipt = paid.Receipt }
            )
        );
    }

    /// <summary>Somebody changes which way money went.</summary>
    async Task Tampering(Customer clerk)
    {
        await using var owner = await server.Owner();
        const string turn = """
            update payments.rail_movements set change = -change where id = (select id from payments.rail_movements where kind = 'deposit' order by id limit 1)
            """;
        await owner.ExecuteAsync(turn);
        Assert.Contains("rails_in_transit", ReconciliationServer.Differs(await ReconciliationServer.Prove(clerk)));
        await owner.ExecuteAsync(turn);
        Assert.Equal("agrees", (string)(await ReconciliationServer.Prove(clerk))["status"]!);
        await Eventually.TrueAsync(
            async () =>
                (await owner.QueryAsync<string>("select data::text from platform.events where type = 'payments.trust.differs.v1'")).Any(e =>
                    e.Contains("rails_in_transit", StringComparison.Ordinal)
                ),
            "the event is told"
        );
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => owner.ExecuteAsync("update payments.trust_proofs set status = 'agrees'"));
    }

    bool IsBooked(BookEntry entry)
    {
        using var owner = server.Owner().GetAwaiter().GetResult();
        return owner.QuerySingle<bool>(
            """
            select exists (select from payments.rail_movements m join payments.provider_calls c on c.id = m.call_id
                            where m.change = @Change and (c.receipt = @Receipt or c.id::text = @OurId or @OurId like '%' || c.reference))
            """,
            new
            {
                entry.Change,
                entry.Receipt,
                entry.OurId,
            }
        );
    }

    async Task<decimal> Booked()
    {
        await using var owner = await server.Owner();
        return await owner.QuerySingleAsync<decimal>("select coalesce(sum(change), 0) from payments.rail_movements");
    }

    async Task<int> Unended()
    {
        await using var owner = await server.Owner();
        return await owner.QuerySingleAsync<int>(
            "select count(*)::int from payments.provider_calls where status in ('created', 'prompted', 'unknown')"
        );
    }
}
