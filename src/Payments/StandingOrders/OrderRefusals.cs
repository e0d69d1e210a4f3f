using Hazina.Platform.Http;

namespace Hazina.Payments.StandingOrders;

/// <summary>The noes of standing orders; the last is why a due date failed.</summary>
static class OrderRefusals
{
    public static readonly RefusalType NoSuchOrder = new(
        "payments.no_such_standing_order",
        404,
        "No such standing order",
        "Whoever asks has no standing order with this id in this book. Other people's are answered in the same way."
    );

    public static readonly RefusalType OrderState = new(
        "payments.standing_order_state",
        409,
        "Not possible any more, or not yet",
        "Look at the order's `status`: an active one is paused, a paused one goes on, and one that has ended stays so. Set up another one."
    );

    public static readonly RefusalType TooManyOrders = new(
        "payments.too_many_standing_orders",
        422,
        "Too many standing orders",
        "A holder has so many that have not ended. End one that is needed no more."
    );

    public static readonly RefusalType NoDate = new(
        "payments.no_due_date",
        422,
        "It would never be due",
        "There is no date from `starts_on` to `ends_on` on which it would be paid. Choose a later end, or an earlier start."
    );

    public static readonly RefusalType OwnerInactive = new(
        "payments.owner_inactive",
        403,
        "The owner is not active",
        "Nothing is paid in the name of a person or an organisation that is suspended or gone."
    );

    public static IReadOnlyList<RefusalType> All { get; } = [NoSuchOrder, OrderState, TooManyOrders, NoDate, OwnerInactive];
}
