using System.Globalization;
using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.ApiLog;

/// <summary>Who called the API and what it answered, for a month; by the number that people quote when they ask for help.</summary>
static class ShowApiLog
{
    const int OnPage = 50,
        AtOnce = 100;

    public static async Task<IResult> Get(Visit visit)
    {
        var calls = await visit.Api.ListApiCallsAsync(
            Request(visit),
            status: Status(visit),
            limit: OnPage,
            startingAfter: visit.Asked("after")
        );
        return visit.Show<ApiLogPage>(new ApiLogModel(Request(visit), Status(visit), calls));
    }

    public static Task<IResult> Export(Visit visit) =>
        Task.FromResult<IResult>(
            new CsvResult<ApiCallAnswer>(
                "api-calls",
                visit.Api.ListAllApiCallsAsync(Request(visit), status: Status(visit), limit: AtOnce),
                ("at", c => c.At),
                ("request_id", c => c.RequestId),
                ("method", c => c.Method),
                ("path", c => c.Path),
                ("status", c => c.Status),
                ("code", c => c.Code),
                ("duration_ms", c => c.DurationMs),
                ("user", c => c.User),
                ("key", c => c.Key),
                ("book", c => c.Book),
                ("address", c => c.Address),
                ("idempotency_key", c => c.IdempotencyKey)
            )
        );

    static string? Request(Visit visit) => visit.Asked("request");

    static int? Status(Visit visit) =>
        int.TryParse(visit.Asked("status"), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;
}

public sealed record ApiLogModel(string? Request, int? Status, Client.Page<ApiCallAnswer> Calls);
