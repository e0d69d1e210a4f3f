using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Payments.Tests.Intents;
using Hazina.Payments.Tests.Reconciliation;
using Hazina.Simulator;

namespace Hazina.Payments.Tests.Faults;

/// <summary>What has to be true when all have been heard: the rails' books and ours agree to the cent, and nothing is left lying.</summary>
sealed class Aftermath(Wave wave)
{
    const int AtOnce = 6;

    readonly PaymentsServer server = wave.Server;
    int found;

    /// <summary>How many movements nobody had been told of, which a statement has brought.</summary>
    public int Found => found;

    /// <summary>Withdrawals whose caller was told to ask again, and which were made all the same.</summary>
    public async Task Find()
    {
        await using var owner = await server.Owner();
        var made = (await owner.QueryAsync<(string Key, Guid Id)>(MadeSql)).ToDictionary(m => m.Key, m => m.Id, StringComparer.Ordinal);
        foreach (var life in wave.Lives.Where(l => l is { Cell.Act: Act.Withdrawal, Id: null }))
        {
            if (made.TryGetValue(life.Key, out var id))
                life.IsFound(id);
        }
    }

    public async Task Hold()
    {
        await server.Rails.SettleAsync();
        await AllIsHeard(wave);
        await FindOut();
        await GiveUp();
        await LookOnceMore();
        await Reconcile();
        await NothingIsStuck();
        await EachIsBookedAsItMoved();
        await CustomersHaveWhatMoved();
        server.Rails.Book.Check();
        await ItIsProved();
    }

    /// <summary>What the house has lost, because a rail paid what it had said to have failed, is all that customers' money is short of.</summary>
    async Task ItIsProved()
    {
        var proof = await ReconciliationServer.Prove(wave.Clerk);
        await using var owner = await server.Owner();
        var lost = await owner.QuerySingleAsync<decimal>(
            """
            select coalesce(-sum(m.change), 0) from payments.rail_movements m
             where m.kind = 'loss' or m.kind = 'return' and m.call_id in (select l.call_id from payments.rail_movements l where l.kind = 'loss')
            """
        );
        Assert.True(ReconciliationServer.Differs(proof).All(d => d == "shortfall"), proof.ToJsonString());
        Assert.Equal(-lost, Customer.Digits(proof["arithmetic"]!["difference"]));
    }

    /// <summary>Within their deadlines: nobody helps.</summary>
    public static Task AllIsHeard(Wave wave)
    {
        IEnumerable<string> open = [];
        return Eventually.TrueAsync(
            async () =>
            {
                await using var owner = await wave.Server.Owner();
                return !(open = await owner.QueryAsync<string>(OpenSql)).Any();
            },
            "everything has come to its end",
            () => $": {string.Join("; ", open)}"
        );
    }

    /// <summary>What nobody says of what was to be sent back, and is never sent twice: people look it up in the rail's book.</summary>
    async Task FindOut()
    {
        await using var owner = await server.Owner();
        // Whoever is asked after is not being sent any more.
        await Eventually.TrueAsync(async () => await owner.QuerySingleAsync<int>(NotAskedSql) == 0, "reversals have been asked after");
        await server.Rails.SettleAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                var unclear = (await owner.QueryAsync<Guid>(UnclearSql)).ToList();
                foreach (var call in unclear)
                    await server.Overdue(call);
                return unclear.Count == 0;
            },
            "reversals are over, or known to be unknown"
        );
        foreach (var (call, reverses) in await owner.QueryAsync<(Guid, string)>(UnknownSql))
        {
            var back = server.Rails.Book.Entries.SingleOrDefault(e => e.Reverses == reverses);
            var wish = new JsonObject
            {
                ["outcome"] = back is null ? "failed" : "succeeded",
                ["receipt"] = back?.Receipt,
                ["note"] = "as their statement has it",
            };
            // What a status was asked for comes by a callback of its own, and may be quicker than two people.
            var asked = await wave.Clerk.Post($"/v1/operations/provider-calls/{call}/resolution", wish);
            if (asked.Status == HttpStatusCode.Accepted)
                await PaymentsServer.Decided(wave.Chief, asked.Json);
        }

        await Eventually.TrueAsync(async () => await owner.QuerySingleAsync<int>(NotOverSql) == 0, "all reversals are over");
    }

    /// <summary>Intents whose rail has said no, or nothing.</summary>
    async Task GiveUp()
    {
        foreach (var life in wave.Lives.Where(l => l is { Cell.Act: Act.IntentLeg, Id: not null }))
        {
            var now = (await wave.Shop.Asha.Get($"{Splits.Path}/{life.Id}")).Is(HttpStatusCode.OK);
            if ((string)now["status"]! is not ("succeeded" or "canceled"))
                (await wave.Shop.Asha.GiveUp(now)).Is(HttpStatusCode.OK);
        }
    }

    /// <summary>As it would be done a minute later, by itself: a rail may have taken what it had said not to.</summary>
    async Task LookOnceMore()
    {
        await using var owner = await server.Owner();
        await Eventually.TrueAsync(
            async () =>
            {
                await owner.ExecuteAsync(HastenSql);
                return await owner.QuerySingleAsync<int>(LateSql) == 0;
            },
            "what was given up is asked after once more"
        );
    }

    /// <summary>What a prompt has brought whose answer and callback were both lost stands in the statement alone; two people book it.</summary>
    async Task Reconcile()
    {
        foreach (var provider in Cell.Rails)
        {
            var csv = server.Rails.VendorStatement(Enum.Parse<Rail>(provider, ignoreCase: true));
            var taken = await ReconciliationServer.Upload(wave.Clerk, provider, csv);
            Assert.True(taken.Status is HttpStatusCode.Created or HttpStatusCode.OK, taken.ToString());
            for (; ; )
            {
                var page = (await wave.Clerk.Get($"/v1/operations/breaks?provider={provider}&status=open&limit=100")).Is(HttpStatusCode.OK);
                if (page["data"]!.AsArray() is not { Count: > 0 } breaks)
                    break;
                Assert.All(breaks, b => Assert.True((string)b!["kind"]! == "missing_here", b.ToJsonString()));
                await Parallel.ForEachAsync(
                    breaks,
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                    async (broken, _) =>
                    {
                        await Book(broken!);
                        Interlocked.Increment(ref found);
                    }
                );
            }
        }
    }

    /// <summary>What cannot be booked at this moment is tried again by itself.</summary>
    async Task Book(JsonNode broken)
    {
        var asked = await ReconciliationServer.Resolve(wave.Clerk, broken, "book");
        // What is booked beside it may have been its other side.
        if (asked.Code != "payments.break_ended")
            await PaymentsServer.Approve(wave.Chief, asked.Is(HttpStatusCode.Accepted));
    }

    async Task NothingIsStuck()
    {
        await using var owner = await server.Owner();
        Assert.Empty(await owner.QueryAsync<string>(StuckSql));
        Assert.Equal(0, await owner.QuerySingleAsync<int>("select count(*)::int from ledger.reservations where status = 'ACTIVE'"));
    }

    async Task EachIsBookedAsItMoved()
    {
        await using var owner = await server.Owner();
        var booked = (await owner.QueryAsync<(Guid Id, decimal Change)>(BookedSql)).ToDictionary(b => b.Id, b => b.Change);
        var moved = server.Rails.Book.Entries.ToLookup(e => e.Party, StringComparer.Ordinal);
        foreach (var life in wave.Lives)
        {
            var entries = moved[life.Phone].ToList();
            var back = entries.Count(e => e.Kind == BookKind.Reversal);
            Assert.True(back <= 1 && entries.Count - back <= 1, $"{life.Cell} has moved {entries.Count} times.");
            decimal Booked(Guid? id) => id is { } its ? booked.GetValueOrDefault(its) : 0;
            var (there, here) = (entries.Sum(e => e.Change), Booked(life.Id) + Booked(life.ReversalId));
            Assert.True(there == here, $"{life.Cell}: {there} has moved, and {here} is booked.");
            Assert.True(there == 0 || Math.Abs(there) == life.Amount, $"{life.Cell}: {there} of {life.Amount}.");
            // What a rail takes by an id of ours is sent until it is there.
            var isSure = life is { Id: not null, Cell: { Act: Act.Withdrawal, Behaviour: Behaviour.Ok } };
            Assert.True(there < 0 || !isSure, $"{life.Cell} has not moved.");
        }

        Assert.True(
            wave.Lives.Count(l => moved.Contains(l.Phone)) > wave.Lives.Count / 3,
            "Hardly anything has moved: that proves little."
        );
    }

    async Task CustomersHaveWhatMoved()
    {
        var moved = server.Rails.Book.Entries.ToLookup(e => e.Party, e => e.Change, StringComparer.Ordinal);
        decimal Of(Act act) => wave.Lives.Where(l => l.Cell.Act == act).Sum(l => moved[l.Phone].Sum());
        await using var owner = await server.Owner();
        foreach (var life in wave.Lives.Where(l => l is { Cell.Act: Act.TopUp or Act.Reversal, Id: not null }))
        {
            var its = new { account = wave.Incoming, ids = (Guid?[])[life.Id, life.ReversalId] };
            var (there, here) = (moved[life.Phone].Sum(), await owner.QuerySingleAsync<decimal>(OnAccountSql, its));
            Assert.True(
                there + await Lost(life.ReversalId) == here,
                $"{life.Cell}: {there} has moved, and {here} is on the account: {string.Join("; ", await owner.QueryAsync<string>(StorySql, its))}"
            );
        }

        // What a rail sends back after it had said no is the house's loss, too.
        var kept = await Lost([.. wave.Lives.Select(l => l.ReversalId)]);
        await PaymentsServer.Has(wave.Asha, wave.Incoming, Of(Act.TopUp) + Of(Act.Reversal) + kept);
        var lost = await Lost([.. wave.Lives.Where(l => l.Cell.Act == Act.Withdrawal).Select(l => l.Id)]);
        await PaymentsServer.Has(wave.Asha, wave.Outgoing, Wave.Funds + Of(Act.Withdrawal) + lost);
        var paid = new List<JsonNode>();
        foreach (var life in wave.Lives.Where(l => l is { Cell.Act: Act.IntentLeg, Id: not null }))
        {
            var intent = (await wave.Shop.Asha.Get($"{Splits.Path}/{life.Id}")).Is(HttpStatusCode.OK);
            Assert.True((string)intent["status"]! is "succeeded" or "canceled", $"{life.Cell}: {intent.ToJsonString()}");
            if ((string)intent["status"]! == "succeeded")
                paid.Add(intent);
        }

        var spent = paid.Sum(p => Customer.Digits(p["amount"]));
        var left = Wave.Funds + Of(Act.IntentLeg) - spent;
        await wave.Shop.Has(left, left, spent);

        Task<decimal> Lost(params Guid?[] ids) => owner.QuerySingleAsync<decimal>(LostSql, new { ids });
    }

    const string MadeSql = "select k.key, w.id from platform.idempotency_keys k join payments.withdrawals w on w.id = k.id";

    const string OpenSql = """
        select provider || ' ' || purpose || ' ' || amount || ' is ' || status
          from payments.provider_calls where status in ('created', 'prompted', 'unknown') and purpose <> 'reversal'
        union all
        select 'an approval: ' || kind from platform.approvals where status = 'approved'
        union all
        select 'a callback of ' || provider from payments.callbacks where status = 'received'
        union all
        select 'a session is ' || status from payments.funding_sessions where status in ('pending', 'processing')
        union all
        select 'a withdrawal is ' || status from payments.withdrawals where status in ('pending', 'in_transit')
        """;

    const string NotAskedSql = """
        select count(*)::int from payments.provider_calls
         where purpose = 'reversal' and status in ('created', 'prompted', 'unknown') and queries = 0
        """;

    const string NotOverSql =
        "select count(*)::int from payments.provider_calls where purpose = 'reversal' and status in ('created', 'prompted', 'unknown')";

    const string UnclearSql = """
        select id from payments.provider_calls where purpose = 'reversal' and status in ('created', 'prompted', 'unknown') and stuck_at is null
        """;

    const string UnknownSql = """
        select c.id, r.reverses from payments.provider_calls c join payments.reversals r on r.call_id = c.id
         where c.status in ('created', 'prompted', 'unknown') and c.stuck_at is not null
        """;

    // Those that have a minute to wait; the next time is after five.
    const string HastenSql = """
        update payments.provider_calls set next_at = now()
         where status in ('failed', 'cancelled') and next_at between now() + interval '2 seconds' and now() + interval '2 minutes'
        """;

    const string LateSql = """
        select count(*)::int from payments.provider_calls where status in ('failed', 'cancelled') and next_at < now() + interval '2 minutes'
        """;

    // What a rail paid that it had said to have failed is booked as a loss, and needs nobody any more.
    const string StuckSql = """
        select c.provider || ' ' || c.purpose || ' ' || c.amount || ' is ' || c.status || ': ' || coalesce(c.failure_reason, '')
          from payments.provider_calls c
         where c.status in ('created', 'prompted', 'unknown')
            or c.stuck_at is not null and not exists (select from payments.rail_movements m where m.call_id = c.id and m.kind = 'loss')
        """;

    const string BookedSql = """
        select c.purpose_id, sum(m.change) from payments.rail_movements m join payments.provider_calls c on c.id = m.call_id group by c.purpose_id
        """;

    const string OnAccountSql = """
        select coalesce(sum(case when j.credit_account = a.number then j.amount else -j.amount end), 0)
          from ledger.accounts a
          join ledger.journal j on j.kind = 1 and a.number in (j.debit_account, j.credit_account)
          join payments.rail_movements m on m.id = j.transaction_id
          join payments.provider_calls c on c.id = m.call_id
         where a.id = @account and c.purpose_id = any (@ids)
        """;

    const string StorySql = """
        select c.purpose || ' is ' || c.status || coalesce(', ' || c.failure_code, '') || coalesce(', booked as ' || m.kind || ' ' || m.change, '')
          from payments.provider_calls c left join payments.rail_movements m on m.call_id = c.id
         where c.purpose_id = any (@ids) order by c.created_at, m.recorded_at
        """;

    const string LostSql = """
        select coalesce(-sum(m.change), 0) from payments.rail_movements m join payments.provider_calls c on c.id = m.call_id
         where c.purpose_id = any (@ids) and (m.kind = 'loss' or m.kind = 'return' and exists (
               select from payments.rail_movements l where l.call_id = m.call_id and l.kind = 'loss'))
        """;
}
