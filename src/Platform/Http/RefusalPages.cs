using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Http;

/// <summary>Every refusal of every module: the pages under <c>/docs/refusals</c>, and the text that is kept in the repository.</summary>
public sealed class RefusalCatalogue
{
    readonly Dictionary<string, RefusalType> byCode;

    public RefusalCatalogue(IEnumerable<RefusalList> modules)
    {
        All = [.. modules.SelectMany(m => m.Types).OrderBy(t => t.Code, StringComparer.Ordinal)];
        byCode = All.ToDictionary(t => t.Code, StringComparer.Ordinal);
    }

    /// <summary>By code.</summary>
    public IReadOnlyList<RefusalType> All { get; }

    /// <summary>A module's refusals as Markdown, for <c>docs/refusals/&lt;module&gt;.md</c>.</summary>
    public string Markdown(string module)
    {
        var text = new StringBuilder(
            $"# Refusals of {module}\n\nGenerated from the module's `Refusals.cs`; a test holds the two together.\n"
        );
        foreach (var type in All.Where(t => t.Code.StartsWith(module + ".", StringComparison.Ordinal)))
            text.Append($"\n## {type.Code}\n\n{type.Status} · {type.Title}\n\n{type.Explanation}\n");
        return text.ToString();
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("/docs/refusals").AllowAnonymous().ExcludeFromDescription();
        pages.MapGet("/", () => Page("Refusals", List()));
        pages.MapGet(
            "/{code}",
            IResult (string code) =>
                byCode.TryGetValue(code, out var type)
                    ? Page(
                        type.Code,
                        $"<p class=\"s\">{type.Status}</p><h2>{Html(type.Title)}</h2><p>{Prose(type.Explanation)}</p><p><a href=\"./\">All refusals</a></p>"
                    )
                    : PlatformRefusals.NotFound.Because("No refusal has this code.")
        );
    }

    string List() =>
        "<p>When a call is refused, the answer is <code>application/problem+json</code> with one of these codes.</p><table>"
        + string.Concat(
            All.Select(t => $"<tr><td>{t.Status}</td><td><a href=\"{t.Page}\">{Html(t.Code)}</a></td><td>{Html(t.Title)}</td></tr>")
        )
        + "</table>";

    static IResult Page(string title, string body) =>
        Results.Content(
            $$"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{Html(title)}} · Hazina</title>
            <style>
            body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1d2733 }
            h1 { font-size: 1.3rem; font-family: ui-monospace, monospace } h2 { font-size: 1.1rem }
            code { background: #eef1f4; padding: .1em .3em; border-radius: .2em } td { padding: .2rem 1rem .2rem 0; vertical-align: top }
            .s { color: #6a7480; margin: 0 } a { color: #0b5cad }
            </style>
            <h1>{{Html(title)}}</h1>
            {{body}}
            </html>
            """,
            "text/html; charset=utf-8"
        );

    static string Html(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Explanations are plain sentences with `code` in back ticks.</summary>
    static string Prose(string text)
    {
        var parts = Html(text).Split('`');
        return string.Concat(parts.Select((part, i) => i % 2 == 1 ? $"<code>{part}</code>" : part));
    }
}

/// <summary>What one module refuses, as it registers it.</summary>
public sealed record RefusalList(IReadOnlyList<RefusalType> Types);
