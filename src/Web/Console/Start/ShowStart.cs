using System.Text.Json;
using System.Text.Json.Serialization;
using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Start;

/// <summary>What waits for people, how money moves, and whether the books hold; live while somebody looks.</summary>
static class ShowStart
{
    const int Latest = 100;

    static readonly TimeSpan Between = TimeSpan.FromSeconds(20);

    public static async Task<IResult> Get(Visit visit) => visit.Show<StartPage>(await Ask(visit));

    public static Task<IResult> Live(Visit visit) =>
        Task.FromResult<IResult>(
            new LiveResult<StartFigures>(
                visit,
                async () =>
                {
                    var now = await Ask(visit);
                    return new Stand(now, now.Key, IsDone: false);
                },
                Between
            )
        );

    static async Task<StartModel> Ask(Visit visit)
    {
        var api = visit.Api;
        var (payments, trial, proof) = (api.ListBookPaymentsAsync(limit: Latest), api.GetTrialBalanceAsync(), api.GetLedgerHeadAsync());
        var (totals, trust) = (api.GetAccountTotalsAsync(), api.ListTrustProofsAsync(limit: Latest));
        var calls = Duties.Of(visit).Operates ? api.ListProviderCallsAsync(limit: Latest) : null;
        var waiting = await Waits(visit);
        return new StartModel(
            waiting,
            VolumesOf((await payments).Data),
            HeldOf(await totals),
            calls is null ? null : HealthOf((await calls).Data),
            BooksOf(await trial, await proof),
            [.. (await trust).Data.GroupBy(p => p.Currency).Select(g => g.First()).Select(p => new TrustStand(p.Currency, p.Status, p.At))]
        );
    }

    static async Task<IReadOnlyList<Wait>> Waits(Visit visit)
    {
        var api = visit.Api;
        var (approvals, breaks) = (
            api.ListApprovalsAsync(limit: Latest, status: "pending"),
            api.ListBreaksAsync(limit: Latest, status: "open")
        );
        var operates = Duties.Of(visit).Operates;
        var (withdrawals, batches) = (api.ListWithdrawalsToDecideAsync(Latest), api.ListPayoutBatchesToDecideAsync(Latest));
        var stuck = operates ? api.ListProviderCallsAsync(limit: Latest, status: "stuck") : null;
        var suspense = operates ? api.ListSuspenseAsync(limit: Latest, status: "open") : null;
        var parked = operates ? api.ListParkedEventsAsync(limit: Latest) : null;
        var asked = await approvals;
        // What one has asked for oneself waits for others.
        var toDecide = asked.Data.Count(a => a.AskedBy != visit.Person!.Me.Id);
        List<Wait> waits = [new(Words.Approvals, "/console/approvals", toDecide, asked.HasMore)];
        waits.Add(PayoutsOf(await withdrawals, await batches));
        if (stuck is not null && suspense is not null && parked is not null)
        {
            waits.Add(Wait.Of(Words.Stuck, "/console/rails?status=stuck", await stuck));
            waits.Add(Wait.Of(Words.Suspense, "/console/suspense", await suspense));
            waits.Add(Wait.Of(Words.Parked, null, await parked));
        }

        waits.Add(Wait.Of(Words.Breaks, "/console/breaks", await breaks));
        return waits;
    }

    static Wait PayoutsOf(Client.Page<WithdrawalAnswer> withdrawals, Client.Page<BatchAnswer> batches) =>
        new(Words.Payouts, "/console/payouts", withdrawals.Data.Count + batches.Data.Count, withdrawals.HasMore || batches.HasMore);

    static IReadOnlyList<Volume> VolumesOf(IReadOnlyList<PaymentAnswer> payments) =>
        [
            .. payments
                .GroupBy(p => p.Amount.Currency)
                .Select(g => new Volume(
                    new Amount(g.Sum(p => p.Captured.Value), g.Key),
                    g.Count(),
                    g.Count(p => p.Captured.Value > 0),
                    g.Count(p => p.Captured.Value > 0 || p.Status == PaymentStatus.Failed),
                    payments.Count,
                    payments[^1].CreatedAt
                )),
        ];

    static IReadOnlyList<Held> HeldOf(GetTotalsAnswer totals) =>
        [
            .. totals
                .Customers.GroupBy(c => c.Currency)
                .Select(g => new Held(new Amount(g.Sum(c => c.Held.Value), g.Key), g.Sum(c => c.Accounts))),
        ];

    static IReadOnlyList<RailHealth> HealthOf(IReadOnlyList<CallAnswer> calls) =>
        [
            .. calls
                .GroupBy(c => c.Provider)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new RailHealth(
                    g.Key,
                    g.Count(),
                    g.Count(c => c.Status == "succeeded"),
                    g.Count(c => c.Status is "succeeded" or "failed" or "cancelled"),
                    g.Count(c => c.StuckSince is not null)
                )),
        ];

    static Books BooksOf(GetTrialBalanceAnswer trial, ProofAnswer proof) =>
        new(
            trial.Balances,
            trial.Currencies.Count,
            trial.AsOf.RecordedAt,
            proof.LastVerification?.Whole,
            proof.LastVerification?.Rows ?? 0,
            proof.LastVerification?.At
        );
}

/// <param name="Rails">Null for who has nothing to do with them.</param>
public sealed record StartModel(
    IReadOnlyList<Wait> Waiting,
    IReadOnlyList<Volume> Volumes,
    IReadOnlyList<Held> Held,
    IReadOnlyList<RailHealth>? Rails,
    Books Books,
    IReadOnlyList<TrustStand> Trust
)
{
    /// <summary>The figures, by which a change is seen; a moment that is nothing but later is none.</summary>
    [JsonIgnore]
    public string Key => JsonSerializer.Serialize(this with { Books = Books with { At = default } });
}

/// <summary>Something that people have to look at.</summary>
/// <param name="IsMore">Whether there are more than were counted.</param>
public sealed record Wait(string Name, string? Path, int Count, bool IsMore)
{
    public static Wait Of<T>(string name, string? path, Client.Page<T> page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return new(name, path, page.Data.Count, page.HasMore);
    }
}

/// <summary>The latest payments in one currency.</summary>
/// <param name="Over">Those that went through, or failed.</param>
/// <param name="Of">How many were looked at in all, since when.</param>
public sealed record Volume(Amount Sum, int Count, int Done, int Over, int Of, DateTimeOffset Since)
{
    public int? Share => Over == 0 ? null : 100 * Done / Over;
}

public sealed record Held(Amount Sum, long Accounts);

public sealed record RailHealth(string Provider, int Calls, int Succeeded, int Over, int Stuck)
{
    public int Open => Calls - Over;

    public int? Share => Over == 0 ? null : 100 * Succeeded / Over;
}

public sealed record Books(bool Balances, int Currencies, DateTimeOffset At, bool? IsWhole, long Rows, DateTimeOffset? VerifiedAt);

public sealed record TrustStand(string Currency, string Status, DateTimeOffset At);
