using Hazina.Accounts;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Payments.Funding;
using Hazina.Payments.Providers;
using Hazina.Payments.Reconciliation;
using Hazina.Platform.Http;

namespace Hazina.Payments.Intents;

/// <summary>
/// What follows for an intent from what becomes of the calls to its rails. Money that has come is held for the intent in the ledger transaction that books it,
/// and where it was the last that was missing, all of it goes to the payee in that one. What comes when it is not wanted any more is the payer's.
/// </summary>
sealed class IntentPurpose(IntentDesk desk, Deposits deposits, CustomerAccounts accounts, CallBook book) : ICallPurpose
{
    public const string Word = "intent";

    public string Name => Word;

    public async Task<bool> Apply(ProviderCall changed, CallEffect effect, CancellationToken stop)
    {
        if (effect == CallEffect.Prompted)
            return await book.Save(changed, stop);
        var intent = await desk.Read(changed.PurposeId, stop);
        var leg = intent.Legs.Single(l => l.CallId == changed.Id);
        return effect switch
        {
            CallEffect.Succeeded or CallEffect.SucceededLate => await Came(changed, intent, leg, stop),
            CallEffect.Failed => await Failed(changed, intent, leg, stop),
            _ => throw new InvalidOperationException($"An intent knows no {effect}."),
        };
    }

    async Task<bool> Came(ProviderCall changed, Intent intent, IntentLeg leg, CancellationToken stop)
    {
        // One that had failed stands again, as long as nothing was put in its place.
        var isWanted =
            intent.IsOpen
            && intent.ExpiresAt > desk.Now
            && (leg.State == LegStatus.Pending || (leg.State == LegStatus.Failed && intent.Missing >= leg.Amount));
        if (!isWanted)
            return await GiveBack(changed, intent, leg, why: null, stop);
        var id = Guid.CreateVersion7(desk.Now);
        var move = new IntentMove(intent, intent.Came(leg, id, changed.Receipt).Settled(id), id)
        {
            Also = [CallBook.SaveRow(changed), RailMovement.Row(id, changed, MovementKind.Deposit)],
        };
        // It leaves the payer's account as a wallet's part does, and counts as that.
        var payer = (await accounts.Find(intent.Book, leg.AccountId, stop))!;
        var payee = (await accounts.Find(intent.Book, intent.PayeeAccount, stop))!;
        var isNew = payee.HolderType == HolderType.User && await accounts.IsNewRecipient(payer, payee, stop);
        var (limits, tooMuch) = await accounts.LimitsOf(payer, leg.MoneyOf(intent.Money), isNew, stop);
        if (tooMuch is not null)
            return await GiveBack(changed, intent, leg, Hazina.Accounts.Refusals.LimitExceeded, stop);
        var outcome = await desk.Apply(move with { Conditions = limits!.Conditions }, stop);
        if (outcome.Status != OutcomeStatus.Refused)
            return outcome.PostedOrChanged();
        if (outcome.Is(Hazina.Ledger.Refusals.TurnoverExceeded))
            return await GiveBack(changed, intent, leg, Hazina.Accounts.Refusals.LimitExceeded, stop);
        // The payee takes none, or the payer's account was frozen or closed meanwhile: the money is here all the same.
        var isPayees = move.IsPayees(outcome, await desk.CastOf(intent, stop));
        return await GiveBack(changed, intent, leg, isPayees ? Refusals.CannotReceive : Hazina.Accounts.Refusals.Frozen, stop);
    }

    async Task<bool> GiveBack(ProviderCall changed, Intent intent, IntentLeg leg, RefusalType? why, CancellationToken stop)
    {
        var account = await accounts.Find(intent.Book, leg.AccountId, stop);
        return await deposits.Post(
            changed,
            account,
            $"From {Party.RailName(changed.Provider)} {changed.PartyShown}",
            (isSuspended, transaction) =>
            {
                var after = intent.GivenBack(leg, transaction, changed.Receipt, isSuspended, why);
                return [.. new IntentMove(intent, after, transaction).Rows(cast: null)];
            },
            stop
        );
    }

    async Task<bool> Failed(ProviderCall changed, Intent intent, IntentLeg leg, CancellationToken stop)
    {
        // Given up before: nothing has come of it, as was expected.
        if (leg.State != LegStatus.Pending)
            return await book.Save(changed, stop);
        var after = intent.Failed(leg, changed.FailureCode, changed.FailureReason);
        var outcome = await desk.Apply(
            new IntentMove(intent, after, Guid.CreateVersion7(desk.Now)) { Also = [CallBook.SaveRow(changed)] },
            stop
        );
        return outcome.PostedOrChanged();
    }
}
