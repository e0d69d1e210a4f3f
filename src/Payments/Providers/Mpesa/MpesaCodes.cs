using System.Globalization;

namespace Hazina.Payments.Providers.Mpesa;

/// <summary>What M-Pesa's result codes mean to whoever asked for the money.</summary>
static class MpesaCodes
{
    /// <summary>What a result code says of a call. Codes come as numbers and as texts.</summary>
    public static Verdict Of(string? code, string? words)
    {
        var reason = $"{code}: {words}";
        return code switch
        {
            "0" => new Verdict(VerdictKind.Succeeded),
            "1" => Verdict.No(RailRefusals.PayerLacksFunds, reason),
            "17" => Verdict.No(RailRefusals.RecipientUnavailable, reason),
            "1001" => Verdict.No(RailRefusals.PayerBusy, reason),
            "1019" => Verdict.No(RailRefusals.PromptExpired, reason),
            "1025" or "9999" => Verdict.No(RailRefusals.PromptFailed, reason),
            "1032" => Verdict.No(RailRefusals.CancelledByPayer, reason) with { Kind = VerdictKind.Cancelled },
            "1037" => Verdict.No(RailRefusals.PayerUnreachable, reason),
            "2001" => Verdict.No(RailRefusals.WrongPin, reason),
            null or "" => Verdict.Unclear("The answer has no result code."),
            _ => Verdict.No(RailRefusals.ProviderRefused, reason),
        };
    }

    /// <summary>The same of money that we send: its initiator is ours, and so is what it lacks.</summary>
    public static Verdict OfPayout(string? code, string? words) =>
        code switch
        {
            "1" => Verdict.No(RailRefusals.ProviderRefused, $"{code}: {words}"),
            "2001" => Verdict.No(RailRefusals.Misconfigured, $"{code}: {words}"),
            "1037" => Verdict.No(RailRefusals.RecipientUnavailable, $"{code}: {words}"),
            _ => Of(code, words),
        };

    /// <summary>The errors that the vendor answers a request with: nothing was done.</summary>
    public static Verdict OfError(string? code, string? words) =>
        code switch
        {
            "400.008.01" or "400.008.02" or "404.001.03" => Verdict.No(RailRefusals.Misconfigured, $"{code}: {words}"),
            "500.001.1001" when words?.Contains("credentials", StringComparison.OrdinalIgnoreCase) == true => Verdict.No(
                RailRefusals.Misconfigured,
                $"{code}: {words}"
            ),
            "500.001.1001" when words?.Contains("processed", StringComparison.OrdinalIgnoreCase) == true => Verdict.Pending,
            ['4', '0' or '2', ..] => Verdict.No(RailRefusals.ProviderRefused, $"{code}: {words}"),
            _ => Verdict.Unclear($"{code}: {words}"),
        };

    /// <summary>An amount as the vendor writes it: 1250, 1250.00 or "1250.00".</summary>
    public static decimal? Amount(string? digits) =>
        decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount : null;
}
