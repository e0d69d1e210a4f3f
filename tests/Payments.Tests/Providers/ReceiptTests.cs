using System.Net;
using Dapper;
using Hazina.Payments.Tests.Reconciliation;
using Hazina.Simulator;

namespace Hazina.Payments.Tests.Providers;

/// <summary>On a server whose rails nobody else tells how to behave.</summary>
[Collection(nameof(ReconciliationTests))]
public sealed class ReceiptTests(ReconciliationServer server)
{
    [Fact]
    public async Task What_only_a_callback_says_is_kept_until_the_rail_can_be_asked_whether_it_is_true()
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        var phone = PaymentsServer.Number();
        server.Rails.Behave(c => c.Operation == Operation.Query ? Behaviour.ErrorBefore : null);
        Guid session;
        try
        {
            session = (Guid)(await PaymentsServer.TopUp(asha, purse, "mpesa", phone, 85)).Is(HttpStatusCode.Created)["id"]!;
            await using var owner = await server.Owner();
            await Eventually.TrueAsync(
                async () => await owner.QuerySingleAsync<bool>(TriedSql, new { session }),
                "its callback has been acted on, and once more or for the last time"
            );
        }
        finally
        {
            server.Rails.Behave(null);
        }

        // Whether its deadline has passed meanwhile is the machine's affair.
        await PaymentsServer.Until(asha, $"/v1/funding-sessions/{session}", "completed", "late_completed");
        var moved = Assert.Single(server.Rails.Book.Entries, e => e.Party == phone);
        await using var reader = await server.Owner();
        await Eventually.TrueAsync(
            async () =>
                await reader.QuerySingleAsync<string?>(
                    "select receipt from payments.provider_calls where purpose_id = @session",
                    new { session }
                ) == moved.Receipt,
            "its receipt is known"
        );
        await PaymentsServer.Has(asha, purse, 85m);
    }

    const string TriedSql = """
        select exists (select from payments.callbacks k join payments.provider_calls c on c.id = k.call_id
                        where c.purpose_id = @session and (k.attempts > 1 or k.status <> 'received'))
        """;
}
