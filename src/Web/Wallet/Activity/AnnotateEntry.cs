using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Activity;

/// <summary>One's own words to an entry: nothing of it goes into the books.</summary>
static class AnnotateEntry
{
    public static async Task<IResult> Post(Visit visit)
    {
        // What is left empty is taken away.
        var words = new AnnotateActivityRequest { Category = visit.Field("category"), Note = visit.Field("note") };
        var done = await visit.Api.AnnotateActivityAsync(visit.Route("account"), visit.Route("entry"), words).Outcome();
        if (done.Problem is not { } problem)
            return visit.Go(ShowEntry.Link(done.Value), Words.Kept);
        var entry = await ShowEntry.Find(visit, visit.Given("at"));
        return visit.Show<EntryPage>(new EntryModel(entry with { Category = words.Category, Note = words.Note }, problem), problem.Status);
    }
}
