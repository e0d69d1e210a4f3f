using System.Text.Json;
using Hazina.Platform.Http;
using Hazina.Platform.Security;

namespace Hazina.Payments.Providers;

/// <summary>Who pays or is paid: a phone, or an account at a bank and the name it is in.</summary>
/// <param name="Phone">12 digits, 2547… or 2541….</param>
/// <param name="Bank">The bank's code, two digits.</param>
/// <param name="Reverses">The rail's receipt of what a reversal sends back to them.</param>
sealed record Party(string? Phone, string? Bank = null, string? Account = null, string? Name = null, string? Reverses = null)
{
    static readonly EncryptedColumn Column = new("payments", "provider_calls", "party");

    /// <summary>As people are shown it: enough to know it again, too little to use it.</summary>
    public string Shown =>
        Phone is { } phone ? $"{phone[..4]}•••••{phone[^3..]}"
        : Bank is not null && Account is { Length: > 4 } account ? $"{BankName(Bank)} •••{account[^3..]}"
        : "•••";

    /// <summary>A rail as people call it.</summary>
    public static string RailName(string provider) =>
        provider switch
        {
            "mpesa" => "M-Pesa",
            _ => provider.ToUpperInvariant(),
        };

    static string BankName(string code) =>
        code switch
        {
            "01" => "KCB",
            "02" => "Standard Chartered",
            "03" => "ABSA",
            "07" => "NCBA",
            "11" => "Co-operative Bank",
            _ => $"bank {code}",
        };

    public byte[] Seal(FieldCipher cipher, Guid call) =>
        cipher.Seal(JsonSerializer.SerializeToUtf8Bytes(this, JsonSettings.Options), Column.PlaceOf(call));

    public static Party Open(FieldCipher cipher, ProviderCall call) =>
        JsonSerializer.Deserialize<Party>(cipher.Open(call.Party, Column.PlaceOf(call.Id)), JsonSettings.Options)!;

    /// <summary>A Kenyan mobile number as people write it (07…, +2547…, 2541…), as rails take it; null for what is none.</summary>
    public static string? PhoneOf(string? text)
    {
        var digits = string.Concat((text ?? "").Where(c => c is not (' ' or '-' or '(' or ')')));
        var number = digits switch
        {
            ['+', .. var rest] => rest,
            ['0', .. var rest] => "254" + rest,
            _ => digits,
        };
        return number is ['2', '5', '4', '7' or '1', ..] && number.Length == 12 && number.All(char.IsAsciiDigit) ? number : null;
    }
}
