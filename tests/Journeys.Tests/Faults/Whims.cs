using System.Text.Json;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>What one caller asks for: drawn by a seed, and by what the caller was told before.</summary>
sealed class Whims(Random random, IReadOnlyList<Guid> wallets)
{
    const string Transactions = "/v1/ledger/transactions";
    const int Remembered = 40;

    readonly List<Hold> holds = [];
    readonly List<Wish> reversible = [];

    public Ask Next() =>
        random.Next(100) switch
        {
            < 15 => Bulk(),
            < 21 => Atomic(),
            < 36 => Reserve(),
            < 52 when holds.Count > 0 => DrawOn(Taken(holds)),
            < 57 when reversible.Count > 0 => Reverse(Taken(reversible)),
            _ => Transfer(),
        };

    /// <summary>What was posted can be drawn on or reversed later.</summary>
    public void Heard(Ask ask, IReadOnlyList<Told> told)
    {
        for (var i = 0; i < told.Count; i++)
        {
            if (!told[i].IsPosted)
                continue;
            if (ask.Wishes[i] is { Hold: { Change: > 0 } made })
                Remember(holds, made);
            else if (ask.Wishes[i] is { Hold: null } moved && random.Next(10) == 0)
                Remember(reversible, moved);
        }
    }

    /// <summary>What brings the first money to some wallets.</summary>
    public static Ask Funding(Guid cash, IReadOnlyList<Guid> wallets, decimal amount)
    {
        var id = Guid.CreateVersion7();
        var legs = wallets.Select(wallet => Leg(cash, wallet, amount));
        List<(Guid, decimal)> effects = [(cash, amount * wallets.Count), .. wallets.Select(wallet => (wallet, amount))];
        return new Ask(
            AskKind.Single,
            Transactions,
            Json(
                new
                {
                    id,
                    kind = "funding",
                    legs,
                }
            ),
            [new Wish(id, effects)]
        );
    }

    Ask Transfer()
    {
        var (content, wish) = Movement();
        return new Ask(AskKind.Single, Transactions, Json(content), [wish]);
    }

    Ask Bulk()
    {
        var movements = Movements(20, 61);
        return new Ask(
            AskKind.Independent,
            Transactions + "/bulk",
            Json(new { mode = "independent", transactions = movements.Select(m => m.Content) }),
            [.. movements.Select(m => m.Wish)]
        );
    }

    Ask Atomic()
    {
        var movements = Movements(2, 21);
        var id = Id();
        return new Ask(
            AskKind.Atomic,
            Transactions + "/bulk",
            Json(
                new
                {
                    mode = "atomic",
                    id,
                    transactions = movements.Select(m => m.Content),
                }
            ),
            [.. movements.Select(m => m.Wish)],
            id
        );
    }

    Ask Reserve()
    {
        var hold = new Hold(Id(), Wallet(), Some(250), Expires: random.Next(4) == 0);
        var body = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["id"] = hold.Reservation,
            ["account"] = hold.Account,
            ["amount"] = Money(hold.Change),
        };
        if (hold.Expires)
            body["expires_at"] = TimeProvider
                .System.GetUtcNow()
                .AddMilliseconds(random.Next(500, 4000))
                .ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
        return new Ask(AskKind.Single, "/v1/ledger/reservations", Json(body), [new Wish(hold.Reservation, [], hold)]);
    }

    /// <summary>Takes from a reservation, or gives back: at times more than is left.</summary>
    Ask DrawOn(Hold made)
    {
        var id = Id();
        var amount = random.Next(3) == 0 ? made.Change : Math.Max(1, Math.Round(made.Change * random.Next(10, 90) / 100));
        var hold = made with { Change = -amount };
        var path = $"/v1/ledger/reservations/{made.Reservation}";
        if (random.Next(2) == 0)
            return new Ask(AskKind.Single, path + "/release", Json(new { id, amount = Money(amount) }), [new Wish(id, [], hold)]);
        var to = Wallet(except: made.Account);
        return new Ask(
            AskKind.Single,
            path + "/capture",
            Json(
                new
                {
                    id,
                    to,
                    amount = Money(amount),
                }
            ),
            [new Wish(id, [(made.Account, -amount), (to, amount)], hold)]
        );
    }

    Ask Reverse(Wish wish)
    {
        var id = Id();
        return new Ask(
            AskKind.Single,
            $"{Transactions}/{wish.Id}/reversal",
            Json(new { id }),
            [new Wish(id, [.. wish.Effects.Select(e => (e.Account, -e.Change))])]
        );
    }

    List<(object Content, Wish Wish)> Movements(int from, int below) =>
        [.. Enumerable.Range(0, random.Next(from, below)).Select(_ => Movement())];

    /// <summary>One payer and up to three payees, so that a floor that is broken shows in the payer's last row.</summary>
    (object Content, Wish Wish) Movement()
    {
        var (id, payer) = (Id(), Wallet());
        var parts = Enumerable
            .Range(0, random.Next(3) == 0 ? random.Next(2, 4) : 1)
            .Select(_ => (To: Wallet(payer), Amount: Some(250)))
            .ToList();
        var content = new
        {
            id,
            kind = "transfer",
            legs = parts.Select(part => Leg(payer, part.To, part.Amount)),
        };
        return (content, new Wish(id, [.. parts.SelectMany(part => new[] { (payer, -part.Amount), (part.To, part.Amount) })]));
    }

    static object Leg(Guid debit, Guid credit, decimal amount) =>
        new
        {
            debit,
            credit,
            amount = Money(amount),
        };

    static object Money(decimal amount) => new { amount = amount.ToString("0.00"), currency = "KES" };

    decimal Some(int below) => random.Next(1, below * 100) / 100m;

    Guid Wallet(Guid except = default)
    {
        Guid wallet;
        do wallet = wallets[random.Next(wallets.Count)];
        while (wallet == except);
        return wallet;
    }

    /// <summary>Mostly by time, as is advised; at times without any order.</summary>
    Guid Id()
    {
        if (random.Next(8) > 0)
            return Guid.CreateVersion7();
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    T Taken<T>(List<T> from) => from[random.Next(from.Count)];

    void Remember<T>(List<T> where, T what)
    {
        if (where.Count < Remembered)
            where.Add(what);
        else
            where[random.Next(Remembered)] = what;
    }

    static string Json(object body) => JsonSerializer.Serialize(body);
}
