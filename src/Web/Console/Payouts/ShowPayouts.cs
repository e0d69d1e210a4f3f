using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Payouts;

/// <summary>Money on its way out that waits for somebody of the platform: large withdrawals, and payouts from files.</summary>
static class ShowPayouts
{
    const int OnPage = 25,
        AtOnce = 100;

    public static Task<IResult> Get(Visit visit) => Show(visit);

    public static async Task<IResult> Show(Visit visit, Guid? deciding = null, Problem? problem = null)
    {
        var withdrawals = await visit.Api.ListWithdrawalsToDecideAsync(OnPage, visit.Asked("after"));
        var batches = await visit.Api.ListPayoutBatchesToDecideAsync(AtOnce);
        return visit.Show<PayoutsPage>(
            new PayoutsModel(withdrawals, batches.Data, deciding, problem),
            problem?.Status ?? StatusCodes.Status200OK
        );
    }

    public static Task<IResult> Export(Visit visit) =>
        Task.FromResult<IResult>(
            new CsvResult<WithdrawalAnswer>(
                "withdrawals-waiting",
                visit.Api.ListAllWithdrawalsToDecideAsync(AtOnce),
                ("id", w => w.Id),
                ("created_at", w => w.CreatedAt),
                ("account", w => w.From),
                ("provider", w => w.Provider),
                ("to", w => w.To),
                ("amount", w => w.Amount.Value),
                ("currency", w => w.Amount.Currency),
                ("reference", w => w.Reference)
            )
        );
}

/// <param name="Deciding">About which the form was that was sent.</param>
public sealed record PayoutsModel(
    Client.Page<WithdrawalAnswer> Withdrawals,
    IReadOnlyList<BatchAnswer> Batches,
    Guid? Deciding,
    Problem? Problem
);
