using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.TopUp;

/// <summary>How far a top-up is, live while the rail answers.</summary>
static class ShowTopUp
{
    public static async Task<IResult> Get(Visit visit) => visit.Show<TopUpProgressPage>(await Ask(visit));

    public static Task<IResult> Live(Visit visit) =>
        Task.FromResult<IResult>(
            new LiveResult<TopUpProgress>(
                visit,
                async () =>
                {
                    var now = await Ask(visit);
                    return new Stand(now, now.Status, now.IsOver);
                }
            )
        );

    static Task<FundingAnswer> Ask(Visit visit) => visit.Api.GetFundingSessionAsync(visit.Route("session"));
}
