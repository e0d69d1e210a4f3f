using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Payments.StandingOrders;

/// <summary>A row of <c>payments.standing_orders</c>.</summary>
/// <param name="MostTimes">How often it is to be paid; null: for ever, or until <paramref name="EndsOn"/>.</param>
/// <param name="Times">How many of its dates were to be paid so far; those that were skipped or paused over are not counted.</param>
/// <param name="Occurrence">Which one of its dates <paramref name="NextDue"/> is.</param>
sealed record StandingOrder(
    Guid Id,
    string Book,
    Guid AccountId,
    string OwnerType,
    Guid OwnerId,
    Guid PayeeAccount,
    string? PayeeName,
    decimal Amount,
    string Currency,
    string Every,
    int? Day,
    DateOnly StartsOn,
    DateOnly? EndsOn,
    int? MostTimes,
    int Times,
    int Occurrence,
    DateOnly? NextDue,
    string? Reference,
    string? Description,
    string Status,
    string? PausedWhy,
    Guid AskedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>Of orders <c>o</c>, in the order of the record.</summary>
    public const string Columns = """
        o.id, o.book, o.account_id, o.owner_type, o.owner_id, o.payee_account, o.payee_name, o.amount, o.currency, o.every, o.day, o.starts_on, o.ends_on,
        o.most_times, o.times, o.occurrence, o.next_due, o.reference, o.description, o.status, o.paused_why, o.asked_by, o.created_at, o.updated_at
        """;

    public Amount Money => new(Amount, Hazina.Money.Currency.Of(Currency));

    public Schedule Schedule => new(Words.Read<Frequency>(Every), Day, StartsOn);

    public HolderType OwnerKind => Words.Read<HolderType>(OwnerType);

    public OrderStatus State => Words.Read<OrderStatus>(Status);

    /// <summary>With another next date; ended where it has none any more.</summary>
    /// <param name="isPaid">Whether the date that it had is one to be paid.</param>
    public StandingOrder At(int occurrence, bool isPaid)
    {
        var times = Times + (isPaid ? 1 : 0);
        var due = Schedule.At(occurrence);
        var isOver = due > EndsOn || times >= MostTimes;
        return this with
        {
            Occurrence = occurrence,
            Times = times,
            NextDue = isOver ? null : due,
            Status = isOver ? Words.Of(OrderStatus.Ended) : Status,
            PausedWhy = isOver ? null : PausedWhy,
        };
    }

    public StandingOrder Ended() => this with { Status = Words.Of(OrderStatus.Ended), NextDue = null, PausedWhy = null };

    public OrderAnswer Answer() =>
        new(
            Id,
            State,
            AccountId,
            PayeeAccount,
            PayeeName,
            WireAmount.Of(Money),
            Words.Read<Frequency>(Every),
            Day,
            StartsOn,
            EndsOn,
            MostTimes,
            Times,
            NextDue,
            PausedWhy,
            Reference,
            Description,
            CreatedAt,
            UpdatedAt
        );

    public OrderTold Told() => new(Id, State, AccountId, PayeeAccount, WireAmount.Of(Money), NextDue, Reference);
}

/// <summary>Whether a standing order goes on.</summary>
public enum OrderStatus
{
    Active,
    Paused,
    Ended,
}

/// <summary>What became of a due date.</summary>
enum RunStatus
{
    Pending,
    Paid,
    Failed,
    Skipped,
    Missed,
    Cancelled,
}

/// <summary>A row of <c>payments.standing_order_runs</c>.</summary>
sealed record OrderRun(
    Guid Id,
    Guid OrderId,
    DateOnly Due,
    string Status,
    int Attempts,
    DateTimeOffset? NextTryAt,
    Guid? PaymentId,
    string? FailureCode,
    string? FailureReason,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>Of runs <c>r</c>, in the order of the record.</summary>
    public const string Columns = """
        r.id, r.order_id, r.due, r.status, r.attempts, r.next_try_at, r.payment_id, r.failure_code, r.failure_reason, r.created_at, r.updated_at
        """;

    public RunAnswer Answer() =>
        new(
            Id,
            Due,
            Words.Read<RunStatus>(Status),
            Attempts,
            Status == Words.Of(RunStatus.Pending) ? NextTryAt : null,
            PaymentId,
            FailureCode,
            FailureReason,
            UpdatedAt
        );
}

[Description("A payment that comes round.")]
sealed record OrderAnswer(
    Guid Id,
    [property: Description("ended: there is no date left, or it was ended.")] OrderStatus Status,
    [property: Description("The account that pays.")] Guid From,
    [property: Description("The account that is paid.")] Guid To,
    string? PayeeName,
    WireAmount Amount,
    Frequency Every,
    [property: Description("Of the month.")] int? Day,
    DateOnly StartsOn,
    [property: Description("The last day on which it may be due.")] DateOnly? EndsOn,
    [property: Description("How often it is to be paid; not there: without end, or until ends_on.")] int? Times,
    [property: Description("How many of its dates have come so far; skipped ones and those of a pause are not counted.")] int Come,
    DateOnly? NextDue,
    [property: Description("owner; failures: so many payments in a row have failed.")] string? PausedWhy,
    string? Reference,
    string? Description,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always standing_order.")]
    public string Object => "standing_order";
}

[Description("A due date of a standing order.")]
sealed record RunAnswer(
    Guid Id,
    DateOnly Due,
    [property: Description(
        "pending: being paid, or tried again; paid; failed; skipped by the owner; missed: the server was away for too long; cancelled before it was paid."
    )]
        RunStatus Status,
    [property: Description("How often it was tried in vain.")] int Attempts,
    [property: Description("When it is tried next.")] DateTimeOffset? NextTryAt,
    Guid? Payment,
    [property: Description("Why it failed the last time.")] string? FailureCode,
    string? FailureReason,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always standing_order_run.")]
    public string Object => "standing_order_run";
}

/// <summary>Bound from the section <c>Payments:StandingOrders</c>.</summary>
sealed class StandingOrderOptions
{
    /// <summary>How often a due date is tried where money or a limit is in the way.</summary>
    public int Tries { get; set; } = 4;

    public TimeSpan TryEvery { get; set; } = TimeSpan.FromHours(6);

    /// <summary>After so many failures in a row an order is paused.</summary>
    public int MostFailures { get; set; } = 3;

    /// <summary>Dates that were slept through are made up for so far back; older ones are missed.</summary>
    public int CatchUpDays { get; set; } = 31;

    /// <summary>How many a holder has at the most that have not ended.</summary>
    public int Most { get; set; } = 100;
}
