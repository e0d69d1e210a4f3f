using System.ComponentModel;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments.StandingOrders;

/// <summary>What is told of standing orders.</summary>
static class OrderEvents
{
    public static readonly EventType<OrderTold> Created = new("payments.standing_order.created.v1", "A standing order was set up.");

    public static readonly EventType<OrderTold> Paused = new(
        "payments.standing_order.paused.v1",
        "A standing order was paused, by its owner or since its payments have failed again and again."
    );

    public static readonly EventType<OrderTold> Resumed = new("payments.standing_order.resumed.v1", "A standing order goes on.");

    public static readonly EventType<OrderTold> Ended = new(
        "payments.standing_order.ended.v1",
        "A standing order was ended, or has come to its last date."
    );

    public static readonly EventType<RunTold> Paid = new(
        "payments.standing_order.paid.v1",
        "A due date of a standing order was paid; told with the payment."
    );

    public static readonly EventType<RunTold> Failed = new(
        "payments.standing_order.failed.v1",
        "A due date of a standing order could not be paid, and is not tried again. The order goes on with the next one."
    );

    public static IReadOnlyList<EventType> All { get; } = [Created, Paused, Resumed, Ended, Paid, Failed];
}

/// <summary>A standing order as events tell of it.</summary>
public sealed record OrderTold(
    Guid StandingOrder,
    OrderStatus Status,
    [property: Description("The account that pays.")] Guid From,
    [property: Description("The account that is paid.")] Guid To,
    WireAmount Amount,
    DateOnly? NextDue,
    [property: Description("The owner's own.")] string? Reference
);

/// <summary>A due date as events tell of it.</summary>
public sealed record RunTold(
    Guid StandingOrder,
    [property: Description("The due date's own id.")] Guid Run,
    DateOnly Due,
    WireAmount Amount,
    Guid? Payment,
    [property: Description("Why it failed; one of the codes of refusals.")] string? FailureCode
);
