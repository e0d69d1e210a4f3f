using System.ComponentModel;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments.Reconciliation;

/// <summary>What reconciliation tells.</summary>
static class ReconciliationEvents
{
    public static readonly EventType<StatementImported> StatementImported = new(
        "payments.rail_statement.imported.v1",
        "A provider's statement was imported and held against what is booked."
    );

    public static readonly EventType<BreakResolved> BreakResolved = new(
        "payments.break.resolved.v1",
        "People have ended a difference between a provider and the books."
    );

    public static readonly EventType<TrustDiffers> TrustDiffers = new(
        "payments.trust.differs.v1",
        "Trust money is not what customers are owed, or a provider has more or less than is booked: see the proof."
    );

    public static IReadOnlyList<EventType> All { get; } = [StatementImported, BreakResolved, TrustDiffers];
}

/// <summary>See <see cref="ReconciliationEvents.StatementImported"/>.</summary>
public sealed record StatementImported(
    Guid Statement,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    DateTimeOffset From,
    DateTimeOffset To,
    int Lines,
    [property: Description("Lines that are booked here as they say.")] int Matched,
    [property: Description("Open breaks about its lines.")] int Breaks,
    [property: Description("Open breaks about what is booked here and not in it.")] int MissingThere
);

/// <summary>See <see cref="ReconciliationEvents.BreakResolved"/>.</summary>
public sealed record BreakResolved(
    Guid Break,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description("As the break's kind.")] string Kind,
    [property: Description("booked or explained.")] string Resolution
);

/// <summary>See <see cref="ReconciliationEvents.TrustDiffers"/>.</summary>
public sealed record TrustDiffers(
    Guid Proof,
    DateTimeOffset At,
    [property: Description("What customers are owed.")] WireAmount Owed,
    [property: Description("Trust money, by the books.")] WireAmount Trust,
    [property: Description("What differs, by name.")] IReadOnlyList<string> What
);
