using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Approvals;

/// <summary>What one person has asked for and another has to decide on.</summary>
static class ShowApprovals
{
    const int OnPage = 25,
        AtOnce = 100;

    public const string Waiting = "pending",
        Everything = "all";

    public static async Task<IResult> Get(Visit visit)
    {
        var view = visit.Asked("status") ?? Waiting;
        var approvals = await visit.Api.ListApprovalsAsync(OnPage, visit.Asked("after"), status: view == Everything ? null : view);
        return visit.Show<ApprovalsPage>(new ApprovalsModel(view, approvals));
    }

    public static Task<IResult> Export(Visit visit)
    {
        var view = visit.Asked("status") ?? Waiting;
        return Task.FromResult<IResult>(
            new CsvResult<Approval>(
                "approvals",
                visit.Api.ListAllApprovalsAsync(AtOnce, view == Everything ? null : view),
                ("id", a => a.Id),
                ("asked_at", a => a.AskedAt),
                ("kind", a => a.Kind),
                ("subject", a => a.Subject),
                ("status", a => a.Status.Value),
                ("asked_by", a => a.AskedBy),
                ("note", a => a.Note),
                ("decided_by", a => a.DecidedBy),
                ("decided_at", a => a.DecidedAt),
                ("reason", a => a.Reason),
                ("fault", a => a.Fault?.Code)
            )
        );
    }
}

public sealed record ApprovalsModel(string View, Client.Page<Approval> Approvals);
