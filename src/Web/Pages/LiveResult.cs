using System.Text;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Web.Pages;

/// <summary>What a part of a page shows now.</summary>
/// <param name="Key">Another one has it sent again.</param>
/// <param name="IsDone">Whether nothing more will come.</param>
/// <param name="Next">Where the whole page goes then; null: it stays.</param>
public sealed record Stand(object Model, string Key, bool IsDone, string? Next = null);

/// <summary>
/// A part of a page kept up to date by server-sent events: <c>part</c> with its HTML when it changes, <c>done</c> when nothing more will come.
/// </summary>
/// <param name="between">How often it is looked at; what somebody waits for is, when nothing is said, as often as they notice.</param>
public sealed class LiveResult<TPart>(Visit visit, Func<Task<Stand>> ask, TimeSpan? between = null) : IResult
    where TPart : IComponent
{
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(700),
        Longest = TimeSpan.FromMinutes(10);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var (response, stop) = (httpContext.Response, httpContext.RequestAborted);
        var time = httpContext.RequestServices.GetRequiredService<TimeProvider>();
        var until = time.GetUtcNow() + Longest;
        var stand = await ask();
        response.ContentType = "text/event-stream";
        // Proxies would keep it until there is enough of it.
        response.Headers["X-Accel-Buffering"] = "no";
        var sent = "";
        while (true)
        {
            if (stand.Key != sent)
            {
                await Send(response, "part", await PageResult.Render(httpContext.RequestServices, visit, typeof(TPart), stand.Model), stop);
                sent = stand.Key;
            }

            if (stand.IsDone || time.GetUtcNow() > until)
                break;
            await Task.Delay(between ?? Between, time, stop);
            stand = await ask();
        }

        await Send(response, "done", stand.Next ?? "", stop);
    }

    static async Task Send(HttpResponse response, string name, string text, CancellationToken stop)
    {
        var message = new StringBuilder("event: ").Append(name).Append('\n');
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
            message.Append("data: ").Append(line).Append('\n');
        await response.WriteAsync(message.Append('\n').ToString(), stop);
        await response.Body.FlushAsync(stop);
    }
}
