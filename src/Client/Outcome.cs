namespace Hazina.Client;

/// <summary>The answer of a call that is done at once, or waits for something: a second step, or somebody's approval. One of the two is there.</summary>
/// <param name="Done">What was made, where it is done.</param>
/// <param name="Pending">What it waits for, where it waits.</param>
public sealed record Outcome<TDone, TPending>(TDone? Done, TPending? Pending)
    where TDone : class
    where TPending : class;
