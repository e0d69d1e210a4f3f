using System.Globalization;

namespace Hazina.Money;

/// <summary>Reads <c>currencies.csv</c>: the currencies are data, so that adding one is a line and not a release of logic.</summary>
static class CurrencyTable
{
    public static IEnumerable<Currency> Read()
    {
        using var stream =
            typeof(CurrencyTable).Assembly.GetManifestResourceStream("Hazina.Money.currencies.csv")
            ?? throw new InvalidOperationException("currencies.csv is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        _ = reader.ReadLine(); // the header
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            var fields = line.Split(',');
            yield return new Currency(
                code: fields[0],
                scale: int.Parse(fields[1], CultureInfo.InvariantCulture),
                shownScale: int.Parse(fields[2], CultureInfo.InvariantCulture),
                isCrypto: fields[3] == "crypto",
                name: fields[4]
            );
        }
    }
}
