using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Payments.Reconciliation;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Reconciliation;

/// <summary>A break is booked by one approval, and by no other while that one is at it.</summary>
[Collection(nameof(ReconciliationTests))]
public sealed class ClaimTests(ReconciliationServer server)
{
    [Fact]
    public async Task While_one_approval_books_a_break_no_other_does_and_nobody_explains_it_away()
    {
        var (clerk, chief) = (await Staff(), await Staff());
        var broken = await Broken(clerk, -81);
        var (settle, book) = (await Asked(clerk, broken, "settle"), await Asked(clerk, broken, "book"));
        var points = (await server.App).Services.GetRequiredService<CrashPoints>();
        Reply? other = null,
            explained = null;
        points.Passing = (place, _) =>
        {
            if (place != "break.claimed")
                return;
            points.Passing = null;
            other = Task.Run(() => chief.Post($"/v1/approvals/{settle}/approve")).GetAwaiter().GetResult();
            explained = Task.Run(() => ReconciliationServer.Resolve(clerk, broken, "explained")).GetAwaiter().GetResult();
        };
        try
        {
            await PaymentsServer.Approve(chief, new JsonObject { ["id"] = book.ToString() });
        }
        finally
        {
            points.Passing = null;
        }

        Assert.Equal("refused", (string)other!.Is(HttpStatusCode.OK)["status"]!);
        explained!.IsProblem(409, "payments.break_ended", "break");
        var now = (await clerk.Get($"/v1/operations/breaks/{broken["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(("resolved", "booked"), ((string)now["status"]!, (string)now["resolution"]!));
        await using var owner = await server.Owner();
        Assert.Equal(
            [-81m],
            await owner.QueryAsync<decimal>(
                """
                select m.change from payments.rail_movements m left join payments.rail_settlements t on t.id = m.id
                 where m.settled_by = @id or t.break_id = @id
                """,
                new { id = (Guid)broken["id"]! }
            )
        );
    }

    [Fact]
    public async Task A_claim_ends_with_an_approval_that_comes_to_nothing()
    {
        var (clerk, chief) = (await Staff(), await Staff());
        var broken = await Broken(clerk, -82);
        var given = await Asked(clerk, broken, "book");
        await using var owner = await server.Owner();
        await owner.ExecuteAsync("update payments.breaks set claimed_by = @given where id = @id", new { given, id = (Guid)broken["id"]! });
        await Match();
        (await ReconciliationServer.Resolve(clerk, broken, "explained")).IsProblem(409, "payments.break_ended", "break");
        (await clerk.Post($"/v1/approvals/{given}/withdraw")).Is(HttpStatusCode.OK);
        await Match();
        (await ReconciliationServer.Resolve(clerk, broken, "explained")).Is(HttpStatusCode.OK);

        // And whoever books it next need not wait for that.
        var next = await Broken(clerk, -83);
        given = await Asked(clerk, next, "settle");
        await owner.ExecuteAsync("update payments.breaks set claimed_by = @given where id = @id", new { given, id = (Guid)next["id"]! });
        (await clerk.Post($"/v1/approvals/{given}/withdraw")).Is(HttpStatusCode.OK);
        await ReconciliationServer.Book(clerk, chief, next);
    }

    Task<Customer> Staff() => server.Someone("user", "operations");

    async Task Match() => await (await server.App).Services.GetRequiredService<Matcher>().Run(TestContext.Current.CancellationToken);

    async Task<JsonNode> Broken(Customer clerk, decimal change)
    {
        var asha = await server.Someone();
        await server.Topped(asha, await asha.Account(), "kcb", 300);
        var receipt = ReconciliationServer.Receipt();
        (await ReconciliationServer.Upload(clerk, "kcb", ReconciliationServer.Bank((receipt, "", change)))).Is(HttpStatusCode.Created);
        return (await ReconciliationServer.BreakOf(clerk, "kcb", receipt))!;
    }

    static async Task<Guid> Asked(Customer clerk, JsonNode broken, string action) =>
        (Guid)(await ReconciliationServer.Resolve(clerk, broken, action)).Is(HttpStatusCode.Accepted)["id"]!;
}
