using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Recipients;

/// <summary>Whom one has saved to send money to.</summary>
static class ShowRecipients
{
    const int AtMost = 100;

    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<RecipientsPage>((await visit.Api.ListBeneficiariesAsync(limit: AtMost)).Data);

    public static async Task<IResult> Remove(Visit visit)
    {
        await visit.Api.RemoveBeneficiaryAsync(visit.Route("recipient"));
        return visit.Go("/wallet/recipients", Words.Removed);
    }
}
