using System.Net;
using System.Text.Json.Nodes;
using Hazina.Testing;

namespace Hazina.Ledger.Tests.Api;

public sealed class ReservationTests(ApiServer server)
{
    [Fact]
    public async Task Money_is_reserved_captured_in_parts_and_released()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (wallet, shop, tips) = (await api.Wallet("100.00", cash), await api.Account(), await api.Account());
        var hold = LedgerApi.Id();
        var body = new JsonObject
        {
            ["id"] = hold,
            ["account"] = wallet,
            ["amount"] = LedgerApi.Amount("80.00"),
            ["reference"] = "auth-1",
        };
        var first = await api.Post("/reservations", body);
        var made = first.Is(HttpStatusCode.Created);
        Assert.Equal(("active", "80.00", wallet), ((string?)made["status"], (string?)made["remaining"]!["amount"], (Guid)made["account"]!));
        Assert.Equal(("100.00", "80.00", "20.00"), await api.Balance(wallet));

        var capture = Capture(shop, "50.00");
        var captured = await api.Post($"/reservations/{hold}/capture", capture);
        captured.Is(HttpStatusCode.Created);
        Assert.Equal(captured.Text, (await api.Post($"/reservations/{hold}/capture", capture)).Text);
        (await api.Post($"/reservations/{hold}/capture", Capture(tips, "10.00"))).Is(HttpStatusCode.Created);
        (await api.Post($"/reservations/{hold}/capture", Capture(tips, "20.01"))).IsProblem(422, "ledger.reservation_exceeded", "amount");
        Assert.Equal(("40.00", "20.00", "20.00"), await api.Balance(wallet));
        Assert.Equal("50.00", (await api.Balance(shop)).Posted);

        (
            await api.Post(
                $"/reservations/{hold}/release",
                new JsonObject { ["id"] = LedgerApi.Id(), ["amount"] = LedgerApi.Amount("5.00") }
            )
        ).Is(HttpStatusCode.Created);
        var shown = (await api.Get($"/reservations/{hold}")).Is(HttpStatusCode.OK);
        Assert.Equal(("active", "80.00", "15.00", "60.00", "5.00"), Figures(shown));
        (await api.Post($"/reservations/{hold}/release", new JsonObject { ["id"] = LedgerApi.Id() })).Is(HttpStatusCode.Created);
        shown = (await api.Get($"/reservations/{hold}")).Is(HttpStatusCode.OK);
        Assert.Equal(("released", "80.00", "0.00", "60.00", "20.00"), Figures(shown));
        Assert.NotNull(shown["ended_at"]);
        Assert.Equal(("40.00", "0.00", "40.00"), await api.Balance(wallet));
        (await api.Post($"/reservations/{hold}/capture", Capture(tips, "1.00"))).IsProblem(
            409,
            "ledger.reservation_not_active",
            "reservation"
        );

        var again = await api.Post("/reservations", body);
        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        Assert.True(again.IsReplayed);
    }

    [Fact]
    public async Task Cash_that_is_reserved_is_captured_from_the_side_on_which_it_grows()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (till, wallet, hold) = (await api.Account(type: "asset"), await api.Account(), LedgerApi.Id());
        (await api.Transfer(till, cash, "30.00")).Is(HttpStatusCode.Created);
        (
            await api.Post(
                "/reservations",
                new JsonObject
                {
                    ["id"] = hold,
                    ["account"] = till,
                    ["amount"] = LedgerApi.Amount("30.00"),
                }
            )
        ).Is(HttpStatusCode.Created);
        (await api.Post($"/reservations/{hold}/capture", Capture(cash, "30.00"))).Is(HttpStatusCode.Created);
        Assert.Equal(("0.00", "0.00", "0.00"), await api.Balance(till));
        Assert.Equal("captured", (string?)(await api.Get($"/reservations/{hold}")).Is(HttpStatusCode.OK)["status"]);
        Assert.Equal("0.00", (await api.Balance(wallet)).Posted);
    }

    [Fact]
    public async Task Captures_go_through_on_a_frozen_account()
    {
        var api = await server.Live();
        var cash = await api.Cash();
        var (wallet, hold) = (await api.Wallet("10.00", cash), LedgerApi.Id());
        (
            await api.Post(
                "/reservations",
                new JsonObject
                {
                    ["id"] = hold,
                    ["account"] = wallet,
                    ["amount"] = LedgerApi.Amount("10.00"),
                }
            )
        ).Is(HttpStatusCode.Created);
        (await api.Post($"/accounts/{wallet}/freeze", new JsonObject { ["id"] = LedgerApi.Id(), ["side"] = "both" })).Is(HttpStatusCode.OK);
        (await api.Post($"/reservations/{hold}/capture", Capture(cash, "4.00"))).Is(HttpStatusCode.Created);
        (
            await api.Post(
                "/reservations",
                new JsonObject
                {
                    ["id"] = LedgerApi.Id(),
                    ["account"] = wallet,
                    ["amount"] = LedgerApi.Amount("1.00"),
                }
            )
        ).IsProblem(422, "ledger.account_frozen", "account");
    }

    [Fact]
    public async Task What_is_left_is_released_when_its_time_is_over()
    {
        var api = await server.Live();
        var (wallet, hold) = (await api.Wallet("10.00", await api.Cash()), LedgerApi.Id());
        var expiry = TimeProvider.System.GetUtcNow().AddMilliseconds(700);
        (
            await api.Post(
                "/reservations",
                new JsonObject
                {
                    ["id"] = hold,
                    ["account"] = wallet,
                    ["amount"] = LedgerApi.Amount("10.00"),
                    ["expires_at"] = $"{expiry:yyyy-MM-ddTHH:mm:ss.ffffff}Z",
                }
            )
        ).Is(HttpStatusCode.Created);
        await Eventually.TrueAsync(
            async () => (string?)(await api.Get($"/reservations/{hold}")).Json["status"] == "expired",
            "the reservation expires"
        );
        Assert.Equal(("10.00", "0.00", "10.00"), await api.Balance(wallet));
    }

    [Fact]
    public async Task The_active_ones_of_an_account_are_listed()
    {
        var api = await server.Live();
        var wallet = await api.Wallet("10.00", await api.Cash());
        var holds = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            holds.Add(LedgerApi.Id());
            (
                await api.Post(
                    "/reservations",
                    new JsonObject
                    {
                        ["id"] = holds[i],
                        ["account"] = wallet,
                        ["amount"] = LedgerApi.Amount("1.00"),
                    }
                )
            ).Is(HttpStatusCode.Created);
        }

        (await api.Post($"/reservations/{holds[1]}/release", new JsonObject { ["id"] = LedgerApi.Id() })).Is(HttpStatusCode.Created);
        List<Guid> active = [holds[3], holds[2], holds[0]];
        Assert.Equal(active, AccountTests.Ids(await api.Get($"/accounts/{wallet}/reservations")));
        Assert.Equal(active[..2], AccountTests.Ids(await api.Get($"/accounts/{wallet}/reservations?limit=2")));
        Assert.Equal(active[2..], AccountTests.Ids(await api.Get($"/accounts/{wallet}/reservations?limit=2&starting_after={active[1]}")));
        Assert.Equal(active[..2], AccountTests.Ids(await api.Get($"/accounts/{wallet}/reservations?limit=2&ending_before={active[2]}")));
    }

    [Fact]
    public async Task Another_books_reservation_is_no_reservation()
    {
        var (live, sandbox) = (await server.Live(), await server.Sandbox());
        var (wallet, hold) = (await live.Wallet("10.00", await live.Cash()), LedgerApi.Id());
        (
            await live.Post(
                "/reservations",
                new JsonObject
                {
                    ["id"] = hold,
                    ["account"] = wallet,
                    ["amount"] = LedgerApi.Amount("1.00"),
                }
            )
        ).Is(HttpStatusCode.Created);
        (await sandbox.Get($"/reservations/{hold}")).IsProblem(404, "ledger.no_such_reservation", "reservation");
        (await sandbox.Post($"/reservations/{hold}/capture", Capture(await sandbox.Cash(), "1.00"))).IsProblem(
            404,
            "ledger.no_such_reservation"
        );
        (await sandbox.Post($"/reservations/{hold}/release", new JsonObject { ["id"] = LedgerApi.Id() })).IsProblem(
            404,
            "ledger.no_such_reservation"
        );
        (
            await live.Post(
                "/reservations",
                new JsonObject
                {
                    ["id"] = LedgerApi.Id(),
                    ["account"] = wallet,
                    ["amount"] = LedgerApi.Amount("9.01"),
                }
            )
        ).IsProblem(402, "ledger.insufficient_funds", "account");
    }

    static (string? Status, string? Amount, string? Remaining, string? Captured, string? Released) Figures(JsonNode shown)
    {
        return ((string?)shown["status"], Text("amount"), Text("remaining"), Text("captured"), Text("released"));

        string? Text(string name) => (string?)shown[name]!["amount"];
    }

    static JsonObject Capture(Guid to, string amount) =>
        new()
        {
            ["id"] = LedgerApi.Id(),
            ["to"] = to,
            ["amount"] = LedgerApi.Amount(amount),
        };
}
