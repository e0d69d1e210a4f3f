using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Approvals;

/// <summary>Yes or no to what somebody else has asked for; or one takes back what one has asked for oneself.</summary>
static class DecideApproval
{
    public static Task<IResult> Approve(Visit visit) =>
        Decide(visit, id => visit.Api.ApproveApprovalAsync(id, new DecideApprovalRequest { Reason = visit.Given("reason") }));

    public static Task<IResult> Reject(Visit visit) =>
        Decide(visit, id => visit.Api.RejectApprovalAsync(id, new DecideApprovalRequest { Reason = visit.Field("reason") }));

    public static Task<IResult> Withdraw(Visit visit) => Decide(visit, id => visit.Api.WithdrawApprovalAsync(id));

    static async Task<IResult> Decide(Visit visit, Func<Guid, Task<Approval>> act)
    {
        var id = visit.Route("approval");
        var decided = await Acts.Try(visit, () => act(id));
        if (decided.Problem is { } problem)
            return await ShowApproval.Show(visit, problem);
        var told = decided.Value.Status.Value switch
        {
            "done" => Words.DoneNow,
            "approved" => Words.ApprovedNow,
            "rejected" => Words.RejectedNow,
            "withdrawn" => Words.WithdrawnNow,
            // Why it could not be done stands on the page.
            _ => null,
        };
        return visit.Go($"/console/approvals/{id}", told);
    }
}
