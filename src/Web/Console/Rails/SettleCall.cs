using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Rails;

/// <summary>Asks that a call be taken for what the rail's people or its statement say; somebody else approves it.</summary>
static class SettleCall
{
    public static async Task<IResult> Post(Visit visit)
    {
        var call = visit.Route("call");
        var wish = new ResolveCallRequest
        {
            Outcome = visit.Field("outcome"),
            Note = visit.Field("note"),
            Receipt = visit.Given("receipt"),
        };
        var asked = await Acts.Try(visit, () => visit.Api.ResolveProviderCallAsync(call, wish, visit.Given("key")));
        return asked.Problem is { } problem
            ? await ShowCall.Show(visit, problem)
            : visit.Go($"/console/approvals/{asked.Value.Id}", Console.Words.AskedNow);
    }
}
