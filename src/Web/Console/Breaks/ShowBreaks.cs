using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Breaks;

/// <summary>Where rails' statements and the books differ.</summary>
static class ShowBreaks
{
    const int OnPage = 25,
        AtOnce = 100;

    public const string Open = "open",
        Everything = "all";

    public static async Task<IResult> Get(Visit visit)
    {
        var (view, provider) = (visit.Asked("status") ?? Open, visit.Asked("provider"));
        var breaks = await visit.Api.ListBreaksAsync(
            OnPage,
            visit.Asked("after"),
            provider: provider,
            status: view == Everything ? null : view
        );
        return visit.Show<BreaksPage>(new BreaksModel(view, provider, breaks));
    }

    public static Task<IResult> Export(Visit visit)
    {
        var view = visit.Asked("status") ?? Open;
        return Task.FromResult<IResult>(
            new CsvResult<BreakAnswer>(
                "breaks",
                visit.Api.ListAllBreaksAsync(AtOnce, visit.Asked("provider"), status: view == Everything ? null : view),
                ("id", b => b.Id),
                ("opened_at", b => b.OpenedAt),
                ("provider", b => b.Provider),
                ("kind", b => b.Kind),
                ("status", b => b.Status),
                ("change", b => b.Change.Value),
                ("currency", b => b.Change.Currency),
                ("receipt", b => b.Line?.Receipt),
                ("reference", b => b.Line?.Reference),
                ("call", b => b.Call),
                ("resolution", b => b.Resolution),
                ("note", b => b.Note),
                ("ended_at", b => b.EndedAt)
            )
        );
    }
}

public sealed record BreaksModel(string View, string? Provider, Client.Page<BreakAnswer> Breaks);
