using Hazina.Platform.Http;

namespace Hazina.Payments.Providers;

/// <summary>The noes of money that comes in and goes out; those with 402 and 424 are also what became of calls, in <c>failure_code</c>.</summary>
static class RailRefusals
{
    public static readonly RefusalType NoSuchCallback = new(
        "payments.no_such_callback",
        404,
        "Nothing is expected here",
        "Providers call back on paths that were made for one call. This is none of them, or it came from an address that the provider does not have."
    );

    public static readonly RefusalType CallbackTooLarge = new(
        "payments.callback_too_large",
        413,
        "The callback is too large",
        "A callback has at most 64 kB. Nothing of it was kept."
    );

    public static readonly RefusalType SourceOff = new(
        "payments.source_off",
        422,
        "This source is not offered",
        "The server's settings do not name this provider, or not for this book. Choose another source, or ask the operator to set it up."
    );

    public static readonly RefusalType ProviderDown = new(
        "payments.provider_down",
        424,
        "The provider does not answer",
        "The provider has failed several times in a row, or could not be reached until the deadline. Nothing has moved. Try again later, or another way."
    );

    public static readonly RefusalType NoAnswer = new(
        "payments.no_answer",
        402,
        "Nobody answered in time",
        "The payer was asked and nothing was heard until the deadline. Ask them and start again. If the money should come later all the same, it is booked."
    );

    public static readonly RefusalType ProviderRefused = new(
        "payments.provider_refused",
        402,
        "The provider refused",
        "The provider said no; the reason has its own words and code. Trying again without a change will most likely end in the same way."
    );

    public static readonly RefusalType Misconfigured = new(
        "payments.provider_misconfigured",
        424,
        "The provider does not accept our settings",
        "The provider refused the server's credentials, shortcode or initiator. Only the operator can mend that."
    );

    public static readonly RefusalType PayerLacksFunds = new(
        "payments.payer_lacks_funds",
        402,
        "Too little money at the payer's",
        "The payer's wallet or bank account holds too little. They can add money to it, or pay a smaller amount."
    );

    public static readonly RefusalType WrongPin = new(
        "payments.wrong_pin",
        402,
        "Wrong PIN",
        "The payer confirmed with a wrong PIN. Start again, and have them enter it anew."
    );

    public static readonly RefusalType CancelledByPayer = new(
        "payments.cancelled_by_payer",
        402,
        "Cancelled by the payer",
        "The payer declined the prompt. Start again only when they want to."
    );

    public static readonly RefusalType PayerUnreachable = new(
        "payments.payer_unreachable",
        402,
        "The payer was not reached",
        "The phone was off, out of coverage, or did not answer the prompt. Ask the payer to have it at hand, and start again."
    );

    public static readonly RefusalType PromptExpired = new(
        "payments.prompt_expired",
        402,
        "The prompt expired",
        "The payer did not answer the prompt in time. Start again."
    );

    public static readonly RefusalType PromptFailed = new(
        "payments.prompt_failed",
        402,
        "The prompt could not be shown",
        "The provider could not show the prompt on the payer's phone. Wait for a minute and start again."
    );

    public static readonly RefusalType PayerBusy = new(
        "payments.payer_busy",
        402,
        "Another prompt is open",
        "The payer's phone is busy with another transaction. Wait for a minute and start again."
    );

    public static readonly RefusalType RecipientUnavailable = new(
        "payments.recipient_unavailable",
        402,
        "The recipient cannot be paid",
        "The phone or account that the money should go to cannot receive it. Check it, or choose another one."
    );

    public static readonly RefusalType NameMismatch = new(
        "payments.name_mismatch",
        422,
        "The account is in another name",
        "The bank has another name for this account than the one given. Check the number and the name with whoever is to be paid."
    );

    public static readonly RefusalType NoSuchBankAccount = new(
        "payments.no_such_bank_account",
        422,
        "No such bank account",
        "The bank knows no account with this number. Check the number and the bank's code."
    );

    public static readonly RefusalType Returned = new(
        "payments.returned",
        402,
        "The money came back",
        "The provider had paid it out and sent it back later. It is on the account again."
    );

    public static readonly RefusalType Rejected = new(
        "payments.withdrawal_rejected",
        422,
        "Not approved",
        "Operations did not approve this withdrawal. The money is available again."
    );

    public static readonly RefusalType RailLimit = new(
        "payments.rail_limit",
        422,
        "More than the provider takes at once",
        "Each provider has a limit for a single payment. Split it, or choose another way."
    );

    public static readonly RefusalType NoSuchSession = new(
        "payments.no_such_funding_session",
        404,
        "No such funding session",
        "Whoever asks has no funding session with this id in this book. Other people's are answered in the same way."
    );

    public static readonly RefusalType NoSuchWithdrawal = new(
        "payments.no_such_withdrawal",
        404,
        "No such withdrawal",
        "Whoever asks has no withdrawal with this id in this book. Other people's are answered in the same way."
    );

    public static readonly RefusalType TooLate = new(
        "payments.too_late_to_cancel",
        409,
        "It is on its way",
        "A withdrawal can be cancelled until it is sent to the provider. Wait for what becomes of it."
    );

    public static readonly RefusalType NotWaiting = new(
        "payments.not_waiting_for_approval",
        409,
        "Nothing to decide",
        "The withdrawal waits for nobody: it was decided on, cancelled, or never needed to be."
    );

    public static readonly RefusalType OwnMoney = new(
        "payments.own_money",
        403,
        "Not about one's own money",
        "Whoever decides neither asked for it, nor holds the account, nor belongs to the organisation that does. Another person of operations has to."
    );

    public static readonly RefusalType NoSuchCall = new(
        "payments.no_such_provider_call",
        404,
        "No such call",
        "There is no call of a provider with this id in this book."
    );

    public static readonly RefusalType NotStuck = new(
        "payments.not_stuck",
        409,
        "Not stuck",
        "What became of this call is known by now, or it is still expected to be heard of. Nothing needs to be resolved."
    );

    public static readonly RefusalType NoSuchSuspense = new(
        "payments.no_such_suspense",
        404,
        "No such money in suspense",
        "There is no money in suspense with this id in this book, or it has been assigned."
    );

    public static readonly RefusalType NothingToReverse = new(
        "payments.nothing_to_reverse",
        409,
        "Nothing to send back",
        "Only money that came in over this call, is booked under its receipt and went to an account or suspense is sent back. The detail says what is missing."
    );

    public static readonly RefusalType NoReversal = new(
        "payments.no_reversal",
        422,
        "The provider sends nothing back",
        "This provider has no reversal. Pay the money out instead: by a withdrawal of the customer's, or a payout from a file."
    );

    public static readonly RefusalType AlreadyReversed = new(
        "payments.already_reversed",
        409,
        "Sent back already",
        "What came in is sent back once. Look at `GET /v1/operations/reversals?original={call}`; only one that has failed can be begun again."
    );

    public static readonly RefusalType NoSuchReversal = new(
        "payments.no_such_reversal",
        404,
        "No such reversal",
        "There is no reversal with this id in this book. A reversal has the id of its approval."
    );

    public static IReadOnlyList<RefusalType> All { get; } =
    [
        NoSuchCallback,
        CallbackTooLarge,
        SourceOff,
        ProviderDown,
        NoAnswer,
        ProviderRefused,
        Misconfigured,
        PayerLacksFunds,
        WrongPin,
        CancelledByPayer,
        PayerUnreachable,
        PromptExpired,
        PromptFailed,
        PayerBusy,
        RecipientUnavailable,
        NameMismatch,
        NoSuchBankAccount,
        Returned,
        Rejected,
        RailLimit,
        NoSuchSession,
        NoSuchWithdrawal,
        TooLate,
        NotWaiting,
        OwnMoney,
        NoSuchCall,
        NotStuck,
        NoSuchSuspense,
        NothingToReverse,
        NoReversal,
        AlreadyReversed,
        NoSuchReversal,
    ];
}
