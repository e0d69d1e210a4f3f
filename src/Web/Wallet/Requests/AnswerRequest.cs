using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Requests;

/// <summary>A request, to pay, to decline or, if it is one's own, to take back.</summary>
static class AnswerRequest
{
    public static async Task<IResult> Get(Visit visit) => visit.Show<RequestPage>(await Model(visit, null));

    public static async Task<IResult> Pay(Visit visit)
    {
        var order = new PayRequestRequest { Payer = visit.Carried("payer") };
        return await After(
            visit,
            await visit.Api.PayPaymentRequestAsync(visit.Route("request"), order, visit.Field("key")).Problem(),
            Words.PaidNow
        );
    }

    public static async Task<IResult> Decline(Visit visit) =>
        await After(visit, await visit.Api.DeclinePaymentRequestAsync(visit.Route("request")).Problem(), Words.DeclinedNow);

    public static async Task<IResult> Cancel(Visit visit) =>
        await After(visit, await visit.Api.CancelPaymentRequestAsync(visit.Route("request")).Problem(), Words.CancelledNow);

    static async Task<IResult> After(Visit visit, Problem? problem, string told) =>
        problem is null
            ? visit.Go($"/wallet/requests/{visit.Route("request")}", told)
            : visit.Show<RequestPage>(await Model(visit, problem), problem.Status);

    static async Task<RequestModel> Model(Visit visit, Problem? problem)
    {
        var request = await visit.Api.GetPaymentRequestAsync(visit.Route("request"));
        var mayPay = !request.IsMine && request.Status == RequestStatus.Open;
        var accounts = mayPay ? (await Asking.Accounts(visit)).Where(a => a.Currency == request.Currency).ToList() : [];
        return new RequestModel(request, accounts, Asking.NewKey(), problem);
    }
}

public sealed record RequestModel(RequestAnswer Request, IReadOnlyList<AccountAnswer> Accounts, string Key, Problem? Problem);
