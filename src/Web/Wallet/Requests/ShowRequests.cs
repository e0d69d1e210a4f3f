using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Requests;

/// <summary>Whom one has asked for money, and who asks.</summary>
static class ShowRequests
{
    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<RequestsPage>(
            (IReadOnlyList<RequestAnswer>)
                [.. (await Listed(visit, "asked")).Concat(await Listed(visit, "asker")).OrderByDescending(r => r.CreatedAt)]
        );

    static async Task<IReadOnlyList<RequestAnswer>> Listed(Visit visit, string role) =>
        (await visit.Api.ListPaymentRequestsAsync(role: role, limit: 50)).Data;
}
