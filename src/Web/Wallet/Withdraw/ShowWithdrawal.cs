using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Withdraw;

/// <summary>How far a withdrawal is, live while the rail answers.</summary>
static class ShowWithdrawal
{
    public static async Task<IResult> Get(Visit visit) => visit.Show<WithdrawalProgressPage>(await Ask(visit));

    public static Task<IResult> Live(Visit visit) =>
        Task.FromResult<IResult>(
            new LiveResult<WithdrawalProgress>(
                visit,
                async () =>
                {
                    var now = await Ask(visit);
                    return new Stand(now, now.Status + now.WaitsForApproval, now.IsOver);
                }
            )
        );

    static Task<WithdrawalAnswer> Ask(Visit visit) => visit.Api.GetWithdrawalAsync(visit.Route("withdrawal"));
}
