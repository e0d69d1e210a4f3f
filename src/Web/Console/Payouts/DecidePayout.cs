using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Payouts;

/// <summary>Yes or no to money on its way out.</summary>
static class DecidePayout
{
    public static Task<IResult> Approve(Visit visit) =>
        Decide(visit, "withdrawal", id => visit.Api.ApproveWithdrawalAsync(id), Words.ApprovedNow);

    public static Task<IResult> Reject(Visit visit) =>
        Decide(visit, "withdrawal", id => visit.Api.RejectWithdrawalAsync(id), Words.RejectedNow);

    public static Task<IResult> ApproveBatch(Visit visit) =>
        Decide(visit, "batch", id => visit.Api.ApproveAnyPayoutBatchAsync(id), Words.BatchApprovedNow);

    public static Task<IResult> RejectBatch(Visit visit) =>
        Decide(visit, "batch", id => visit.Api.RejectAnyPayoutBatchAsync(id), Words.BatchRejectedNow);

    static async Task<IResult> Decide<T>(Visit visit, string what, Func<Guid, Task<T>> act, string told)
    {
        var id = visit.Route(what);
        var decided = await Acts.Try(visit, () => act(id));
        return decided.Problem is { } problem ? await ShowPayouts.Show(visit, id, problem) : visit.Go("/console/payouts", told);
    }
}
