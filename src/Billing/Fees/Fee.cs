using System.Text.Json;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Billing.Fees;

/// <summary>What a service costs from a time on, for everybody or for one merchant.</summary>
/// <param name="Id">Of this version.</param>
/// <param name="Type">What it is taken for.</param>
/// <param name="Provider">The rail that it is for; null: all of them.</param>
/// <param name="Merchant">The person or organisation that it is for; null: everybody.</param>
/// <param name="Fixed">In the currency.</param>
/// <param name="Rate">Of the amount: 0.015 is 1.5 percent.</param>
/// <param name="Least">What is taken at the least; null: no such bound.</param>
/// <param name="Most">What is taken at the most.</param>
/// <param name="Tiers">Prices by the amount, instead of <paramref name="Fixed"/> and <paramref name="Rate"/>; empty: none.</param>
sealed record Fee(
    Guid Id,
    string Book,
    FeeType Type,
    Currency Currency,
    string? Provider,
    HolderKind? MerchantType,
    Guid? Merchant,
    string Name,
    FeeBearer BorneBy,
    bool IsReturned,
    decimal Fixed,
    decimal Rate,
    decimal? Least,
    decimal? Most,
    IReadOnlyList<Tier> Tiers,
    DateTimeOffset From,
    DateTimeOffset? Until
)
{
    /// <summary>
    /// Of the tier that the amount falls into, or the fee's own price: fixed + rate × amount, within the bounds, rounded half up to the digits that people are
    /// shown. Never more than the amount where the payee bears it: nobody pays for being paid.
    /// </summary>
    public Amount Of(Amount basis)
    {
        var (start, rate) = Tiers.FirstOrDefault(t => t.UpTo is null || basis.Value <= t.UpTo) is { } tier
            ? (tier.Fixed, tier.Rate)
            : (Fixed, Rate);
        var price = start + (basis.Value * rate);
        price = Math.Min(Math.Max(price, Least ?? 0m), Most ?? decimal.MaxValue);
        price = decimal.Round(price, Currency.ShownScale, MidpointRounding.AwayFromZero);
        return new Amount(BorneBy == FeeBearer.Payee ? Math.Min(price, basis.Value) : price, Currency);
    }
}

/// <summary>The price of amounts up to a bound.</summary>
/// <param name="UpTo">The largest amount that it is for; null: no bound, the last one.</param>
sealed record Tier(decimal? UpTo, decimal Fixed, decimal Rate);

/// <summary>A row of <c>billing.fees</c>.</summary>
sealed record FeeRow(
    Guid Id,
    long No,
    string Book,
    string Type,
    string Currency,
    string? Provider,
    string? MerchantType,
    Guid? MerchantId,
    string Name,
    string BorneBy,
    bool IsReturned,
    decimal Fixed,
    decimal Rate,
    decimal? Least,
    decimal? Most,
    string? Tiers,
    DateTimeOffset FromTime,
    DateTimeOffset? UntilTime
)
{
    /// <summary>Of fees <c>f</c>, in the order of the record.</summary>
    public const string Columns = """
        f.id, f.no, f.book, f.type, f.currency, f.provider, f.merchant_type, f.merchant_id, f.name, f.borne_by, f.is_returned, f.fixed, f.rate, f.least, f.most,
        f.tiers::text, f.from_time, f.until_time
        """;

    public Fee Fee() =>
        new(
            Id,
            Book,
            Words.Read<FeeType>(Type),
            Money.Currency.Of(Currency),
            Provider,
            MerchantType is null ? null : Words.Read<HolderKind>(MerchantType),
            MerchantId,
            Name,
            Words.Read<FeeBearer>(BorneBy),
            IsReturned,
            Fixed,
            Rate,
            Least,
            Most,
            Tiers is null ? [] : JsonSerializer.Deserialize<List<Tier>>(Tiers, JsonSettings.Options)!,
            FromTime,
            UntilTime
        );
}
