using System.Net;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hazina.Web.Pages;

/// <summary>What makes a page of a visit.</summary>
public delegate Task<IResult> PageHandler(Visit visit);

/// <summary>Where pages are found. Who is not signed in is asked to, unless the page is open to everybody.</summary>
public sealed class PageMap(IEndpointRouteBuilder routes)
{
    const int MostInForm = 256 * 1024;

    public PageMap Get(string path, PageHandler handler) => Map("GET", path, handler, isOpen: false);

    public PageMap Post(string path, PageHandler handler) => Map("POST", path, handler, isOpen: false);

    /// <summary>For everybody, signed in or not.</summary>
    public PageMap OpenGet(string path, PageHandler handler) => Map("GET", path, handler, isOpen: true);

    /// <inheritdoc cref="OpenGet"/>
    public PageMap OpenPost(string path, PageHandler handler) => Map("POST", path, handler, isOpen: true);

    PageMap Map(string method, string path, PageHandler handler, bool isOpen)
    {
        RequestDelegate serve = context => Serve(context, handler, isOpen);
        routes.MapMethods(path, method == "GET" ? ["GET", "HEAD"] : [method], serve).AllowAnonymous().WithMetadata(new PageRoute());
        return this;
    }

    static async Task Serve(HttpContext context, PageHandler handler, bool isOpen)
    {
        var visit = Of(context);
        if (context.Request.HasFormContentType)
        {
            var limits = new Microsoft.AspNetCore.Http.Features.FormOptions
            {
                MultipartBodyLengthLimit = MostInForm,
                BufferBodyLengthLimit = MostInForm,
            };
            visit.Form = await context.Request.ReadFormAsync(limits, context.RequestAborted);
        }

        try
        {
            await visit.Recognise();
        }
        catch (HazinaException no) when (isOpen && no.Status == HttpStatusCode.Unauthorized)
        {
            visit.SignOut();
        }

        var result = visit.Person is null && !isOpen ? Entry.SignIn.First(visit) : await handler(visit);
        await result.ExecuteAsync(context);
    }

    internal static Visit Of(HttpContext context)
    {
        if (context.Items[typeof(Visit)] is Visit known)
            return known;
        var services = context.RequestServices;
        var visit = new Visit(
            context,
            services.GetRequiredService<ApiConnection>(),
            services.GetRequiredService<People>(),
            services.GetRequiredService<IOptions<WebOptions>>().Value
        );
        context.Items[typeof(Visit)] = visit;
        return visit;
    }
}
