using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.More;

/// <summary>All that the wallet can do, and that has no place of its own in the bar.</summary>
static class ShowMore
{
    public static Task<IResult> Get(Visit visit) => Task.FromResult(visit.Show<MorePage>());
}
