namespace Hazina.Ledger.Writing;

/// <summary>What one caller handed in: one posting, several independent ones, or an atomic bulk.</summary>
sealed class Submission(IReadOnlyList<Posting> postings, Guid? bulk)
{
    readonly TaskCompletionSource<IReadOnlyList<Outcome>> answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Outcome?[] outcomes = new Outcome?[postings.Count];
    int open = postings.Count;

    public IReadOnlyList<Posting> Postings => postings;

    /// <summary>The id of an atomic bulk.</summary>
    public Guid? Bulk => bulk;

    /// <summary>All outcomes, in the order of the postings.</summary>
    public Task<IReadOnlyList<Outcome>> Answered => answered.Task;

    /// <summary>Called by the writer alone, once a posting, after its batch was committed.</summary>
    public void Answer(int index, Outcome outcome)
    {
        if (outcomes[index] is not null)
            throw new InvalidOperationException($"Posting {outcome.Id} was answered twice.");
        outcomes[index] = outcome;
        if (--open == 0)
            answered.TrySetResult(outcomes!);
    }

    /// <summary>The writer has stopped for good.</summary>
    public void Fail(Exception reason) => answered.TrySetException(reason);
}

/// <summary>A posting on its way through the writer; an atomic bulk is one item.</summary>
readonly record struct Item(Submission Submission, int Index)
{
    public bool IsBulk => Submission.Bulk is not null;

    public Posting Posting => Submission.Postings[Index];

    /// <summary>How many postings it stands for.</summary>
    public int Weight => IsBulk ? Submission.Postings.Count : 1;

    /// <summary>The id under which its outcome is remembered.</summary>
    public Guid Id => Submission.Bulk ?? Posting.Id;
}
