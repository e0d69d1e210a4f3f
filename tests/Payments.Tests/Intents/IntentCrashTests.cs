using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Providers;
using Hazina.Payments.Tests.Paying;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Tests.Intents;

/// <summary>The work for an intent breaks off before its rail has heard of it. Where it breaks off elsewhere: <see cref="Faults.FaultMatrixTests"/>.</summary>
public sealed class IntentCrashTests(PaymentsServer server)
{
    [Fact]
    public async Task A_rail_that_has_not_heard_of_it_is_not_asked_for_what_was_cancelled()
    {
        var shop = await Shop.Open(server, 1000);
        var phone = PaymentsServer.Number();
        var meant = await shop.Meant(200, [Splits.Rail("mpesa", 200, phone)]);
        var its = StableId.Of("intent call", (Guid)meant["sources"]![0]!["id"]!);
        var points = (await server.App).Services.GetRequiredService<CrashPoints>();
        points.Passing = (place, call) =>
        {
            if (call == its)
                throw new InvalidOperationException($"The test breaks off at {place}.");
        };
        try
        {
            await shop.Confirmed(meant);
            var ended = (await shop.Asha.GiveUp(meant)).Is(HttpStatusCode.OK);
            Assert.Equal(("canceled", "mpesa released"), ((string)ended["status"]!, Splits.Legs(ended)));
            Assert.Equal(
                ("cancelled", 0),
                ((await server.CallOf((Guid)meant["id"]!)).Status, (await server.CallOf((Guid)meant["id"]!)).Attempts)
            );
        }
        finally
        {
            points.Passing = null;
        }

        await using var owner = await server.Owner();
        Assert.Null(await owner.QuerySingleAsync<DateTime?>("select next_at from payments.provider_calls where id = @its", new { its }));
        Assert.DoesNotContain(server.Rails.Book.Entries, e => e.Party == phone);
    }
}
