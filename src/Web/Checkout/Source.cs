using System.Globalization;
using Hazina.Web.Visits;

namespace Hazina.Web.Checkout;

/// <summary>A source that the payer can take a source from, and what they filled in for it.</summary>
/// <param name="Name">Of its fields.</param>
/// <param name="Type">As the API calls it: wallet, mpesa, kcb, dtb.</param>
/// <param name="Account">Of a wallet.</param>
/// <param name="Amount">As it was typed.</param>
/// <param name="Phone">Who is asked; of a wallet nobody.</param>
public sealed record Source(string Name, string Type, AccountAnswer? Account, string Amount, string Phone)
{
    const string Shillings = "KES";

    static readonly string[] Rails = ["mpesa", "kcb", "dtb"];

    public bool IsTaken => Amount.Length > 0 && Amount != "0";

    /// <summary>For the API; null where no amount stands there.</summary>
    public SourceWish? Wish(string currency) =>
        Typed.Amount(Amount, currency) is { } amount
            ? new SourceWish
            {
                Type = Type,
                Amount = amount,
                Account = Account?.Id,
                Phone = Account is null ? Phone : null,
            }
            : null;

    /// <summary>All that can be chosen from, as it was filled in.</summary>
    public static IReadOnlyList<Source> Read(Visit visit, Order order)
    {
        ArgumentNullException.ThrowIfNull(visit);
        return
        [
            .. Of(order).Select(p => p with { Amount = visit.Field(p.Name), Phone = Entry.Address.Phone(visit.Field(p.Name + "-phone")) }),
        ];
    }

    /// <summary>The same with a proposal: one wallet that has enough, or what a wallet has and M-Pesa for the rest.</summary>
    public static IReadOnlyList<Source> Propose(Visit visit, Order order)
    {
        ArgumentNullException.ThrowIfNull(visit);
        ArgumentNullException.ThrowIfNull(order);
        var sources = Of(order).Select(p => p with { Phone = p.Account is null ? visit.Person!.Me.Phone ?? "" : "" }).ToList();
        var left = order.Left.Value;
        var wallet = sources.FindIndex(p => p.Account?.Balance.Available.Value >= left);
        if (wallet < 0)
            wallet = sources.FindIndex(p => p.Account?.Balance.Available.Value > 0);
        if (wallet >= 0)
        {
            var has = Math.Min(sources[wallet].Account!.Balance.Available.Value, left);
            // Phones are asked for whole shillings.
            var rest = Math.Min(Math.Ceiling(left - has), left);
            sources[wallet] = sources[wallet] with { Amount = Text(left - rest) };
            left = rest;
        }

        if (left > 0 && sources.FindIndex(p => p.Type == Rails[0]) is >= 0 and var phone)
            sources[phone] = sources[phone] with { Amount = Text(left) };
        return sources;
    }

    static IEnumerable<Source> Of(Order order) =>
        order
            .Accounts.Select(a => new Source($"wallet-{a.Id}", "wallet", a, "", ""))
            .Concat(Rails.Where(_ => order.Left.Currency == Shillings).Select(r => new Source(r, r, null, "", "")));

    static string Text(decimal amount) =>
        amount == 0 ? "" : amount.ToString(decimal.IsInteger(amount) ? "0" : null, CultureInfo.InvariantCulture);
}
