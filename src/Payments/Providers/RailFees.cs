using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Paying;
using Hazina.Platform.Http;

namespace Hazina.Payments.Providers;

/// <summary>
/// What top-ups and withdrawals cost, by their type and rail. The account's holder bears it: of a top-up out of what comes in, of a withdrawal on top of what
/// goes out.
/// </summary>
sealed class RailFees(Tariff tariff, CustomerAccounts accounts)
{
    /// <summary>What it costs now; null where nothing is taken.</summary>
    public async ValueTask<FeeQuote?> Quote(FeeType type, CustomerAccount account, IRail rail, Amount amount, CancellationToken stop)
    {
        var quote = await tariff.Quote(new FeeQuestion(account.Book, type, amount, account.Holder, rail.Provider), stop);
        // A fee from before this was held to: what the other side bears nobody can be asked for here.
        if (quote?.BorneBy != (type == FeeType.Funding ? FeeBearer.Payee : FeeBearer.Payer))
            return null;
        // Nobody pays more for money than there comes.
        return type == FeeType.Funding && quote?.Amount.Value > amount.Value ? quote with { Amount = amount } : quote;
    }

    /// <summary>A no where somebody has been told another fee.</summary>
    public static Refusal? Changed(FeeQuote? fee, Amount? expected, Currency currency) =>
        Changed(fee?.Amount ?? Amount.Zero(currency), expected);

    /// <summary>The same of a fee that is on top, zero where there is none.</summary>
    public static Refusal? Changed(Amount fee, Amount? expected) =>
        expected is not { } said ? null
        : said.Currency != fee.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The fee is in {fee.Currency.Code}.", "/expected_fee/currency")
        : said.Value != fee.Value ? Hazina.Billing.Refusals.FeeChanged.Because($"The fee is {fee}.", "/expected_fee")
        : null;

    /// <summary>What was quoted, to be taken or given back now.</summary>
    /// <param name="version">Null: nothing was.</param>
    /// <param name="basis">What it was computed on.</param>
    public async ValueTask<RailFee?> Quoted(
        Guid? version,
        decimal amount,
        Amount basis,
        string book,
        string provider,
        CancellationToken stop
    ) =>
        version is { } fee
            ? new RailFee(
                await tariff.Taken(fee, basis, new Amount(amount, basis.Currency), stop) with
                {
                    Provider = provider,
                },
                await accounts.House(book, basis.Currency, SystemAccount.Fees, stop)
            )
            : null;
}

/// <summary>A fee that is taken, or given back, with money that comes in or goes out.</summary>
/// <param name="House">Where it goes.</param>
sealed record RailFee(FeeQuote Quote, Guid House)
{
    public Amount Amount => Quote.Amount;

    /// <summary>What its account's holder reads, and the billing ledger's row.</summary>
    /// <param name="source">funding or withdrawal, with its id.</param>
    /// <param name="side">Credit: it is given back.</param>
    public IEnumerable<AlongsideRow> Rows(Guid posting, CustomerAccount account, string source, Guid sourceId, ActivitySide side)
    {
        var words = side == ActivitySide.Credit ? "Fee given back" : "Fee";
        yield return CustomerAccounts.Activity(
            posting,
            new ActivityEntry(account, ActivityType.Fee, side, Amount, words, source, sourceId)
        );
        yield return Charge(posting, account, source, sourceId, side);
    }

    /// <summary>The billing ledger's row where what it was taken of goes back.</summary>
    public AlongsideRow Reversed(Guid posting, CustomerAccount account, Guid reversal) =>
        Tariff.Charge(
            $"reversal/{reversal}",
            account.Book,
            posting,
            Quote,
            -Amount.Value,
            PaymentOrder.FeeOwnerOf(account),
            ProviderCall.Reversal,
            reversal
        );

    /// <summary>The billing ledger's row alone, where the account does not move.</summary>
    public AlongsideRow Charge(Guid posting, CustomerAccount account, string source, Guid sourceId, ActivitySide side)
    {
        var isBack = side == ActivitySide.Credit;
        return Tariff.Charge(
            isBack ? $"{source}/{sourceId}/returned" : $"{source}/{sourceId}",
            account.Book,
            posting,
            Quote,
            isBack ? -Amount.Value : Amount.Value,
            PaymentOrder.FeeOwnerOf(account),
            source,
            sourceId
        );
    }
}
