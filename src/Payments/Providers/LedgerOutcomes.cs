using Hazina.Ledger;

namespace Hazina.Payments.Providers;

/// <summary>What the ledger said to a posting about a call.</summary>
static class LedgerOutcomes
{
    /// <summary>Whether it is posted; false where the call or its owner was changed meanwhile.</summary>
    /// <exception cref="CallBusyException">The ledger has no time.</exception>
    /// <exception cref="InvalidOperationException">It refused what it cannot refuse.</exception>
    public static bool PostedOrChanged(this Outcome outcome) =>
        outcome.Status switch
        {
            OutcomeStatus.Posted => true,
            OutcomeStatus.Conflict => false,
            OutcomeStatus.Retry => throw new CallBusyException("The ledger is busy."),
            _ => throw new InvalidOperationException(
                $"The posting {outcome.Id} was not made: {outcome.Status} {outcome.Code} {outcome.Field}."
            ),
        };
}
