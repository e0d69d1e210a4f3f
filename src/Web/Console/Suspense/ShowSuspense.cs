using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Suspense;

/// <summary>What came in and could be given to nobody.</summary>
static class ShowSuspense
{
    const int OnPage = 25,
        AtOnce = 100;

    public const string Open = "open",
        Everything = "all";

    public static Task<IResult> Get(Visit visit) => Show(visit);

    public static async Task<IResult> Show(Visit visit, Guid? asking = null, Problem? problem = null)
    {
        var view = visit.Asked("status") ?? Open;
        var amounts = await visit.Api.ListSuspenseAsync(OnPage, visit.Asked("after"), status: view == Everything ? null : view);
        var asked = await visit.Api.ListApprovalsAsync(AtOnce, status: "pending", kind: "payments.suspense.assign");
        var model = new SuspenseModel(view, amounts, asked.Data, Guid.CreateVersion7().ToString(), asking, problem);
        return visit.Show<SuspensePage>(model, problem?.Status ?? StatusCodes.Status200OK);
    }

    public static Task<IResult> Export(Visit visit)
    {
        var view = visit.Asked("status") ?? Open;
        return Task.FromResult<IResult>(
            new CsvResult<SuspenseAnswer>(
                "suspense",
                visit.Api.ListAllSuspenseAsync(AtOnce, view == Everything ? null : view),
                ("id", s => s.Id),
                ("received_at", s => s.ReceivedAt),
                ("provider", s => s.Provider),
                ("call", s => s.Call),
                ("amount", s => s.Amount.Value),
                ("currency", s => s.Amount.Currency),
                ("payer", s => s.Payer),
                ("meant_for", s => s.MeantFor),
                ("reason", s => s.Reason),
                ("receipt", s => s.Receipt),
                ("status", s => s.Status),
                ("assigned_to", s => s.AssignedTo),
                ("assigned_at", s => s.AssignedAt)
            )
        );
    }
}

/// <param name="Asked">What waits for a second person.</param>
/// <param name="Asking">Whose form was sent.</param>
public sealed record SuspenseModel(
    string View,
    Client.Page<SuspenseAnswer> Amounts,
    IReadOnlyList<Approval> Asked,
    string Key,
    Guid? Asking,
    Problem? Problem
)
{
    public Approval? WaitingFor(SuspenseAnswer amount) =>
        Asked.FirstOrDefault(a => a.Subject.EndsWith(amount.Id.ToString(), StringComparison.Ordinal));
}
