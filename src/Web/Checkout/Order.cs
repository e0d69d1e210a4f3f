using Hazina.Web.Visits;
using Hazina.Web.Wallet;

namespace Hazina.Web.Checkout;

/// <summary>What is to be paid, and out of what it can be.</summary>
/// <param name="Accounts">Of the payer, in the currency; none where whoever looks is the payee.</param>
public sealed record Order(IntentAnswer Intent, IReadOnlyList<AccountAnswer> Accounts)
{
    /// <summary>What neither is held nor asked for.</summary>
    public Amount Left => Total with { Value = Total.Value - (Intent.Sources ?? []).Where(s => s.IsCounted).Sum(s => s.Amount.Value) };

    /// <summary>With a fee that comes on top.</summary>
    public Amount Total => Intent.Total ?? Intent.Amount;

    public static async Task<Order> Of(Visit visit, IntentAnswer intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        if (intent.Payer is not { } payer)
            return new(intent, []);
        var own = await Asking.Accounts(visit);
        var account = own.FirstOrDefault(a => a.Id == payer) ?? await visit.Api.GetAccountAsync(payer);
        return new(
            intent,
            [
                account,
                .. own.Where(a =>
                    a.Id != payer && a.Id != intent.Payee && a.Currency == account.Currency && a.Holder.Id == account.Holder.Id
                ),
            ]
        );
    }
}
