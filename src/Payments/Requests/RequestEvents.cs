using System.ComponentModel;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments.Requests;

/// <summary>What is told of requests for money.</summary>
static class RequestEvents
{
    public static readonly EventType<RequestTold> Created = new("payments.request.created.v1", "Somebody asks for money.");

    public static readonly EventType<RequestTold> Paid = new(
        "payments.request.paid.v1",
        "A request for money was paid; told with its payment."
    );

    public static readonly EventType<RequestTold> Declined = new(
        "payments.request.declined.v1",
        "Whoever was asked for money has said no."
    );

    public static readonly EventType<RequestTold> Cancelled = new(
        "payments.request.cancelled.v1",
        "Whoever asked for money does so no more."
    );

    public static readonly EventType<RequestTold> Expired = new("payments.request.expired.v1", "Nobody paid a request for money in time.");

    public static IReadOnlyList<EventType> All { get; } = [Created, Paid, Declined, Cancelled, Expired];
}

/// <summary>A request for money as events tell of it.</summary>
public sealed record RequestTold(
    Guid Request,
    RequestStatus Status,
    [property: Description("Where the money goes.")] Guid Account,
    [property: Description("Not there: the payer says how much.")] WireAmount? Amount,
    [property: Description("The payment, of one that is paid.")] Guid? Payment,
    [property: Description("What was paid.")] WireAmount? Paid,
    [property: Description("The asker's own.")] string? Reference
);
