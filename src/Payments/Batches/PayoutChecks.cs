using Hazina.Accounts;
using Hazina.Billing;
using Hazina.Money;
using Hazina.Payments.Paying;
using Hazina.Payments.Providers;
using Hazina.Payments.Withdrawals;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Batches;

/// <summary>Whether what a line says can go where it says. Names at banks are asked for when a line is made, and not ten thousand at once.</summary>
sealed class PayoutChecks(
    CustomerAccounts accounts,
    PaymentMaker maker,
    WithdrawalRoutes ways,
    WithdrawalHold hold,
    IOptions<RailOptions> rails
)
{
    /// <summary>What a rail has against a line; for accounts here whether it is the one that pays.</summary>
    public LineError? Fault(CustomerAccount payer, PayoutLine line)
    {
        if (line.Target.Number is { } number)
            return number == payer.Number ? new LineError(line.Line, "to", "same_account", "is the account that pays") : null;
        var (rail, refusal) = ways.For(line.Target.Party);
        if (rail is null)
            return new LineError(line.Line, "type", "source_off", refusal!.Detail);
        var terms = rail.Terms(CallKind.Payout);
        if (Amount.Digits(line.Amount.Value) > terms.Decimals)
            return new LineError(
                line.Line,
                "amount",
                "too_many_digits",
                terms.Decimals == 0
                    ? $"must be whole {line.Amount.Currency.Code}: {rail.Name} moves no cents"
                    : $"must have at most {terms.Decimals} digits after the point, as {rail.Name} takes"
            );
        // That it fails at the moment says nothing of when the line is made.
        return
            RailChecks.Unfit(rail, CallKind.Payout, payer.Book, line.Amount, rails.Value, "to") is { } unfit
            && unfit.Type != RailRefusals.ProviderDown
            ? new LineError(line.Line, "amount", unfit.Type.Code[(unfit.Type.Code.IndexOf('.') + 1)..], unfit.Detail.TrimEnd('.'))
            : null;
    }

    /// <summary>Whether the accounts here that lines name are there, and what lines cost on top, by their number.</summary>
    public async Task<(IReadOnlyDictionary<int, Amount> Fees, IReadOnlyList<LineError> Errors)> Accounts(
        CustomerAccount payer,
        IReadOnlyList<PayoutLine> lines,
        IReadOnlyList<LineError> before,
        CancellationToken stop
    )
    {
        var (fees, errors) = (new Dictionary<int, Amount>(), before.ToList());
        var named = lines.Where(l => l.Target.Number is not null).ToList();
        var found = await accounts.FindByNumbers(payer.Book, [.. named.Select(l => l.Target.Number!).Distinct()], stop);
        foreach (var line in named)
        {
            var payee = found.GetValueOrDefault(line.Target.Number!);
            if (payee is null or { IsClosed: true } || payee.Currency != payer.Currency)
                errors.Add(new LineError(line.Line, "to", "no_such_payee", "is no open account in this currency"));
            else if (await maker.Fee(payee, line.Amount, stop) is (_, { BorneBy: FeeBearer.Payer } quote))
                fees[line.Line] = quote.Amount;
        }

        foreach (var line in lines.Where(l => l.Target.Number is null))
        {
            if (ways.For(line.Target.Party).Rail is { } rail && await hold.Fee(payer, rail, line.Amount, stop) is { } quote)
                fees[line.Line] = quote.Amount;
        }

        return (fees, errors);
    }
}
