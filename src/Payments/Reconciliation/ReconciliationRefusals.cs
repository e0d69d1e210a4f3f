using Hazina.Platform.Http;

namespace Hazina.Payments.Reconciliation;

/// <summary>The noes of reconciliation.</summary>
static class ReconciliationRefusals
{
    public static readonly RefusalType Unreadable = new(
        "payments.statement_unreadable",
        422,
        "Not a statement of this provider",
        "The file was not understood, and nothing of it was taken. `errors` names the line and the column. Export it once more, unchanged, as CSV in UTF-8."
    );

    public static readonly RefusalType DoesNotAddUp = new(
        "payments.statement_does_not_add_up",
        422,
        "The statement does not add up",
        "A balance is not what the lines before it come to: lines are missing, or were changed. Nothing of it was taken. Export the statement once more."
    );

    public static readonly RefusalType FileMissing = new(
        "payments.statement_file_missing",
        503,
        "The statement's file cannot be read here",
        "What a payer wrote stands in the file alone, and this server does not have it: its folder for files (`Files:Folder`) is not the one that all servers "
            + "share, or the file was lost. Nothing was done. Operations look after the folder; then repeat the call, or ask for it anew."
    );

    public static readonly RefusalType NoSuchStatement = new(
        "payments.no_such_rail_statement",
        404,
        "No such statement",
        "There is no statement of a provider with this id in this book."
    );

    public static readonly RefusalType NoSuchBreak = new(
        "payments.no_such_break",
        404,
        "No such break",
        "There is no break with this id in this book."
    );

    public static readonly RefusalType BreakEnded = new(
        "payments.break_ended",
        409,
        "This break is over",
        "It was resolved, or a statement or a booking has closed it. Nothing was done."
    );

    public static readonly RefusalType NotBookable = new(
        "payments.break_not_bookable",
        422,
        "Nothing that could be booked",
        "No booking mends this break: `explained` ends it, with a note of what was found out. What else is wrong is corrected where it was booked."
    );

    public static readonly RefusalType PeriodDiffers = new(
        "payments.statement_period_differs",
        409,
        "This file is here, of another time",
        "The same file was taken for another `from` or `to`. Nothing was done. Ask the provider for a statement of the time that is meant."
    );

    public static readonly RefusalType SettlesTooMuch = new(
        "payments.settles_too_much",
        422,
        "More than lies with the provider",
        "No more can go from a provider to where money is safeguarded than is booked of it. Import its statement and resolve its breaks first."
    );

    public static readonly RefusalType SettlementKnown = new(
        "payments.settlement_known",
        409,
        "Settled already",
        "Another settlement with this provider has the receipt: it is booked once. See `GET /v1/operations/rail-settlements`."
    );

    public static readonly RefusalType NoSuchProof = new(
        "payments.no_such_trust_proof",
        404,
        "No such proof",
        "There is no proof with this id in this book."
    );

    public static IReadOnlyList<RefusalType> All { get; } =
    [
        Unreadable,
        DoesNotAddUp,
        FileMissing,
        NoSuchStatement,
        NoSuchBreak,
        BreakEnded,
        NotBookable,
        PeriodDiffers,
        SettlesTooMuch,
        SettlementKnown,
        NoSuchProof,
    ];
}
