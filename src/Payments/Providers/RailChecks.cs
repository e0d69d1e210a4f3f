using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Payments.Providers;

/// <summary>Whether what somebody asks for can go over a rail.</summary>
static class RailChecks
{
    /// <summary>A Kenyan mobile number as rails take it: 2547… or 2541….</summary>
    public static string PhoneOf(this Validation check, string? text, string pointer)
    {
        if (!check.That(text is not null, pointer, "required", "is required"))
            return "";
        var phone = Party.PhoneOf(text);
        check.That(phone is not null, pointer, "wrong_format", "must be a Kenyan mobile number, such as 0712345678 or +254712345678");
        return phone ?? "";
    }

    /// <summary>No more digits than the rail moves: nothing is rounded here.</summary>
    public static void Fits(this Validation check, IRail rail, string kind, Amount amount)
    {
        var terms = rail.Terms(kind);
        check.That(
            Amount.Digits(amount.Value) <= terms.Decimals,
            "/amount/amount",
            "too_many_digits",
            terms.Decimals == 0
                ? $"must be whole {amount.Currency.Code}: {rail.Name} moves no cents"
                : $"must have at most {terms.Decimals} digits after the point, as {rail.Name} takes"
        );
    }

    /// <summary>What stands in the way at the moment; null: nothing.</summary>
    public static Refusal? Unfit(IRail rail, string kind, string book, Amount amount, RailOptions options, string pointer) =>
        !rail.IsOn ? RailRefusals.SourceOff.Because($"{rail.Name} is not set up on this server.", pointer)
        : !options.Serve(book) ? RailRefusals.SourceOff.Because($"No money goes over {rail.Name} in the book {book}.", pointer)
        : amount.Currency.Code != "KES"
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"{rail.Name} moves KES alone.", "/amount/currency")
        : amount.Value > rail.Terms(kind).Most
            ? RailRefusals.RailLimit.Because($"{rail.Name} takes at most {rail.Terms(kind).Most:0.##} KES at once.", "/amount")
        : !rail.IsUp
            ? RailRefusals.ProviderDown.Because($"{rail.Name} fails at the moment; nothing was sent.", pointer) with
            {
                RetryAfter = options.BreakFor,
            }
        : null;
}
