using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Suspense;

/// <summary>Asks that an amount be given to the account of whom it was meant for, by the number that people read out; somebody else approves it.</summary>
static class AssignSuspense
{
    public static async Task<IResult> Post(Visit visit)
    {
        var id = visit.Route("suspense");
        var number = visit.Field("account").Replace(" ", "", StringComparison.Ordinal);
        var found = await visit.Api.ListAccountsAsync(number: number).Outcome();
        if (found.Problem is not null || found.Value.Data is not [var account, ..])
            return await ShowSuspense.Show(visit, id, Problem.Of("account", Words.NoSuchAccount));
        var wish = new AssignSuspenseRequest { Account = account.Id, Note = visit.Field("note") };
        var asked = await Acts.Try(visit, () => visit.Api.AssignSuspenseAsync(id, wish, visit.Given("key")));
        return asked.Problem is { } problem
            ? await ShowSuspense.Show(visit, id, problem)
            : visit.Go($"/console/approvals/{asked.Value.Id}", Console.Words.AskedNow);
    }
}
