using Hazina.Web.Layout;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hazina.Web.Pages;

/// <summary>Whatever goes wrong below becomes a page that says what happened, and what is safe.</summary>
sealed partial class PageFaults(RequestDelegate next, ILogger<PageFaults> logger)
{
    public async Task Invoke(HttpContext context)
    {
        try
        {
            if (!SameOrigin.Has(context.Request))
            {
                await Show(context, new FaultModel(StatusCodes.Status403Forbidden, FaultKind.OtherSite));
                return;
            }

            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is there to see it
        }
        catch (HazinaException no) when (!context.Response.HasStarted)
        {
            await Answer(context, Problem.Of(no));
            return;
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted && bad.StatusCode == StatusCodes.Status404NotFound)
        {
            await Show(context, new FaultModel(StatusCodes.Status404NotFound, FaultKind.NotThere));
            return;
        }
        catch (BadHttpRequestException) when (!context.Response.HasStarted)
        {
            await Show(context, new FaultModel(StatusCodes.Status400BadRequest, FaultKind.NotUnderstood));
            return;
        }
        catch (InvalidDataException) when (!context.Response.HasStarted)
        {
            await Show(context, new FaultModel(StatusCodes.Status400BadRequest, FaultKind.NotUnderstood));
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            PageFailed(logger, e, context.Request.Method, context.Request.Path);
            await Show(context, new FaultModel(StatusCodes.Status500InternalServerError, FaultKind.Ours));
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: 404 or 405, ContentType: null })
            await Show(context, new FaultModel(context.Response.StatusCode, FaultKind.NotThere));
    }

    static Task Answer(HttpContext context, Problem problem)
    {
        var visit = PageMap.Of(context);
        switch (problem.Status)
        {
            case StatusCodes.Status401Unauthorized:
                visit.SignOut();
                return Entry.SignIn.First(visit).ExecuteAsync(context);
            case StatusCodes.Status403Forbidden:
                return Show(context, new FaultModel(problem.Status, FaultKind.NotAllowed, problem));
            case StatusCodes.Status404NotFound or StatusCodes.Status400BadRequest:
                return Show(context, new FaultModel(StatusCodes.Status404NotFound, FaultKind.NotThere, problem));
            case StatusCodes.Status429TooManyRequests:
                return Show(context, new FaultModel(problem.Status, FaultKind.TooOften, problem));
            case StatusCodes.Status500InternalServerError:
                return Show(context, new FaultModel(problem.Status, FaultKind.Ours, problem));
            default:
                return Show(
                    context,
                    problem.Status >= 500
                        ? new FaultModel(StatusCodes.Status503ServiceUnavailable, FaultKind.Unreachable, problem)
                        : new FaultModel(problem.Status, FaultKind.Refused, problem)
                );
        }
    }

    static async Task Show(HttpContext context, FaultModel model)
    {
        var visit = PageMap.Of(context);
        context.Response.Clear();
        if (model.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "5";
        await visit.Show<FaultPage>(model, model.Status).ExecuteAsync(context);
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    static partial void PageFailed(ILogger logger, Exception e, string method, PathString path);
}

public enum FaultKind
{
    Ours,
    Unreachable,
    NotThere,
    NotAllowed,
    TooOften,
    OtherSite,
    NotUnderstood,
    Refused,
}

public sealed record FaultModel(int Status, FaultKind Kind, Problem? Problem = null);
