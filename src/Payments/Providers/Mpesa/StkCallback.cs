using System.Text.Json;

namespace Hazina.Payments.Providers.Mpesa;

/// <summary>The callback of a prompt, as M-Pesa sends it and banks pass it on; nobody signs it.</summary>
static class StkCallback
{
    public static Notice? Read(CallbackText callback)
    {
        if (callback.Json is not { } json || json.At("Body/stkCallback/CheckoutRequestID") is not { Length: > 0 } id)
            return null;
        var said = MpesaCodes.Of(json.At("Body/stkCallback/ResultCode"), json.At("Body/stkCallback/ResultDesc"));
        return new Notice(
            said with
            {
                VendorId = id,
                VendorRef = json.At("Body/stkCallback/MerchantRequestID"),
                Receipt = Item(json, "MpesaReceiptNumber"),
                Amount = MpesaCodes.Amount(Item(json, "Amount")),
            },
            IsProved: false
        );
    }

    static string? Item(JsonElement json, string name)
    {
        if (
            !json.GetProperty("Body").GetProperty("stkCallback").TryGetProperty("CallbackMetadata", out var metadata)
            || metadata.ValueKind != JsonValueKind.Object
            || !metadata.TryGetProperty("Item", out var items)
            || items.ValueKind != JsonValueKind.Array
        )
            return null;
        return items.EnumerateArray().Where(i => i.At("Name") == name).Select(i => i.At("Value")).FirstOrDefault();
    }
}
