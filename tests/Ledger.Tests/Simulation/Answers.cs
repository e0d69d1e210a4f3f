using Hazina.Ledger.Canonical;
using Hazina.Ledger.Tests.Model;
using Hazina.Ledger.Writing;

namespace Hazina.Ledger.Tests.Simulation;

/// <summary>What callers have handed in and been told, and whether it is true.</summary>
sealed class Answers(SimulatedJournal journal)
{
    readonly List<Submission> open = [];
    readonly List<Submission> answered = [];

    /// <summary>What has been printed already: every answer is looked at twice.</summary>
    readonly Dictionary<object, string> prints = new(ReferenceEqualityComparer.Instance);

    /// <summary>Constraints deferred to COMMIT fail at random, so anybody may be told that it could not be stored.</summary>
    public bool MayBeFaulty { get; init; }

    /// <summary>Where standbys lag, what was acknowledged may be lost; then only the journal itself is looked at.</summary>
    public bool MayBeLost { get; init; }

    public IReadOnlyList<Submission> Open => open;

    public int Count => answered.Count;

    public void Expect(Submission submission) => open.Add(submission);

    /// <summary>Those whose process was killed hear nothing more.</summary>
    public void Forget(Predicate<Submission> whose) => open.RemoveAll(whose);

    /// <summary>Looks at every new answer at once: it must be true when it is given.</summary>
    public void Collect()
    {
        foreach (var submission in open.Where(s => s.Answered.IsCompleted))
        {
            if (submission.Answered.Exception?.InnerException is TimeoutException)
            {
                Assert.True(IsStopped(submission), "only who stops may leave a caller in doubt");
                Unheard.UnionWith(submission.Postings.Select(p => p.Id));
                continue;
            }

            AreTrue(submission);
            answered.Add(submission);
        }

        open.RemoveAll(s => s.Answered.IsCompleted);
    }

    /// <summary>Looks at every answer once more at the end: nothing acknowledged is lost, nothing denied was done, rows alongside are there once.</summary>
    public void AreTrueForEver()
    {
        if (MayBeLost)
            return;
        foreach (var submission in answered)
            AreTrue(submission);
        var told = answered
            .SelectMany(s => s.Answered.Result.Select((o, i) => (Posting: s.Postings[i], Outcome: o)))
            .ToLookup(t => t.Outcome.Id);
        foreach (
            var ofOneId in told.Where(t =>
                t.All(o => o.Outcome.Status is OutcomeStatus.Conflict or OutcomeStatus.Retry or OutcomeStatus.Faulty)
            )
        )
        {
            // Somebody who was killed may have handed it in as well; that shows in the journal as an answer nobody got.
            if (!Unheard.Contains(ofOneId.Key))
                Assert.False(journal.Tables.Transactions.ContainsKey(ofOneId.Key), $"{ofOneId.Key} was denied, but is posted");
        }
    }

    /// <summary>Ids handed in to processes that were killed.</summary>
    public HashSet<Guid> Unheard { get; } = [];

    void AreTrue(Submission submission)
    {
        var outcomes = submission.Answered.Result;
        for (var i = 0; !MayBeLost && i < outcomes.Count; i++)
        {
            var posting = submission.Postings[i];
            Assert.Equal(posting.Id, outcomes[i].Id);
            if (!IsTrue(submission, posting, outcomes[i]))
                Assert.Fail($"{PrintOf(posting)}\nwas told {outcomes[i]}, which is not so");
        }
    }

    bool IsTrue(Submission submission, Posting posting, Outcome outcome) =>
        outcome.Status switch
        {
            OutcomeStatus.Posted => IsPosted(posting, outcome),
            OutcomeStatus.Refused => IsRefused(submission, posting, outcome),
            OutcomeStatus.Mismatch => IsKnown(posting.Id) || (submission.Bulk is { } bulk && IsKnown(bulk)),
            OutcomeStatus.Conflict => Uses(submission, posting, SimulatedModule.Update),
            OutcomeStatus.Faulty => MayBeFaulty || Uses(submission, posting, SimulatedModule.Poison),
            OutcomeStatus.Retry => IsStopped(submission) || Uses(submission, posting, SimulatedModule.Locked),
            _ => false,
        };

    /// <summary>Says whether a submission was handed in to a process that was stopped.</summary>
    public Predicate<Submission> IsStopped { get; init; } = _ => false;

    bool IsPosted(Posting posting, Outcome outcome) =>
        journal.Tables.Transactions.TryGetValue(posting.Id, out var stored)
        && (stored.Rows[0].Seq, stored.Rows.Count, stored.Batch, stored.Rows[0].RecordedAt)
            == (outcome.FirstRow, outcome.Rows, outcome.Batch, outcome.RecordedAt)
        && PrintOf(stored) == PrintOf(posting);

    bool IsRefused(Submission submission, Posting posting, Outcome outcome)
    {
        var isOfBulk = submission.Bulk is not null;
        if (!journal.Tables.Refusals.TryGetValue(submission.Bulk ?? posting.Id, out var stored))
            return false;
        var isSame = isOfBulk || Print.Of(PostingReader.Whole(stored.Content)) == PrintOf(posting);
        var isCode = stored.Code == outcome.Code || (isOfBulk && outcome.Code == Refusals.BulkRefused.Code);
        return isSame && isCode && (stored.Field, stored.Batch, stored.RecordedAt) == (outcome.Field, outcome.Batch, outcome.RecordedAt);
    }

    string PrintOf(Posting posting) => prints.TryGetValue(posting, out var known) ? known : prints[posting] = Print.Of(posting);

    string PrintOf(StoredTransaction stored) =>
        prints.TryGetValue(stored, out var known)
            ? known
            : prints[stored] = Print.Of(PostingDifference.Rebuild(stored.Rows, stored.Details, journal.Known));

    bool IsKnown(Guid id)
    {
        var tables = journal.Tables;
        return tables.Transactions.ContainsKey(id) || tables.Refusals.ContainsKey(id) || tables.Bulks.ContainsKey(id);
    }

    static bool Uses(Submission submission, Posting posting, AlongsideStatement statement) =>
        (submission.Bulk is null ? [posting] : submission.Postings).Any(p =>
            p.WhenPosted.Concat(p.WhenRefused).Any(r => r.Statement == statement)
        );
}
