using System.ComponentModel;
using System.Globalization;
using Hazina.Platform.Http;

namespace Hazina.Billing.Fees;

/// <summary>A fee as the API shows it.</summary>
[Description("What a service costs from a time on.")]
public sealed record FeeAnswer(
    [property: Description("Of this version: a fee that changes gets another one.")] Guid Id,
    [property: Description("What it is taken for.")] FeeType Type,
    string Currency,
    [property: Description("The rail that it is for; not there: all of them.")] string? Provider,
    [property: Description("The person or organisation that it is for; not there: everybody.")] Guid? Merchant,
    string Name,
    [property: Description("payer: on top of the amount; payee: out of it.")] FeeBearer BorneBy,
    [property: Description("Whether it is given back with what is refunded, in proportion.")] bool IsReturned,
    [property: Description("In the currency.")] string Fixed,
    [property: Description("Of the amount: 0.015 is 1.5 percent.")] string Rate,
    [property: Description("Taken at the least.")] string? Least,
    [property: Description("Taken at the most.")] string? Most,
    [property: Description("Prices by the amount, instead of fixed and rate.")] IReadOnlyList<TierAnswer>? Tiers,
    DateTimeOffset From,
    DateTimeOffset? Until
)
{
    [Description("Always fee.")]
    public string Object => "fee";

    internal static FeeAnswer Of(Fee fee) =>
        new(
            fee.Id,
            fee.Type,
            fee.Currency.Code,
            fee.Provider,
            fee.Merchant,
            fee.Name,
            fee.BorneBy,
            fee.IsReturned,
            Digits(fee.Fixed),
            Digits(fee.Rate),
            fee.Least is { } least ? Digits(least) : null,
            fee.Most is { } most ? Digits(most) : null,
            fee.Tiers.Count == 0
                ? null
                : [.. fee.Tiers.Select(t => new TierAnswer(t.UpTo is { } upTo ? Digits(upTo) : null, Digits(t.Fixed), Digits(t.Rate)))],
            fee.From,
            fee.Until
        );

    static string Digits(decimal value) => value.ToString("0.########", CultureInfo.InvariantCulture);
}

/// <summary>A tier as the API takes and shows it.</summary>
[Description("The price of amounts up to a bound.")]
public sealed record TierAnswer(
    [property: Description("The largest amount that it is for; not there in the last one.")] string? UpTo,
    [property: Description("In the currency; 0 when not said.")] string? Fixed,
    [property: Description("Of the amount; 0 when not said.")] string? Rate
);
