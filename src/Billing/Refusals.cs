using Hazina.Platform.Http;

namespace Hazina.Billing;

/// <summary>Every no of fees.</summary>
public static class Refusals
{
    public static readonly RefusalType NoSuchMerchant = new(
        "billing.no_such_merchant",
        422,
        "No such merchant",
        "Name an organisation whose money you may see, or leave it out for yourself."
    );

    public static readonly RefusalType FeeTooLate = new(
        "billing.fee_too_late",
        422,
        "The fee would be over",
        "A fee ends after it begins, and it begins when it is approved at the earliest. Ask for it again with another end."
    );

    public static readonly RefusalType FeeChanged = new(
        "billing.fee_changed",
        409,
        "The fee has changed",
        "Nothing was done. Ask for the fee again (`POST /v1/payments/quote`; top-ups and withdrawals have theirs), show it, and send it as `expected_fee`."
    );

    public static readonly RefusalType FeeExists = new(
        "billing.fee_exists",
        409,
        "Another fee begins then",
        "A fee for the same thing begins at that very moment. Ask for it again with another time, or leave the time out."
    );

    public static IReadOnlyList<RefusalType> All { get; } = [NoSuchMerchant, FeeTooLate, FeeChanged, FeeExists];
}
