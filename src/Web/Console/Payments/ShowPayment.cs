using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Payments;

/// <summary>One payment: what it came to, all that happened, and what each of that did in the ledger.</summary>
static class ShowPayment
{
    /// <summary>Of the ledger's transactions, the newest; the others are a link away.</summary>
    const int MostTransactions = 12;

    public static async Task<IResult> Get(Visit visit)
    {
        var id = visit.Route("payment");
        var payment = await visit.Api.GetPaymentAsync(id);
        var timeline = await visit.Api.GetPaymentTimelineAsync(id);
        var calls = Duties.Of(visit).Operates ? (await visit.Api.ListProviderCallsAsync(purposeId: id)).Data : [];
        var moved = timeline.Moments.Select(m => m.Transaction).OfType<Guid>().Distinct().TakeLast(MostTransactions);
        var found = await Task.WhenAll(moved.Select(t => visit.Api.GetTransactionAsync(t).Outcome()));
        return visit.Show<PaymentPage>(
            new PaymentModel(payment, timeline, [.. found.Where(f => f.Problem is null).Select(f => f.Value)], calls)
        );
    }
}

/// <param name="Calls">What rails were asked for it.</param>
public sealed record PaymentModel(
    PaymentAnswer Payment,
    GetTimelineAnswer Timeline,
    IReadOnlyList<TransactionAnswer> Transactions,
    IReadOnlyList<CallAnswer> Calls
);
