using System.Globalization;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Billing.Fees;

/// <summary>Reads a fee that is asked for: everything that is wrong with it at once.</summary>
static class FeeWish
{
    const int MostTiers = 100;

    public static SetFee.Wish Read(string type, SetFee.Request body, Validation check, DateTimeOffset now)
    {
        var currency = check.CurrencyOf(body.Currency, "/currency");
        var name = check.Text(body.Name, "/name", 100);
        var bearer = check.Required(body.BorneBy, "/borne_by");
        // Whoever tops up or withdraws is on both sides of it.
        check.That(
            type != "funding" || bearer == FeeBearer.Payee,
            "/borne_by",
            "conflict",
            "must be payee: it is taken out of what comes in"
        );
        check.That(
            type != "withdrawal" || bearer == FeeBearer.Payer,
            "/borne_by",
            "conflict",
            "must be payer: it comes on top of what goes out"
        );
        check.OptionalText(body.Provider, "/provider", 40, min: 1);
        check.That(
            body.Provider?.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') ?? true,
            "/provider",
            "wrong_format",
            "must be lower-case letters, digits and underscores"
        );
        var kind = body.Merchant is { } merchant ? check.Required(merchant.Kind, "/merchant/kind") : (HolderKind?)null;
        var id = body.Merchant is { } named ? check.Id(named.Id, "/merchant/id") : (Guid?)null;
        var start = Digits(body.Fixed, currency, "/fixed", check) ?? 0m;
        var rate = RateOf(body.Rate, "/rate", check);
        var least = Digits(body.Least, currency, "/least", check);
        var most = Digits(body.Most, currency, "/most", check);
        check.That(least is null || most is null || least <= most, "/most", "out_of_range", "must not be less than least");
        TiersFit(body, currency, check);
        check.That(body.From is null || body.From > now, "/from", "out_of_range", "must be in the future");
        check.That(body.Until is null || body.Until > (body.From ?? now), "/until", "out_of_range", "must come after the fee begins");
        return new SetFee.Wish(
            type,
            currency.Code,
            body.Provider,
            kind,
            id,
            name,
            bearer,
            body.IsReturned ?? false,
            start,
            rate,
            least,
            most,
            body.Tiers,
            body.From?.ToUniversalTime(),
            body.Until?.ToUniversalTime()
        );
    }

    /// <summary>Of a wish that was read before.</summary>
    public static IReadOnlyList<Tier> TiersOf(IReadOnlyList<TierAnswer> tiers) =>
        [.. tiers.Select(t => new Tier(t.UpTo is null ? null : Decimal(t.UpTo), Decimal(t.Fixed ?? "0"), Decimal(t.Rate ?? "0")))];

    static void TiersFit(SetFee.Request body, Currency currency, Validation check)
    {
        if (body.Tiers is not { } tiers)
            return;
        check.That(body.Fixed is null && body.Rate is null, "/tiers", "conflict", "cannot be given together with fixed and rate");
        if (!check.That(tiers.Count is >= 1 and <= MostTiers, "/tiers", "out_of_range", $"must be 1 to {MostTiers}"))
            return;
        var before = 0m;
        for (var i = 0; i < tiers.Count; i++)
        {
            if (!check.That(tiers[i] is not null, $"/tiers/{i}", "required", "is required"))
                continue;
            var isLast = i == tiers.Count - 1;
            check.That(tiers[i].UpTo is null == isLast, $"/tiers/{i}/up_to", "out_of_range", "must be there in all tiers but the last one");
            var upTo = Digits(tiers[i].UpTo, currency, $"/tiers/{i}/up_to", check);
            check.That(upTo is null || upTo > before, $"/tiers/{i}/up_to", "out_of_range", "must be more than in the tier before");
            before = upTo ?? before;
            Digits(tiers[i].Fixed, currency, $"/tiers/{i}/fixed", check);
            RateOf(tiers[i].Rate, $"/tiers/{i}/rate", check);
        }
    }

    static decimal? Digits(string? text, Currency currency, string pointer, Validation check) =>
        text is null ? null : check.DigitsOf(text, currency, pointer, AmountRange.NotNegative);

    static decimal RateOf(string? text, string pointer, Validation check)
    {
        if (text is null)
            return 0m;
        var isRate =
            decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate)
            && rate is >= 0 and <= 1
            && rate.Scale <= 8;
        check.That(isRate, pointer, "out_of_range", "must be 0 to 1 in decimal digits, at most 8 of them after the point");
        return isRate ? rate : 0m;
    }

    static decimal Decimal(string text) => decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
}
