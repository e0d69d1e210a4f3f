using Hazina.Platform.Http;

namespace Hazina.Accounts;

/// <summary>Every no of accounts. What the ledger refuses is told in its words (<see cref="Ledger.Refusals"/>).</summary>
public static class Refusals
{
    public static readonly RefusalType NoSuchAccount = new(
        "accounts.no_such_account",
        404,
        "No such account",
        "Whoever asks has no account with this id in this book. Other people's accounts are answered in the same way."
    );

    public static readonly RefusalType NoSuchHolder = new(
        "accounts.no_such_holder",
        422,
        "Nobody to hold it",
        "Name an organisation whose money you may move, or leave it out for yourself. A key that belongs to nobody holds no accounts."
    );

    public static readonly RefusalType MayNotMove = new(
        "accounts.may_not_move",
        403,
        "May not move this money",
        "Members see the money of an organisation; to move it takes the right move_money, and an organisation that is not suspended."
    );

    public static readonly RefusalType TooMany = new(
        "accounts.too_many",
        422,
        "Too many",
        "There are as many of these as one may have. Close or remove one that is not needed."
    );

    public static readonly RefusalType Closed = new(
        "accounts.closed",
        422,
        "The account is closed",
        "A closed account stays closed. Open another one; its history can still be read."
    );

    public static readonly RefusalType Frozen = new(
        "accounts.frozen",
        422,
        "The account is frozen",
        "Nothing goes out of (or into) the account until it is unfrozen. Where the platform's staff froze it, they have to do that."
    );

    public static readonly RefusalType FrozenByStaff = new(
        "accounts.frozen_by_staff",
        403,
        "Frozen by the platform",
        "The holder freezes and unfreezes what goes out. What the platform's staff has frozen they unfreeze themselves."
    );

    public static readonly RefusalType NotEmpty = new(
        "accounts.not_empty",
        422,
        "The account is not empty",
        "There is money on the account, it owes some, or some is held back. Name another account in sweep_to, pay what is owed, or wait."
    );

    public static readonly RefusalType SweepRefused = new(
        "accounts.sweep_refused",
        422,
        "It cannot be swept there",
        "What is left goes to another account of the same holder, in the same currency, that is neither closed nor frozen."
    );

    public static readonly RefusalType NotCredit = new(
        "accounts.not_credit",
        422,
        "No credit account",
        "Only accounts of the kind credit have a credit line."
    );

    public static readonly RefusalType OwnAccount = new(
        "accounts.own_account",
        403,
        "It is one's own",
        "Staff decides about others' accounts, never about their own. A colleague has to do this."
    );

    public static readonly RefusalType Conflict = new(
        "accounts.conflict",
        409,
        "It changed in the meantime",
        "Another request changed the same account first. Read it again, decide again, and send it again. Nothing was done."
    );

    public static readonly RefusalType NotOpenYet = new(
        "accounts.not_open_yet",
        404,
        "Not open at that time",
        "The account was opened later than the time that was asked about: that is not a balance of zero."
    );

    public static readonly RefusalType NoSuchEntry = new(
        "accounts.no_such_entry",
        404,
        "No such entry",
        "The account's activity has no entry with this id, or the account is not one's own."
    );

    public static readonly RefusalType NoSuchAttachment = new(
        "accounts.no_such_attachment",
        404,
        "No such file",
        "The entry has no file with this id, or the account is not one's own."
    );

    public static readonly RefusalType NoSuchRule = new(
        "accounts.no_such_rule",
        404,
        "No such rule",
        "Whoever asks has no rule for categories with this id."
    );

    public static readonly RefusalType LimitExceeded = new(
        "accounts.limit_exceeded",
        422,
        "Over a limit",
        "More would leave the account than its limits let through, at once, in a day or in a month. GET …/limits tells what is left, and when it begins anew."
    );

    public static readonly RefusalType LimitRaise = new(
        "accounts.limit_raise",
        422,
        "That would raise a limit",
        "Limits are lowered like this. To raise one, set all of them by PUT, which asks who you are; above what the tier allows none holds."
    );

    public static readonly RefusalType SameAccount = new(
        "accounts.same_account",
        422,
        "The same account",
        "Money is sent to another account than the one that it comes from."
    );

    public static readonly RefusalType NoSuchRecipient = new(
        "accounts.no_such_recipient",
        404,
        "Nobody to send it to",
        "There is nobody by this name or number who can be sent this currency, or the look-up is not one's own or too long ago. Look them up again."
    );

    public static readonly RefusalType TooManyLookUps = new(
        "accounts.too_many_look_ups",
        429,
        "Too many look-ups",
        "Recipients can be looked up so many times an hour. Save those whom you pay often."
    );

    public static readonly RefusalType CannotReceive = new(
        "accounts.cannot_receive",
        422,
        "The recipient cannot be sent this",
        "Nothing goes into the account of the recipient at the moment. They know why."
    );

    public static readonly RefusalType NoSuchTransfer = new(
        "accounts.no_such_transfer",
        404,
        "No such transfer",
        "Whoever asks has neither sent nor got a transfer with this id."
    );

    public static readonly RefusalType NoSuchBeneficiary = new(
        "accounts.no_such_beneficiary",
        404,
        "No such saved recipient",
        "The holder of the account has saved no recipient under this id."
    );

    public static readonly RefusalType StillOpen = new(
        "accounts.still_open",
        409,
        "There are open accounts",
        "Whoever is to be erased closes their accounts first, so that no money is left behind and none comes in afterwards."
    );

    public static readonly RefusalType NoSuchStatement = new(
        "accounts.no_such_statement",
        404,
        "No such statement",
        "Whoever asks may see no statement with this id. Other people's statements are answered in the same way."
    );

    public static readonly RefusalType StatementNotReady = new(
        "accounts.statement_not_ready",
        503,
        "Not everything is written down yet",
        "What the ledger has on the account and what its activity tells do not come to the same yet: an entry is still being written. Ask again in a moment."
    );

    public static readonly RefusalType FormatCannotHold = new(
        "accounts.format_cannot_hold",
        422,
        "The format cannot hold this currency",
        "ISO 20022 knows currencies of three letters and amounts of at most five digits after the point. Ask for another format."
    );

    public static readonly RefusalType NoPrinter = new(
        "accounts.no_printer",
        501,
        "No PDF is made here",
        "Whoever runs the platform has installed no Chromium. Ask for html, which a browser prints, or for another format."
    );

    public static readonly RefusalType TooLongToPrint = new(
        "accounts.too_long_to_print",
        422,
        "Too long for a PDF",
        "The statement has more lines than are put on paper. Ask for csv, camt053 or html, or for a statement of fewer days."
    );

    public static readonly RefusalType NotPrinted = new(
        "accounts.not_printed",
        503,
        "The PDF could not be made",
        "It took too long, or too many are being made. Ask again in a moment, or for another format."
    );

    public static readonly RefusalType RateTooLate = new(
        "accounts.rate_too_late",
        422,
        "The day has begun",
        "A rate is approved before the day on which it begins: what has accrued stays as it is. Ask again with a later day."
    );

    /// <summary>All of them, for the pages and the tests.</summary>
    public static IReadOnlyList<RefusalType> All { get; } =
    [
        NoSuchAccount,
        NoSuchHolder,
        MayNotMove,
        TooMany,
        Closed,
        Frozen,
        FrozenByStaff,
        NotEmpty,
        SweepRefused,
        NotCredit,
        OwnAccount,
        Conflict,
        NotOpenYet,
        NoSuchEntry,
        NoSuchAttachment,
        NoSuchRule,
        LimitExceeded,
        LimitRaise,
        SameAccount,
        NoSuchRecipient,
        TooManyLookUps,
        CannotReceive,
        NoSuchTransfer,
        NoSuchBeneficiary,
        StillOpen,
        NoSuchStatement,
        StatementNotReady,
        FormatCannotHold,
        NoPrinter,
        TooLongToPrint,
        NotPrinted,
        RateTooLate,
    ];
}
