using System.ComponentModel;
using Hazina.Money;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Currencies;

/// <summary><c>GET /v1/ledger/currencies</c></summary>
static class ListCurrencies
{
    static readonly IReadOnlyList<CurrencyAnswer> All = [.. Currency.All.Select(CurrencyAnswer.Of)];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/currencies", Get)
            .WithSummary("List the currencies")
            .WithDescription("All that books are kept in, by code, on one page.")
            .Produces<ListOf<CurrencyAnswer>>();

    static IResult Get(HttpContext context) =>
        Results.Ok(new ListOf<CurrencyAnswer>(context.Request.Path.Value ?? "/", HasMore: false, All));
}

/// <summary>A currency as the API shows it.</summary>
[Description("A currency that books are kept in.")]
sealed record CurrencyAnswer(
    [property: Description("Of ISO 4217 where it has one there.")] string Code,
    string Name,
    [property: Description("Digits after the point that an amount may have, and that are kept.")] int Digits,
    [property: Description("Digits after the point that an answer always has, and that people are shown.")] int ShownDigits,
    [property: Description("Whether it is a cryptocurrency.")] bool Crypto
)
{
    [Description("Always currency.")]
    public string Object => "currency";

    public static CurrencyAnswer Of(Currency currency) =>
        new(currency.Code, currency.Name, currency.Scale, currency.ShownScale, currency.IsCrypto);
}
