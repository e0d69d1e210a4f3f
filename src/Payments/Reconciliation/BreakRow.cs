using System.ComponentModel;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Payments.Reconciliation;

/// <summary>How the two sides differ.</summary>
static class BreakKind
{
    public const string MissingHere = "missing_here",
        MissingThere = "missing_there",
        AmountDiffers = "amount_differs",
        DirectionDiffers = "direction_differs",
        StatusDiffers = "status_differs",
        Duplicate = "duplicate",
        Settlement = "settlement";

    public static IReadOnlyList<string> All { get; } =
    [MissingHere, MissingThere, AmountDiffers, DirectionDiffers, StatusDiffers, Duplicate, Settlement];
}

/// <summary>A row of <c>payments.breaks</c>, with both sides.</summary>
/// <param name="Change">By how much the rail has more than is booked.</param>
sealed record BreakRow(
    Guid Id,
    string Book,
    string Provider,
    string Currency,
    string Kind,
    decimal Change,
    Guid? LineId,
    Guid? MovementId,
    Guid? CallId,
    string Status,
    string? Resolution,
    string? Note,
    Guid? ResolvedBy,
    Guid? ClosedBy,
    DateTimeOffset OpenedAt,
    DateTimeOffset? EndedAt,
    Guid? StatementId,
    int? Line,
    DateTimeOffset? LineAt,
    string? Receipt,
    string? OurReference,
    decimal? LineChange,
    bool? IsCharge,
    string? MovementKind,
    decimal? Booked,
    DateTimeOffset? BookedAt
)
{
    /// <summary>Of breaks <c>b</c>, in the order of the record.</summary>
    public const string Columns = """
        b.id, b.book, b.provider, b.currency, b.kind, b.change, b.line_id, b.movement_id, b.call_id, b.status, b.resolution, b.note, b.resolved_by,
        b.statement_id as closed_by, b.opened_at, b.ended_at, l.statement_id, l.line, l.at as line_at, l.receipt, l.our_reference, l.change as line_change,
        l.is_charge, m.kind as movement_kind, m.change as booked, m.recorded_at as booked_at
        """;

    public const string From = """
        payments.breaks b left join payments.statement_lines l on l.id = b.line_id left join payments.rail_movements m on m.id = b.movement_id
        """;

    /// <summary>Whether it may be money that went to where it is safeguarded, or came from there: a line of its own, of which nobody here knows.</summary>
    public bool MaySettle => this is { Kind: BreakKind.MissingHere or BreakKind.Settlement, IsCharge: false, CallId: null };

    public Amount Money(decimal amount) => new(Math.Abs(amount), Hazina.Money.Currency.Of(Currency));

    public BreakAnswer Answer(string? account = null, string? text = null)
    {
        var currency = Hazina.Money.Currency.Of(Currency);
        return new BreakAnswer(
            Id,
            Provider,
            Kind,
            Status,
            WireAmount.Of(Change, currency),
            LineChange is { } said
                ? new BreakLine(
                    StatementId!.Value,
                    Line!.Value,
                    LineAt!.Value,
                    Receipt!,
                    OurReference,
                    WireAmount.Of(said, currency),
                    IsCharge!.Value,
                    account,
                    text
                )
                : null,
            Booked is { } booked
                ? new BreakMovement(MovementId!.Value, MovementKind!, WireAmount.Of(booked, currency), BookedAt!.Value)
                : null,
            CallId,
            Resolution,
            Note,
            ResolvedBy,
            ClosedBy,
            OpenedAt,
            EndedAt
        );
    }
}

[Description("A difference between a provider's statement and what is booked.")]
sealed record BreakAnswer(
    Guid Id,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description(
        """
            missing_here: the provider has it, and nothing is booked. missing_there: booked, and not in the statement of that time. amount_differs,
            direction_differs: both have it, not in the same way. status_differs: the provider says that it failed. duplicate: the provider has it twice.
            settlement: the provider says that money went to where it is safeguarded, or came from there.
            """
    )]
        string Kind,
    [property: Description("open; resolved by people; closed by a later statement or booking.")] string Status,
    [property: Description("By how much the provider has more than is booked; below zero: less.")] WireAmount Change,
    [property: Description("What the provider says.")] BreakLine? Line,
    [property: Description("What is booked.")] BreakMovement? Movement,
    [property: Description("The provider's call that it is about, where that is known.")] Guid? Call,
    [property: Description("booked, explained or matched.")] string? Resolution,
    string? Note,
    [property: Description("Who resolved it; of two, the one who approved.")] Guid? ResolvedBy,
    [property: Description("The statement that closed it.")] Guid? ClosedBy,
    DateTimeOffset OpenedAt,
    DateTimeOffset? EndedAt
)
{
    [Description("Always break.")]
    public string Object => "break";
}

[Description("A line of a provider's statement.")]
sealed record BreakLine(
    Guid Statement,
    [property: Description("Of the file, from 1.")] int Line,
    DateTimeOffset At,
    [property: Description("The provider's own.")] string Receipt,
    [property: Description("What we called it, where the line says it.")] string? Reference,
    [property: Description("Of our account: above zero what came in.")] WireAmount Amount,
    [property: Description("Whether the provider took it for itself.")] bool IsCharge,
    [property: Description("What the payer wrote for whom it is; of one break alone.")] string? MeantFor,
    [property: Description("All else that the line says; of one break alone.")] string? Text
);

[Description("What is booked.")]
sealed record BreakMovement(
    [property: Description("The ledger's transaction.")] Guid Transaction,
    [property: Description("deposit, suspense, payout, return, loss, reversal or settlement.")] string Kind,
    [property: Description("Of our account: above zero what came in.")] WireAmount Amount,
    DateTimeOffset At
);
