using System.ComponentModel;
using Hazina.Platform.Events;

namespace Hazina.Billing;

/// <summary>What fees tell.</summary>
public static class Events
{
    public static readonly EventType<FeeWasSet> FeeSet = new("billing.fee.set.v1", "A service costs something else from a time on.");

    public static IReadOnlyList<EventType> All { get; } = [FeeSet];
}

/// <summary>See <see cref="Events.FeeSet"/>.</summary>
public sealed record FeeWasSet(
    [property: Description("The fee's version.")] Guid Fee,
    [property: Description("What it is taken for.")] string Type,
    string Currency,
    [property: Description("The rail that it is for; not there: all of them.")] string? Provider,
    [property: Description("Whose own fee it is; not there: everybody's.")] Guid? Merchant,
    [property: Description("The first moment that it holds for.")] DateTimeOffset From,
    [property: Description("When it ends.")] DateTimeOffset? Until
);
