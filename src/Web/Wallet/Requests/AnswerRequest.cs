using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Requests;

/// <summary>A request, to pay, to decline or, if it is one's own, to take back.</summary>
static class AnswerRequest
{
    public static async Task<IResult> Get(Visit visit) => visit.Show<RequestPage>(await Model(visit, null));

    public static async Task<IResult> Pay(Visit visit)
    {
        var id = visit.Route("request");
        var paid = await visit.Api.Post<object>($"/v1/payment-requests/{id}/pay", new { payer = visit.Field("payer") }, visit.Field("key"));
        return await After(visit, paid.Problem, Words.PaidNow);
    }

    public static Task<IResult> Decline(Visit visit) => Do(visit, "decline", Words.DeclinedNow);

    public static Task<IResult> Cancel(Visit visit) => Do(visit, "cancel", Words.CancelledNow);

    static async Task<IResult> Do(Visit visit, string verb, string told)
    {
        var done = await visit.Api.Post<object>($"/v1/payment-requests/{visit.Route("request")}/{verb}");
        return await After(visit, done.Problem, told);
    }

    static async Task<IResult> After(Visit visit, Problem? problem, string told) =>
        problem is null
            ? visit.Go($"/wallet/requests/{visit.Route("request")}", told)
            : visit.Show<RequestPage>(await Model(visit, problem), problem.Status);

    static async Task<RequestModel> Model(Visit visit, Problem? problem)
    {
        var request = await visit.Api.Get<MoneyRequest>($"/v1/payment-requests/{visit.Route("request")}");
        var mayPay = !request.IsMine && request.Status == "open";
        var accounts = mayPay ? (await Asking.Accounts(visit)).Where(a => a.Currency == request.Currency).ToList() : [];
        return new RequestModel(request, accounts, Asking.NewKey(), problem);
    }
}

public sealed record RequestModel(MoneyRequest Request, IReadOnlyList<Account> Accounts, string Key, Problem? Problem);
