using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hazina.Bench.Payments;

/// <summary>M-Pesa as quick as it could be: whatever prompt it is asked after was paid.</summary>
sealed class QuickRail : IAsyncDisposable
{
    readonly WebApplication app;

    QuickRail(WebApplication app) => this.app = app;

    /// <summary>With a slash at its end.</summary>
    public string Address => app.Urls.Single() + "/";

    public static QuickRail Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var made = builder.Build();
        made.MapGet("/oauth/v1/generate", context => Write(context, """{"access_token":"bench","expires_in":"3599"}"""));
        made.MapPost(
            "/mpesa/stkpushquery/v1/query",
            context =>
                Write(context, """{"ResponseCode":"0","ResultCode":"0","ResultDesc":"The service request is processed successfully."}""")
        );
        made.Start();
        return new QuickRail(made);
    }

    static Task Write(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
