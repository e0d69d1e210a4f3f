using Hazina.Platform.Http;

namespace Hazina.Ledger;

/// <summary>Every no of the ledger. A code, once given out, keeps its meaning.</summary>
public static class Refusals
{
    public static readonly RefusalType AccountNotFound = new(
        "ledger.account_not_found",
        422,
        "No such account",
        "The posting names an account that the ledger does not have. Open it first, or correct the id."
    );

    public static readonly RefusalType NoSuchAccount = new(
        "ledger.no_such_account",
        404,
        "No such account",
        "The book of your key has no account with this id. What belongs to another book is answered in the same way."
    );

    public static readonly RefusalType NotOpenYet = new(
        "ledger.account_not_open_yet",
        404,
        "Not open at that time",
        "The account was opened later than the time that was asked about, so there is nothing to tell: that is not a balance of zero."
    );

    public static readonly RefusalType NoSuchReservation = new(
        "ledger.no_such_reservation",
        404,
        "No such reservation",
        "The book of your key has no reservation with this id. What belongs to another book is answered in the same way."
    );

    public static readonly RefusalType AccountExists = new(
        "ledger.account_exists",
        409,
        "The account exists",
        "An account with this id was opened before, by another request. Choose a fresh id."
    );

    public static readonly RefusalType AccountClosed = new(
        "ledger.account_closed",
        422,
        "The account is closed",
        "A closed account takes no postings, not even forced ones. Post to another account."
    );

    public static readonly RefusalType AccountFrozen = new(
        "ledger.account_frozen",
        422,
        "The account is frozen",
        "This side of the account is frozen. Live reservations may still be captured; everything else waits until it is unfrozen."
    );

    public static readonly RefusalType AccountNotEmpty = new(
        "ledger.account_not_empty",
        422,
        "The account is not empty",
        "Only an account with no balance and no active reservation can be closed. Move the balance and release the reservations first."
    );

    public static readonly RefusalType BookMismatch = new(
        "ledger.book_mismatch",
        422,
        "Books do not mix",
        "Every account of a posting belongs to the book that the posting names (live, sandbox). Money never crosses between books."
    );

    public static readonly RefusalType CurrencyMismatch = new(
        "ledger.currency_mismatch",
        422,
        "The currencies differ",
        "A leg moves one currency between two accounts of that currency. For an exchange, post two legs through a position account each."
    );

    public static readonly RefusalType InsufficientFunds = new(
        "ledger.insufficient_funds",
        402,
        "Not enough money",
        "The posting would take what is available on the account (balance less reservations) below its floor."
    );

    public static readonly RefusalType CeilingExceeded = new(
        "ledger.ceiling_exceeded",
        422,
        "Above the ceiling",
        "The posting would take the account's balance above its ceiling."
    );

    public static readonly RefusalType FloorAboveCeiling = new(
        "ledger.floor_above_ceiling",
        422,
        "The floor is above the ceiling",
        "After this change no balance could satisfy both."
    );

    public static readonly RefusalType TooManyDigits = new(
        "ledger.too_many_digits",
        422,
        "Too many digits after the point",
        "The amount has more digits after the point than its currency keeps. The ledger never rounds in silence: round it, and send it again."
    );

    public static readonly RefusalType OutOfRange = new(
        "ledger.out_of_range",
        422,
        "The amount is too large",
        "A balance or a counter would leave the range of numeric(28,8)."
    );

    public static readonly RefusalType ReservationNotActive = new(
        "ledger.reservation_not_active",
        409,
        "The reservation is not active",
        "There is no such reservation, or it was captured, released or has expired."
    );

    public static readonly RefusalType ReservationExceeded = new(
        "ledger.reservation_exceeded",
        422,
        "More than is reserved",
        "The amount is more than what is left of the reservation. Capture what is left, and post the rest without it."
    );

    public static readonly RefusalType ReservationMismatch = new(
        "ledger.reservation_mismatch",
        422,
        "The reservation is on another account",
        "A leg can draw only on a reservation of the account that it takes money from."
    );

    public static readonly RefusalType ReservationExists = new(
        "ledger.reservation_exists",
        409,
        "The reservation exists",
        "A reservation with this id was made before. Choose a fresh id."
    );

    public static readonly RefusalType ExpiresInThePast = new(
        "ledger.expires_in_the_past",
        422,
        "It would be expired already",
        "The reservation's expiry is not in the future of the ledger's clock."
    );

    public static readonly RefusalType ConditionFailed = new(
        "ledger.condition_failed",
        422,
        "A condition does not hold",
        "Less would be available on the account afterwards than the posting asks for."
    );

    public static readonly RefusalType TurnoverExceeded = new(
        "ledger.turnover_exceeded",
        422,
        "Over the limit of the period",
        "With this posting more would leave the account in the period than the limit allows."
    );

    public static readonly RefusalType PeriodOver = new(
        "ledger.period_over",
        422,
        "The period is over",
        "The condition counts in a period that has ended by the ledger's clock. Ask again with the current one."
    );

    public static readonly RefusalType TransactionNotFound = new(
        "ledger.transaction_not_found",
        404,
        "No such transaction",
        "The book has no posted transaction with this id."
    );

    public static readonly RefusalType AlreadyReversed = new(
        "ledger.already_reversed",
        409,
        "Reversed before",
        "A transaction is reversed once, in full. This one has been."
    );

    public static readonly RefusalType ReversalOfReversal = new(
        "ledger.reversal_of_reversal",
        422,
        "That is a reversal itself",
        "A reversal is not reversed. Post the original movement again, as a new transaction."
    );

    public static readonly RefusalType NothingToReverse = new(
        "ledger.nothing_to_reverse",
        422,
        "Nothing was moved",
        "The transaction has no legs: it made or ended reservations, or changed accounts. Undo it by its opposite."
    );

    public static readonly RefusalType BulkRefused = new(
        "ledger.bulk_refused",
        422,
        "One of the bulk was refused",
        "In an atomic bulk all are posted or none. The field names the first one that was refused; the others were not tried."
    );

    public static readonly RefusalType IdReused = new(
        "ledger.id_reused",
        422,
        "The id was used for something else",
        "The same id came before with other content; the field names what differs. Send the same content, or choose a fresh id."
    );

    public static readonly RefusalType Invalid = new(
        "ledger.invalid",
        400,
        "The request is not well formed",
        "A field is missing, malformed or out of its range. Nothing was recorded."
    );

    public static readonly RefusalType Conflict = new(
        "ledger.conflict",
        409,
        "It changed in the meantime",
        "Another request changed the same thing first. Read it again, decide again, and send it again. Nothing was recorded."
    );

    public static readonly RefusalType Busy = new(
        "ledger.busy",
        503,
        "Come back in a moment",
        "The queue is full, a lock is held or the server is stopping. Nothing was recorded: send the same request again."
    );

    public static readonly RefusalType Faulty = new(
        "ledger.faulty",
        500,
        "It could not be stored",
        "A statement that had to commit with the posting failed. Nothing was recorded. This is a defect; the log has the details."
    );

    public static readonly RefusalType NotSigned = new(
        "ledger.not_signed",
        503,
        "Nothing is signed here",
        "This server has no key, so it gives no receipts: its operator has set neither a data folder nor a key file."
    );

    public static readonly RefusalType ProofBroken = new(
        "ledger.proof_broken",
        500,
        "It cannot be proved",
        "What the database holds is not what was hashed or signed. Tell the ledger's operator, who has to run 'hazina ledger verify'."
    );

    /// <summary>All of them, for the pages and the tests.</summary>
    public static IReadOnlyList<RefusalType> All { get; } =
    [
        AccountNotFound,
        NoSuchAccount,
        NotOpenYet,
        NoSuchReservation,
        AccountExists,
        AccountClosed,
        AccountFrozen,
        AccountNotEmpty,
        BookMismatch,
        CurrencyMismatch,
        InsufficientFunds,
        CeilingExceeded,
        FloorAboveCeiling,
        TooManyDigits,
        OutOfRange,
        ReservationNotActive,
        ReservationExceeded,
        ReservationMismatch,
        ReservationExists,
        ExpiresInThePast,
        ConditionFailed,
        TurnoverExceeded,
        PeriodOver,
        TransactionNotFound,
        AlreadyReversed,
        ReversalOfReversal,
        NothingToReverse,
        BulkRefused,
        IdReused,
        Invalid,
        Conflict,
        Busy,
        Faulty,
        NotSigned,
        ProofBroken,
    ];
}
