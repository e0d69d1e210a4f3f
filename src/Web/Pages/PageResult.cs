using Hazina.Web.Visits;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hazina.Web.Pages;

/// <summary>
/// A component as a page. It is rendered by itself and not through the framework's endpoints for pages, which bring along antiforgery tokens and the keys
/// that protect them: forms are held to their origin instead.
/// </summary>
sealed class PageResult(Visit visit, Type page, object? model, int status) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // Taken before the answer begins: a cookie is taken back with it.
        visit.Told ??= ToldCookie.Take(httpContext);
        var html = await Render(httpContext.RequestServices, visit, page, model);
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        await httpContext.Response.WriteAsync(html, httpContext.RequestAborted);
    }

    /// <summary>The component's HTML.</summary>
    public static async Task<string> Render(IServiceProvider services, Visit visit, Type page, object? model)
    {
        var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        await using (renderer)
        {
            return await renderer.Dispatcher.InvokeAsync(async () =>
            {
                var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    [nameof(PageRoot.Visit)] = visit,
                    [nameof(PageRoot.Page)] = page,
                    [nameof(PageRoot.Model)] = model,
                };
                var root = await renderer.RenderComponentAsync<PageRoot>(ParameterView.FromDictionary(parameters));
                return root.ToHtmlString();
            });
        }
    }
}

/// <summary>On to another page, by GET, whatever the method was.</summary>
sealed class GoResult(string path) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = path;
        return Task.CompletedTask;
    }
}
