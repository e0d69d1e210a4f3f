using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Hazina.Ledger.Proof;
using Hazina.Platform.Postgres;
using Hazina.Testing;
using Npgsql;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>Compares the journal, the balances and the proof with what callers were told, when everything has been answered.</summary>
sealed class Reckoning(string ownerConnectionString, string key, Memory memory)
{
    readonly IReadOnlyCollection<(Ask Ask, Wish Wish, Told Told)> all = memory.All;

    public int Posted => all.Count(a => a.Told.IsPosted);

    public int Refused => all.Count - Posted;

    public async Task HoldAsync(IReadOnlyList<Seat> seats)
    {
        Assert.True(!memory.Contradictions.Any(), string.Join('\n', memory.Contradictions.Take(10)));
        Assert.True(Posted > 0 && Refused > 0, $"{Posted} posted and {Refused} refused prove little");
        await using var connection = new NpgsqlConnection(ownerConnectionString);
        await connection.OpenAsync();
        await Eventually.TrueAsync(async () => await connection.QuerySingleAsync<int>(ExpiringSql) == 0, "the expiry of all reservations");
        await HoldJournalAsync(connection);
        await HoldRefusalsAsync(connection);
        Assert.Equal(0, await connection.QuerySingleAsync<int>(BelowFloorSql));
        var head = await connection.QuerySingleAsync<long>("select max(number) from ledger.batches");
        foreach (var seat in seats)
        {
            await HoldBalancesAsync(seat, head);
            await ProveAsync(seat);
        }
    }

    /// <summary>Each posting that was told is there once, where it was told to be, and nothing else is.</summary>
    async Task HoldJournalAsync(NpgsqlConnection connection)
    {
        var journal = (await connection.QueryAsync<(Guid Id, long Row, long Batch, int Rows, int Legs)>(JournalSql)).ToDictionary(j =>
            j.Id
        );
        var posted = all.Where(a => a.Told.IsPosted).ToList();
        foreach (var (_, wish, told) in posted)
        {
            Assert.True(journal.TryGetValue(wish.Id, out var found), $"{wish.Id} was told to be in batch {told.Batch}, and is nowhere");
            Assert.Equal((wish.Id, told.Batch, told.Row ?? found.Row), (found.Id, found.Batch, found.Row));
            Assert.Equal(found.Legs, found.Rows);
        }

        Assert.Empty(journal.Keys.Except(posted.Select(a => a.Wish.Id)));
        var bulks = (await connection.QueryAsync<(Guid Id, long Batch)>("select id, batch from ledger.bulks")).ToHashSet();
        Assert.Equal(posted.Where(a => a.Ask.Bulk is not null).Select(a => (a.Ask.Bulk!.Value, a.Told.Batch)).ToHashSet(), bulks);
    }

    /// <summary>Each refusal that was told is recorded once; of an atomic bulk under the bulk's id.</summary>
    async Task HoldRefusalsAsync(NpgsqlConnection connection)
    {
        var recorded = (await connection.QueryAsync<(Guid Id, long Batch)>("select id, batch from ledger.refusals")).ToHashSet();
        var told = all.Where(a => !a.Told.IsPosted).Select(a => (a.Ask.Bulk ?? a.Wish.Id, a.Told.Batch)).ToHashSet();
        Assert.Equal(told, recorded);
    }

    /// <summary>As a server shows them: by the sums of what was told.</summary>
    async Task HoldBalancesAsync(Seat seat, long head)
    {
        var expected = new Dictionary<Guid, (decimal Posted, decimal Held)>();
        foreach (var (_, wish, _) in all.Where(a => a.Told.IsPosted))
        {
            foreach (var (account, change) in wish.Effects)
                expected[account] = (expected.GetValueOrDefault(account).Posted + change, expected.GetValueOrDefault(account).Held);
            if (wish.Hold is { Expires: false } hold)
            {
                var (posted, held) = expected.GetValueOrDefault(hold.Account);
                expected[hold.Account] = (posted, held + hold.Change);
            }
        }

        using var client = new HttpClient { BaseAddress = seat.Address };
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        var shown = 0;
        var after = "";
        do
        {
            using var page = (await client.GetFromJsonAsync<JsonDocument>($"/v1/ledger/accounts?limit=100&after_batch={head}{after}"))!;
            foreach (var account in page.RootElement.GetProperty("data").EnumerateArray())
            {
                var id = account.GetProperty("id").GetGuid();
                var balance = account.GetProperty("balance");
                Assert.Equal((id, expected.GetValueOrDefault(id)), (id, (In(balance, "posted"), In(balance, "reserved"))));
                Assert.Equal(In(balance, "posted") - In(balance, "reserved"), In(balance, "available"));
                after = $"&starting_after={id}";
                shown++;
            }

            if (!page.RootElement.GetProperty("has_more").GetBoolean())
                break;
        } while (true);
        Assert.True(shown >= expected.Count, $"{shown} accounts are shown of {expected.Count}");

        using var trial = (await client.GetFromJsonAsync<JsonDocument>("/v1/ledger/trial-balance"))!;
        Assert.True(trial.RootElement.GetProperty("balances").GetBoolean());
    }

    async Task ProveAsync(Seat seat)
    {
        await using var database = Database.Owned(ownerConnectionString);
        var report = await LedgerProof.Verify(database, ProofFiles.In(seat.DataFolder));
        Assert.True(report.IsWhole, string.Join('\n', report.Findings.Take(10).Select(f => f.What)));
        Assert.True(report.Witnessed > 0, $"Server {seat.Name} has witnessed nothing.");
    }

    /// <summary>Asks the same again, elsewhere or at the same server: the answers have to be the same, and marked as repetitions.</summary>
    public async Task AskAgainAsync(Crowd crowd, IReadOnlyList<Seat> seats, int atMost)
    {
        var asks = all.Select(a => a.Ask).Distinct().Where(a => a.Path.StartsWith("/v1/ledger/", StringComparison.Ordinal)).ToArray();
        var chosen = asks.Index().Where(a => a.Index % Math.Max(1, asks.Length / atMost) == 0);
        await Parallel.ForEachAsync(
            chosen,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (ask, _) =>
                Assert.True(await crowd.AskAsync(ask.Item, seats[ask.Index % seats.Count], isAgain: true) is not null, ask.Item.Body)
        );
        Assert.True(!memory.Contradictions.Any(), string.Join('\n', memory.Contradictions.Take(10)));
        Assert.Empty(crowd.Unmarked);
    }

    /// <summary>Which of these left anything in the journal, or among the refusals.</summary>
    public static async Task<IReadOnlyList<Guid>> FoundAsync(string ownerConnectionString, IEnumerable<Ask> asks)
    {
        await using var connection = new NpgsqlConnection(ownerConnectionString);
        var ids = asks.SelectMany(a => a.Wishes.Select(w => w.Id).Concat(a.Bulk is { } bulk ? [bulk] : [])).ToArray();
        return [.. await connection.QueryAsync<Guid>(FoundSql, new { ids })];
    }

    static decimal In(JsonElement balance, string name) => decimal.Parse(balance.GetProperty(name).GetProperty("amount").GetString()!);

    const string ExpiringSql = "select count(*)::int from ledger.reservations where status = 'ACTIVE' and expires_at is not null";

    const string JournalSql = """
        select t.transaction_id, t.row, b.number, t.rows, t.legs
        from (
            select transaction_id, min(seq) as row, count(*)::int as rows, max(legs) as legs
            from ledger.journal where kind <> 4 group by transaction_id
        ) as t join ledger.batches as b on t.row between b.first_row and b.last_row
        """;

    const string FoundSql = """
        select transaction_id from ledger.journal where transaction_id = any(@ids)
        union select id from ledger.refusals where id = any(@ids)
        """;

    const string BelowFloorSql = """
        select count(*)::int
        from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
        where j.kind = 1 and a.class = 2 and j.debit_after > -coalesce(a.floor, -1e15)
        """;
}
