using System.ComponentModel;
using System.Text.Json.Serialization;
using Hazina.Money;

namespace Hazina.Platform.Http;

/// <summary>An amount as it goes over the wire; <see cref="Validation.AmountOf"/> makes an <see cref="Amount"/> of it.</summary>
/// <param name="Amount">Decimal digits (<c>1250.00</c>), never an exponent or a JSON number.</param>
/// <param name="Currency">The currency's code, upper case.</param>
[Description("An amount of money: decimal digits as a string, and the currency that they count.")]
public sealed record WireAmount(
    [property:
        JsonConverter(typeof(AmountDigits)),
        Description("Decimal digits as a string, for example 1250.00; never a JSON number or an exponent.")
    ]
        string? Amount,
    [property: Description("The currency's code, for example KES.")] string? Currency
)
{
    /// <summary>With at least the digits that people are shown.</summary>
    public static WireAmount Of(Amount amount) => new(amount.ToWire(), amount.Currency.Code);

    /// <inheritdoc cref="Of(Hazina.Money.Amount)"/>
    public static WireAmount Of(decimal value, Currency currency) => new(Money.Amount.ToWire(value, currency), currency.Code);
}
