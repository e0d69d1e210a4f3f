using System.Collections.Concurrent;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>What all callers together were told. Thread-safe.</summary>
sealed class Memory
{
    readonly ConcurrentDictionary<Guid, (Ask Ask, Wish Wish, Told Told)> told = new();
    readonly ConcurrentQueue<string> contradictions = new();

    public IReadOnlyCollection<(Ask Ask, Wish Wish, Told Told)> All => [.. told.Values];

    public IEnumerable<string> Contradictions => contradictions;

    /// <summary>Notes an answer; one that differs from an earlier one is a broken promise.</summary>
    public void Hear(Ask ask, IReadOnlyList<Told> answers, string from)
    {
        if (answers.Count != ask.Wishes.Count)
            contradictions.Enqueue($"{ask.Path}: {ask.Wishes.Count} were asked for, {from} tells of {answers.Count}");
        foreach (var (wish, answer) in ask.Wishes.Zip(answers))
        {
            var first = told.GetOrAdd(wish.Id, (ask, wish, answer)).Told;
            if (first != answer)
                contradictions.Enqueue($"{wish.Id}: {first} was told first, {answer} by {from}");
        }
    }
}
