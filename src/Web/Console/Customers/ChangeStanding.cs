using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Customers;

/// <summary>Ends somebody's sessions, suspends them, lets them in again, or says what they are to the platform.</summary>
static class ChangeStanding
{
    public static Task<IResult> SignOut(Visit visit) =>
        Act(visit, id => visit.Api.SignOutUserAsync(id, Because(visit)), Words.SignedOutNow);

    public static Task<IResult> Suspend(Visit visit) =>
        Act(visit, id => visit.Api.SuspendUserAsync(id, Because(visit)), Words.SuspendedNow);

    public static Task<IResult> Reinstate(Visit visit) =>
        Act(visit, id => visit.Api.ReinstateUserAsync(id, Because(visit)), Words.ReinstatedNow);

    public static Task<IResult> Roles(Visit visit)
    {
        var wish = new ChangeRolesRequest { Roles = [.. visit.Form["roles"].OfType<string>()], Reason = visit.Given("roles_reason") };
        return Act(visit, id => visit.Api.ChangeRolesAsync(id, wish), Words.RolesChangedNow);
    }

    static SuspendUserRequest Because(Visit visit) => new() { Reason = visit.Field("reason") };

    static async Task<IResult> Act(Visit visit, Func<Guid, Task<UserAnswer>> act, string told)
    {
        var id = visit.Route("user");
        var done = await Acts.Try(visit, () => act(id));
        return done.Problem is { } problem ? await ShowCustomer.Show(visit, problem) : visit.Go($"/console/customers/{id}", told);
    }
}
