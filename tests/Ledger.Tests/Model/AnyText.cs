using FsCheck;
using FsCheck.Fluent;
using Hazina.Money;

namespace Hazina.Ledger.Tests.Model;

/// <summary>Values for the fields of postings.</summary>
static class AnyText
{
    /// <summary>Mostly small; some with every digit that BTC keeps, some written with needless zeros, some as large as a book holds.</summary>
    public static Gen<decimal> Amount { get; } =
        Gen.Frequency(
            (12, Gen.Choose(1, 250).Select(n => (decimal)n)),
            (4, Gen.Choose(1, 1_000_000).Select(n => n / 10_000m)),
            (1, Gen.Choose(1, 1_000_000).Select(n => n / 100_000_000m)),
            (1, Gen.Elements(1.50m, 100.0000m, 7.10m)),
            (1, Gen.Elements(Money.Amount.Limit - 0.99999999m, 60_000_000_000_000_000_000m))
        );

    public static Gen<decimal?> Bound { get; } =
        Gen.Frequency(
            (2, Gen.Constant<decimal?>(null)),
            (3, Gen.Choose(-200, 600).Select(n => (decimal?)n)),
            (1, Gen.Constant<decimal?>(0.00001m))
        );

    /// <summary>Reference, description and metadata: usually none of them.</summary>
    public static Gen<(string? Reference, string? Description, string? Metadata)> Said { get; } =
        Gen.Frequency(
            (8, Gen.Constant(((string?)null, (string?)null, (string?)null))),
            (
                1,
                from reference in Gen.Elements(null, "", "INV-1", "\"quoted\\\" & <b>", "fünf 🧺 \u2028")
                from description in Gen.Elements(null, "for the shop", "línea\nnueva")
                from metadata in Gen.Elements(null, "{}", """{"a":1.50,"b":[true,null,"x\u0041"]}""", " { \"spaced\" : 1e2 }\n")
                select (reference, description, metadata)
            )
        );
}
