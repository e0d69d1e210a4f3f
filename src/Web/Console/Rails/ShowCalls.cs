using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Rails;

/// <summary>What rails were asked, and what is stuck.</summary>
static class ShowCalls
{
    const int OnPage = 25,
        AtOnce = 100;

    public static async Task<IResult> Get(Visit visit)
    {
        var filter = CallFilter.Of(visit);
        var calls = await visit.Api.ListProviderCallsAsync(
            OnPage,
            filter.After,
            status: filter.Status,
            provider: filter.Provider,
            receipt: filter.Receipt
        );
        return visit.Show<CallsPage>(new CallsModel(filter, calls));
    }

    public static Task<IResult> Export(Visit visit)
    {
        var filter = CallFilter.Of(visit);
        return Task.FromResult<IResult>(
            new CsvResult<CallAnswer>(
                "rail-calls",
                visit.Api.ListAllProviderCallsAsync(AtOnce, filter.Status, filter.Provider, filter.Receipt),
                ("id", c => c.Id),
                ("created_at", c => c.CreatedAt),
                ("provider", c => c.Provider),
                ("kind", c => c.Kind),
                ("purpose", c => c.Purpose),
                ("purpose_id", c => c.PurposeId),
                ("amount", c => c.Amount.Value),
                ("currency", c => c.Amount.Currency),
                ("party", c => c.Party),
                ("reference", c => c.Reference),
                ("status", c => c.Status),
                ("receipt", c => c.Receipt),
                ("failure", c => c.FailureCode),
                ("attempts", c => c.Attempts),
                ("stuck_since", c => c.StuckSince)
            )
        );
    }
}

/// <summary>Which calls are looked for, as it stands in the address.</summary>
public sealed record CallFilter(string? Status, string? Provider, string? Receipt, string? After)
{
    /// <summary>What people look for most.</summary>
    public static readonly IReadOnlyList<string?> Views = [null, "stuck", "unknown", "prompted", "failed", "succeeded"];

    public static readonly IReadOnlyList<string> Providers = ["mpesa", "kcb", "dtb"];

    public static CallFilter Of(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        return new(visit.Asked("status"), visit.Asked("provider"), visit.Asked("receipt"), visit.Asked("after"));
    }

    public string Link(string path, string? status) => Links.To(path, Parts(status));

    public string? Next(Client.Page<CallAnswer> page) => Links.After(page, "/console/rails", Parts(Status));

    (string, string?)[] Parts(string? status) => [("status", status), ("provider", Provider), ("receipt", Receipt)];
}

public sealed record CallsModel(CallFilter Filter, Client.Page<CallAnswer> Calls);
