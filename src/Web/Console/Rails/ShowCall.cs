using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Rails;

/// <summary>One call of a rail, with every message, and what people may do where it is stuck.</summary>
static class ShowCall
{
    const int AtMost = 100;

    public static Task<IResult> Get(Visit visit) => Show(visit);

    public static async Task<IResult> Show(Visit visit, Problem? problem = null)
    {
        var id = visit.Route("call");
        var call = await visit.Api.GetProviderCallAsync(id);
        var asked = await visit.Api.ListApprovalsAsync(AtMost, status: "pending", kind: "payments.provider_call.resolve");
        var waiting = asked.Data.FirstOrDefault(a => a.Subject.EndsWith(id.ToString(), StringComparison.Ordinal));
        return visit.Show<CallPage>(
            new CallModel(call.Call, [.. call.Messages.OrderBy(m => m.At)], waiting, Guid.CreateVersion7().ToString(), problem),
            problem?.Status ?? StatusCodes.Status200OK
        );
    }
}

/// <param name="Waiting">What somebody has asked for and nobody has decided yet.</param>
/// <param name="Key">Under which the form asks once.</param>
public sealed record CallModel(CallAnswer Call, IReadOnlyList<MessageAnswer> Messages, Approval? Waiting, string Key, Problem? Problem);
