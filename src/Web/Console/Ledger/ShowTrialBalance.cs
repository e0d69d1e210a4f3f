using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Ledger;

/// <summary>Whether all debits are all credits, now or at a time in the past, and what proves that nobody has changed a row.</summary>
static class ShowTrialBalance
{
    public static async Task<IResult> Get(Visit visit)
    {
        var at = visit.Asked("at");
        var proof = await visit.Api.GetLedgerHeadAsync();
        var trial = await visit.Api.GetTrialBalanceAsync(ExplainAccount.Moment(at, visit)).Outcome();
        return visit.Show<TrialBalancePage>(
            new TrialModel(at, trial.Problem is null ? trial.Value : null, proof, trial.Problem),
            trial.Problem?.Status ?? StatusCodes.Status200OK
        );
    }

    public static async Task<IResult> Export(Visit visit)
    {
        var trial = await visit.Api.GetTrialBalanceAsync(ExplainAccount.Moment(visit.Asked("at"), visit));
        return new CsvResult<(string Currency, GetTrialBalanceOfClass Of)>(
            "trial-balance",
            trial.Currencies.SelectMany(c => c.Classes.Select(k => (c.Currency, k))).ToAsyncEnumerable(),
            ("currency", r => r.Currency),
            ("class", r => r.Of.Class.Value),
            ("debits", r => r.Of.Debits.Value),
            ("credits", r => r.Of.Credits.Value),
            ("balance", r => r.Of.Balance.Value)
        );
    }
}

/// <param name="Trial">Null where the time cannot be.</param>
public sealed record TrialModel(string? At, GetTrialBalanceAnswer? Trial, ProofAnswer Proof, Problem? Problem);
