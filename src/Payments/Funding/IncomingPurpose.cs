using Hazina.Accounts;
using Hazina.Ledger;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;

namespace Hazina.Payments.Funding;

/// <summary>Money that came without being asked for: to the account whose number the payer wrote, or to suspense.</summary>
sealed class IncomingPurpose(CustomerAccounts accounts, Deposits deposits, CallBook book) : ICallPurpose
{
    public string Name => IncomingMoney.Purpose;

    public async Task<bool> Apply(ProviderCall changed, CallEffect effect, CancellationToken stop)
    {
        // That it was not true concerns nobody else.
        if (effect is not (CallEffect.Succeeded or CallEffect.SucceededLate))
            return await book.Save(changed, stop);
        var number = string.Concat((book.PartyOf(changed).Account ?? "").Where(char.IsAsciiDigit));
        var account = await accounts.FindByNumber(changed.Book, number, stop);
        return await deposits.Post(
            changed,
            account,
            $"From {Party.RailName(changed.Provider)} {changed.PartyShown}",
            (isHeld, transaction) =>
                isHeld
                    ? []
                    :
                    [
                        AlongsideRow.Event(
                            RailEvents.FundingCompleted,
                            changed.Book,
                            changed.Id.ToString(),
                            new FundingEnded(
                                null,
                                account!.Id,
                                WireAmount.Of(changed.Money),
                                changed.Provider,
                                FundingStatus.Completed,
                                null,
                                transaction
                            )
                        ),
                    ],
            stop
        );
    }
}
