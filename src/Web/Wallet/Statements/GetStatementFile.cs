using Hazina.Web.Calls;
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
        using var file = await visit.Api.Open(HttpMethod.Get, $"/v1/statements/{visit.Route("statement")}/file?format={format}");
        if (!file.IsSuccessStatusCode)
            throw new ApiFault(await visit.Api.ProblemOf(file));
        var content = await file.Content.ReadAsByteArrayAsync(visit.Context.RequestAborted);
        return Results.File(
            content,
            file.Content.Headers.ContentType?.ToString(),
            $"statement-{visit.Route("statement")}.{Endings[format]}"
        );
    }
}
