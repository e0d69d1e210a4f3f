using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Hazina.Money;

/// <summary>A currency the platform keeps books in. One instance per code, so currencies compare by reference.</summary>
/// <remarks>Fiat codes are those of ISO 4217; the scale kept may be wider than the scale shown, so that interest and fees can accrue.</remarks>
public sealed class Currency
{
    static readonly FrozenDictionary<string, Currency> ByCode = CurrencyTable
        .Read()
        .ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);

    internal Currency(string code, string name, int scale, int shownScale, bool isCrypto)
    {
        Code = code;
        Name = name;
        Scale = scale;
        ShownScale = shownScale;
        IsCrypto = isCrypto;
    }

    /// <summary>Three letters for ISO currencies, three to five for the others (<c>KES</c>, <c>USDT</c>).</summary>
    public string Code { get; }

    public string Name { get; }

    /// <summary>Digits kept after the point, 0 to 8. An amount with more is refused, never rounded in silence.</summary>
    public int Scale { get; }

    /// <summary>Digits shown to people, at most <see cref="Scale"/>.</summary>
    public int ShownScale { get; }

    public bool IsCrypto { get; }

    /// <summary>Every currency known here, by code.</summary>
    public static IReadOnlyList<Currency> All { get; } = [.. ByCode.Values.OrderBy(c => c.Code, StringComparer.Ordinal)];

    /// <summary>The currency of a code. Throws when there is none: for codes that the program itself wrote.</summary>
    public static Currency Of(string code) =>
        ByCode.TryGetValue(code, out var currency)
            ? currency
            : throw new ArgumentException($"No currency has the code '{code}'.", nameof(code));

    /// <summary>The currency of a code that came from outside; codes are upper case.</summary>
    public static bool TryGet(string? code, [NotNullWhen(true)] out Currency? currency)
    {
        currency = null;
        return code is not null && ByCode.TryGetValue(code, out currency);
    }

    public override string ToString() => Code;
}
