using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Statements;

/// <summary>A statement to keep, as the API gives it.</summary>
static class GetStatementFile
{
    static readonly Dictionary<string, string> Endings = new(StringComparer.Ordinal)
    {
        ["pdf"] = "pdf",
        ["csv"] = "csv",
        ["camt053"] = "xml",
        ["html"] = "html",
    };

    public static async Task<IResult> Get(Visit visit)
    {
        var format = visit.Asked("format") is { } asked && Endings.ContainsKey(asked) ? asked : "pdf";
        var id = visit.Route("statement");
        var file = await visit.Api.GetStatementFileAsync(id, format);
        visit.Context.Response.RegisterForDispose(file);
        return Results.File(file.Content, file.ContentType, $"statement-{id}.{Endings[format]}");
    }
}
