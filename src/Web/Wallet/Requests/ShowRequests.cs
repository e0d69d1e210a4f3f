using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Requests;

/// <summary>Whom one has asked for money, and who asks.</summary>
static class ShowRequests
{
    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<RequestsPage>(
            (IReadOnlyList<MoneyRequest>)
                [.. (await Listed(visit, "asked")).Concat(await Listed(visit, "asker")).OrderByDescending(r => r.CreatedAt)]
        );

    static async Task<IReadOnlyList<MoneyRequest>> Listed(Visit visit, string role) =>
        (await visit.Api.Get<Listed<MoneyRequest>>($"/v1/payment-requests?limit=50&role={role}")).Data;
}

public sealed record MoneyRequest(
    Guid Id,
    string Status,
    string Side,
    string? AskerName,
    string? AskedName,
    bool IsForAnybody,
    Wire? Amount,
    string Currency,
    string? Description,
    Wire? Paid,
    DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt
)
{
    /// <summary>Whether it is ours to be paid.</summary>
    public bool IsMine => Side == "asker";
}
