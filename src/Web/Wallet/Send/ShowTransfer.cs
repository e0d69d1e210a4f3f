using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Send;

/// <summary>What was sent, to keep.</summary>
static class ShowTransfer
{
    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<TransferPage>(await visit.Api.GetTransferAsync(visit.Route("transfer")));
}
