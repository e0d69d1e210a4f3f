using System.Text.Json.Nodes;

namespace Hazina.Simulator.Orders;

/// <summary>How far an order is.</summary>
enum OrderState
{
    Deciding,
    Done,
    Failed,

    /// <summary>Was done, and has been sent back.</summary>
    Reversed,
}

/// <summary>Where an order stands; replaced as a whole, so that who reads it sees what belongs together.</summary>
sealed record Progress(OrderState State, Outcome? Outcome, DateTimeOffset? At);

/// <summary>Why whoever asked for an order is called back.</summary>
enum Telling
{
    Outcome,

    /// <summary>A bank's note that it is being worked on.</summary>
    Processing,

    /// <summary>Somebody else's word that it was paid, with a receipt that does not exist.</summary>
    Forged,
}

/// <summary>Something that a vendor was asked to do, or that a customer did on their phone.</summary>
sealed class Order
{
    volatile Progress progress = new(OrderState.Deciding, Outcome: null, At: null);

    public required Rail Rail { get; init; }

    public required BookKind Kind { get; init; }

    /// <summary>The vendor's id of the call.</summary>
    public required string VendorId { get; init; }

    /// <summary>The vendor's id of the movement. Given before it is known whether anything moves, as M-Pesa does.</summary>
    public required string Receipt { get; init; }

    /// <summary>M-Pesa's second id of an STK push; KCB's of a transfer.</summary>
    public string MerchantId { get; init; } = "";

    /// <summary>What we called it.</summary>
    public string? OurId { get; init; }

    public required string Party { get; init; }

    public required decimal Amount { get; init; }

    public required DateTimeOffset At { get; init; }

    public Behaviour Behaviour { get; init; }

    /// <summary>What the customer reads on the prompt.</summary>
    public string Text { get; init; } = "";

    /// <summary>What must be the same when the same reference comes again.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>What a vendor gives back as it was given. Each is made anew, because a JSON node has one parent.</summary>
    public IReadOnlyList<(string Name, Func<JsonNode> Value)> Details { get; init; } = [];

    /// <summary>What a reversal sends back.</summary>
    public Order? Original { get; init; }

    /// <summary>Fails so, however the customer decides: the vendor found a fault of ours after it had accepted.</summary>
    public Outcome? Refused { get; init; }

    /// <summary>The callbacks for it, of which there may be none.</summary>
    public Func<Order, Telling, IEnumerable<Callback>> Tell { get; init; } = (_, _) => [];

    /// <summary>The prompt on the customer's phone, where there is one.</summary>
    public Prompt? Prompt { get; set; }

    public Progress Progress => progress;

    /// <summary>Ends when the first callback has been answered, or when there is none to come.</summary>
    public TaskCompletionSource Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when it is decided.</summary>
    public TaskCompletionSource Decided { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when nothing more follows from it.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Become(OrderState state, Outcome outcome, DateTimeOffset at) => progress = new(state, outcome, at);
}
