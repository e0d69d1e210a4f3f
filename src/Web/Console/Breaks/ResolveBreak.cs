using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Breaks;

/// <summary>One difference, both sides of it, and how it ends: explained by one person, or booked by two.</summary>
static class ResolveBreak
{
    const int AtMost = 100;

    public static Task<IResult> Get(Visit visit) => Show(visit);

    public static async Task<IResult> Post(Visit visit)
    {
        var id = visit.Route("break");
        var wish = new ResolveBreakRequest { Action = visit.Field("action"), Note = visit.Field("note") };
        var done = await Acts.Try(visit, () => visit.Api.ResolveBreakAsync(id, wish, visit.Given("key")));
        return done.Problem is { } problem ? await Show(visit, problem)
            : done.Value.Pending is { } asked ? visit.Go($"/console/approvals/{asked.Id}", Console.Words.AskedNow)
            : visit.Go($"/console/breaks/{id}", Words.ResolvedNow);
    }

    static async Task<IResult> Show(Visit visit, Problem? problem = null)
    {
        var id = visit.Route("break");
        var found = await visit.Api.GetBreakAsync(id);
        var asked = await visit.Api.ListApprovalsAsync(AtMost, status: "pending", kind: "payments.break.resolve");
        var waiting = asked.Data.FirstOrDefault(a => a.Subject.EndsWith(id.ToString(), StringComparison.Ordinal));
        return visit.Show<BreakPage>(
            new BreakModel(found, waiting, Guid.CreateVersion7().ToString(), problem),
            problem?.Status ?? StatusCodes.Status200OK
        );
    }
}

/// <param name="Waiting">What somebody has asked for and nobody has decided yet.</param>
public sealed record BreakModel(BreakAnswer Break, Approval? Waiting, string Key, Problem? Problem);
