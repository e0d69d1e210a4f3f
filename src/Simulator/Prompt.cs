namespace Hazina.Simulator;

/// <summary>How a prompt was answered.</summary>
public enum PromptState
{
    Waiting,
    Approved,
    WrongPin,
    Cancelled,

    /// <summary>Nobody answered in time.</summary>
    Expired,
}

/// <summary>What a customer's phone shows: somebody asks for money.</summary>
public sealed class Prompt
{
    readonly TaskCompletionSource<PromptState> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Lock gate = new();

    internal Prompt(Orders.Order order, DateTimeOffset expiresAt) =>
        (Id, Rail, Party, Amount, Text, At, ExpiresAt) = (
            order.Receipt,
            order.Rail,
            order.Party,
            order.Amount,
            order.Text,
            order.At,
            expiresAt
        );

    public string Id { get; }

    public Rail Rail { get; }

    /// <summary>The phone or account that is asked.</summary>
    public string Party { get; }

    public decimal Amount { get; }

    public string Text { get; }

    public DateTimeOffset At { get; }

    public DateTimeOffset ExpiresAt { get; }

    public PromptState State { get; private set; }

    internal Task<PromptState> Answer => answer.Task;

    /// <summary>False where it has been answered already.</summary>
    internal bool Become(PromptState state)
    {
        lock (gate)
        {
            if (State != PromptState.Waiting)
                return false;
            State = state;
        }

        answer.SetResult(state);
        return true;
    }
}
