using System.Net;
using System.Text.Json.Nodes;
using Hazina.Simulator;

namespace Hazina.Payments.Tests.Providers;

/// <summary>What each rail has to do, whatever its vendor does: the customer gets what really moved, once, and is told why something did not.</summary>
public sealed class ComplianceTests(PaymentsServer server)
{
    const string Fine = "completed";

    /// <summary>What becomes of money that is asked for, by how the vendor behaves; where a rail differs, its own line counts.</summary>
    static readonly Dictionary<Behaviour, string> Collected = new()
    {
        [Behaviour.Ok] = Fine,
        [Behaviour.Insufficient] = "payments.payer_lacks_funds",
        [Behaviour.WrongPin] = "payments.wrong_pin",
        [Behaviour.Cancelled] = "payments.cancelled_by_payer",
        [Behaviour.Timeout] = "payments.payer_unreachable",
        [Behaviour.Expired] = "payments.prompt_expired",
        [Behaviour.PartyUnavailable] = "payments.recipient_unavailable",
        [Behaviour.LateSuccess] = Fine,
        [Behaviour.DuplicateCallback] = Fine,
        [Behaviour.DisorderedCallbacks] = Fine,
        [Behaviour.LostCallback] = Fine,
        [Behaviour.CallbackFirst] = Fine,
        [Behaviour.ErrorBefore] = "payments.no_answer",
        [Behaviour.ErrorAfter] = Fine,
        [Behaviour.CutAfter] = Fine,
        [Behaviour.Slow] = Fine,
        [Behaviour.Malformed] = Fine,
        [Behaviour.ForgedCallback] = "payments.cancelled_by_payer",
        [Behaviour.FailedThenPaid] = "late_completed",
        [Behaviour.Locked] = "payments.payer_busy",
    };

    static readonly Dictionary<Behaviour, string> PaidOut = new()
    {
        [Behaviour.Ok] = "paid",
        [Behaviour.PartyUnavailable] = "failed",
        [Behaviour.LateSuccess] = "paid",
        [Behaviour.DuplicateCallback] = "paid",
        [Behaviour.DisorderedCallbacks] = "paid",
        [Behaviour.LostCallback] = "paid",
        [Behaviour.CallbackFirst] = "paid",
        [Behaviour.ErrorBefore] = "paid",
        [Behaviour.ErrorAfter] = "paid",
        [Behaviour.CutAfter] = "paid",
        [Behaviour.Slow] = "paid",
        [Behaviour.Malformed] = "paid",
        [Behaviour.ForgedCallback] = "failed",
        [Behaviour.Locked] = "failed",
    };

    /// <summary>A rail that takes our ids is sent what it had failed to take, and takes it the second time.</summary>
    static string Expected(string source, Behaviour behaviour) =>
        source == "dtb" && behaviour == Behaviour.ErrorBefore ? Fine : Collected[behaviour];

    static string Digits(Behaviour behaviour) => behaviour == Behaviour.Ok ? "000" : $"{900 + (int)behaviour}";

    [Theory]
    [InlineData("mpesa")]
    [InlineData("kcb")]
    [InlineData("dtb")]
    public async Task Money_that_is_asked_for_is_booked_once_if_it_moved_and_not_otherwise(string source)
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        var cases = Collected
            .Select((c, i) => (c.Key, Value: Expected(source, c.Key), Phone: PaymentsServer.Number(Digits(c.Key)), Amount: 100m + i))
            .ToList();
        foreach (var one in cases)
            (await PaymentsServer.TopUp(asha, purse, source, one.Phone, one.Amount)).Is(HttpStatusCode.Created);

        IReadOnlyList<JsonNode> sessions = [];
        await Eventually.TrueAsync(
            async () =>
            {
                sessions = [.. (await asha.Get("/v1/funding-sessions?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(s => s!)];
                return cases.All(c => Became(sessions, c.Amount) == c.Value);
            },
            "each session is what it should be: ",
            () =>
                string.Join(
                    "; ",
                    cases
                        .Where(c => Became(sessions, c.Amount) != c.Value)
                        .Select(c => $"{c.Key} is {Became(sessions, c.Amount)}, not {c.Value}")
                )
        );
        var moved = server.Rails.Book.Entries.Where(e => cases.Any(c => c.Phone == e.Party)).ToList();
        await PaymentsServer.Has(asha, purse, moved.Sum(e => e.Change));
        Assert.Equal(
            cases.Where(c => c.Value is Fine or "late_completed").Select(c => c.Phone).Order(StringComparer.Ordinal),
            moved.Select(e => e.Party).Order(StringComparer.Ordinal)
        );
        Assert.Equal(moved.Count, (await asha.Activity(purse)).Count(a => (string)a["type"]! == "deposit"));
    }

    /// <summary>The status of what has come, the reason of what has not.</summary>
    static string Became(IReadOnlyList<JsonNode> sessions, decimal amount)
    {
        var session = sessions.Single(s => Customer.Digits(s["amount"]) == amount);
        return (string?)session["failure"]?["code"] ?? (string)session["status"]!;
    }

    [Theory]
    [InlineData("mpesa")]
    [InlineData("kcb")]
    [InlineData("dtb")]
    public async Task Money_that_is_sent_leaves_the_account_if_it_moved_and_is_available_again_otherwise(string provider)
    {
        var asha = await server.Someone();
        const decimal start = 40_000;
        var purse = await asha.Account(start);
        var cases = PaidOut.Select((c, i) => (c.Key, c.Value, To: PaymentsServer.Number(Digits(c.Key)), Amount: 100m + i)).ToList();
        foreach (var one in cases)
            (await PaymentsServer.Withdraw(asha, purse, Target(provider, one.To), one.Amount)).Is(HttpStatusCode.Created);

        IReadOnlyList<JsonNode> rows = [];
        await Eventually.TrueAsync(
            async () =>
            {
                rows = [.. (await asha.Get("/v1/withdrawals?limit=100")).Is(HttpStatusCode.OK)["data"]!.AsArray().Select(s => s!)];
                return cases.All(c => StatusOf(rows, c.Amount) == c.Value);
            },
            "each withdrawal is what it should be: ",
            () =>
                string.Join(
                    "; ",
                    cases
                        .Where(c => StatusOf(rows, c.Amount) != c.Value)
                        .Select(c => $"{c.Key} is {StatusOf(rows, c.Amount)}, not {c.Value}")
                )
        );
        var moved = server.Rails.Book.Entries.Where(e => cases.Any(c => c.To == e.Party)).ToList();
        var left = start + moved.Sum(e => e.Change);
        await PaymentsServer.HasFree(asha, purse, left, left);
        Assert.All(rows, r => Assert.Equal(provider, (string)r["provider"]!));
    }

    static string StatusOf(IReadOnlyList<JsonNode> rows, decimal amount) =>
        (string)rows.Single(s => Customer.Digits(s["amount"]) == amount)["status"]!;

    JsonObject Target(string provider, string number) =>
        provider == "mpesa" ? PaymentsServer.Phone(number) : server.Bank(provider == "kcb" ? "01" : "63", number);

    [Fact]
    public async Task A_token_that_is_refused_is_had_anew_and_the_call_goes_through()
    {
        var asha = await server.Someone();
        var purse = await asha.Account();
        foreach (var source in (string[])["mpesa", "kcb", "dtb"])
        {
            var first = (await PaymentsServer.TopUp(asha, purse, source, PaymentsServer.Number(), 10)).Is(HttpStatusCode.Created);
            await PaymentsServer.Until(asha, $"/v1/funding-sessions/{first["id"]}", Fine);
        }

        server.Rails.RevokeTokens();
        foreach (var source in (string[])["mpesa", "kcb", "dtb"])
        {
            var second = (await PaymentsServer.TopUp(asha, purse, source, PaymentsServer.Number(), 10)).Is(HttpStatusCode.Created);
            await PaymentsServer.Until(asha, $"/v1/funding-sessions/{second["id"]}", Fine);
        }

        await PaymentsServer.Has(asha, purse, 60m);
    }
}
