using Hazina.Platform.Http;

namespace Hazina.Payments;

/// <summary>Every no of payments. What the ledger and accounts refuse is told in their words.</summary>
public static class Refusals
{
    public static readonly RefusalType NoSuchPayment = new(
        "payments.no_such_payment",
        404,
        "No such payment",
        "Whoever asks has neither made nor received a payment with this id in this book. Other people's payments are answered in the same way."
    );

    public static readonly RefusalType NoSuchPayee = new(
        "payments.no_such_payee",
        422,
        "Nobody to be paid",
        "There is no open account with this id or number in this book. Check it with whoever is to be paid."
    );

    public static readonly RefusalType SameAccount = new(
        "payments.same_account",
        422,
        "Payer and payee are one account",
        "Name two different accounts."
    );

    public static readonly RefusalType CannotReceive = new(
        "payments.cannot_receive",
        422,
        "The payee cannot receive this",
        "The payee's account takes no money at the moment. Nothing was taken; ask the payee."
    );

    public static readonly RefusalType NotPayee = new(
        "payments.not_payee",
        403,
        "For the payee alone",
        "Whoever is paid captures, cancels and gives back. As the payer, ask them to."
    );

    public static readonly RefusalType WrongState = new(
        "payments.wrong_state",
        409,
        "Not possible any more, or not yet",
        "Look at `status`: only an authorized payment is captured or cancelled, only a completed one is given back. An intent's says what it waits for."
    );

    public static readonly RefusalType TooMuch = new(
        "payments.too_much",
        422,
        "More than there is",
        "No more is captured than was authorized, and no more is given back than was captured. See `capturable` and `refundable` of the payment."
    );

    public static readonly RefusalType Expired = new(
        "payments.expired",
        409,
        "Too late",
        "What is held back can be captured until `expires_at`. Ask for another payment."
    );

    public static readonly RefusalType Busy = new(
        "payments.busy",
        503,
        "Others are at this payment",
        "Several requests want to change one payment at once. Nothing was done; try again with the same Idempotency-Key."
    );

    public static readonly RefusalType NoSuchIntent = new(
        "payments.no_such_intent",
        404,
        "No such intent",
        "Whoever asks is neither the payer nor, once it was confirmed, the payee of an intent with this id in this book. Others' are answered in the same way."
    );

    public static readonly RefusalType NotPayer = new(
        "payments.not_payer",
        403,
        "For the payer alone",
        "Whoever pays names the sources and confirms. As the payee, ask them to."
    );

    public static readonly RefusalType SourcesUnfit = new(
        "payments.sources_unfit",
        422,
        "These sources do not fit",
        "Together they have to come to exactly what is missing (see `missing` of the intent), and wallets have to be the payer's own, each named once."
    );

    public static IReadOnlyList<RefusalType> All { get; } =
    [
        NoSuchPayment,
        NoSuchPayee,
        SameAccount,
        CannotReceive,
        NotPayee,
        WrongState,
        TooMuch,
        Expired,
        Busy,
        NoSuchIntent,
        NotPayer,
        SourcesUnfit,
    ];
}
