using Hazina.Web.Checkout;
using Hazina.Web.Console;
using Hazina.Web.Entry;
using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Hazina.Web.Wallet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Web;

/// <summary>The pages: an API client that lives in the same process, and has no other way to the modules than anybody.</summary>
public static class WebModule
{
    /// <summary>Where pages stand; everything else is the API's.</summary>
    static readonly string[] Places = ["/wallet", "/pay", "/console", "/sign-in", "/sign-up", "/sign-out", "/password", "/assets"];

    public static IServiceCollection AddWeb(this IServiceCollection services)
    {
        services.AddOptions<WebOptions>().BindConfiguration("Web");
        services.AddSingleton<ApiConnection>();
        return services.AddSingleton<People>();
    }

    /// <summary>Stands before the API, whose problems stay JSON: what the pages do wrong is told on a page.</summary>
    public static WebApplication UseWeb(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (!app.Configuration.GetValue("Web:Enabled", defaultValue: true))
            return app;
        app.MapWhen(
            context => IsPage(context.Request.Path),
            pages => pages.UseMiddleware<PageHeaders>().UseMiddleware<PageFaults>().UseRouting().UseEndpoints(MapPages)
        );
        app.Use(
            (context, next) =>
            {
                context.RequestServices.GetRequiredService<ApiConnection>().Believe(context);
                return next(context);
            }
        );
        return app;
    }

    static bool IsPage(PathString path) =>
        path.Value is "/" or "" || Array.Exists(Places, p => path.StartsWithSegments(p, StringComparison.Ordinal));

    static void MapPages(IEndpointRouteBuilder routes)
    {
        routes
            .MapMethods(AssetFiles.Folder + "{file}", ["GET", "HEAD"], (RequestDelegate)AssetFiles.Serve)
            .AllowAnonymous()
            .WithMetadata(new PageRoute());
        var pages = new PageMap(routes);
        EntryPages.Map(pages);
        WalletPages.Map(pages);
        CheckoutPages.Map(pages);
        ConsolePages.Map(pages);
    }
}

/// <summary>On a route that is a page or belongs to one: it is no call of the API, and not in its description.</summary>
public sealed record PageRoute : IExcludeFromDescriptionMetadata
{
    public bool ExcludeFromDescription => true;
}
