using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Writing;

/// <summary>The outcome of a request whose id the journal knows.</summary>
static class Replay
{
    /// <summary>Null when the id is new.</summary>
    public static Outcome? Of(Posting posting, Lookup lookup, LedgerState state)
    {
        if (lookup.Posted.TryGetValue(posting.Id, out var posted))
        {
            return PostingDifference.First(PostingDifference.Rebuild(posted.Rows, posted.Details, state), posting) is { } field
                ? Mismatch(posting.Id, field)
                : Posted(posting.Id, posted);
        }

        if (lookup.Refused.TryGetValue(posting.Id, out var refused))
        {
            // A bulk's refusal keeps a hash for its content, and no posting is that.
            var field = refused.Content.Length == 32 ? "id" : PostingDifference.First(PostingReader.Whole(refused.Content), posting);
            return field is not null ? Mismatch(posting.Id, field) : Refused(posting.Id, refused.Code, refused);
        }

        return lookup.Bulks.ContainsKey(posting.Id) ? Mismatch(posting.Id, "id") : null;
    }

    /// <summary>Null when the bulk's id is new.</summary>
    public static IReadOnlyList<Outcome>? OfBulk(Guid id, IReadOnlyList<Posting> postings, byte[] content, Lookup lookup, LedgerState state)
    {
        if (lookup.Bulks.TryGetValue(id, out var bulk))
        {
            if (!content.AsSpan().SequenceEqual(bulk.Content))
                return [.. postings.Select(p => Mismatch(p.Id, FirstDifference(p, lookup, state)))];
            return [.. postings.Select(p => Posted(p.Id, lookup.Posted[p.Id]))];
        }

        if (lookup.Refused.TryGetValue(id, out var refused))
        {
            var same = content.AsSpan().SequenceEqual(refused.Content);
            var at = refused.Field?.Split('/') is ["transactions", var index, ..] ? int.Parse(index) : -1;
            return
            [
                .. postings.Select(
                    (p, i) =>
                        same ? Refused(p.Id, i == at ? refused.Code : Refusals.BulkRefused.Code, refused) : Mismatch(p.Id, "transactions")
                ),
            ];
        }

        return lookup.Posted.ContainsKey(id) ? [.. postings.Select(p => Mismatch(p.Id, "id"))] : null;
    }

    static string FirstDifference(Posting posting, Lookup lookup, LedgerState state) =>
        lookup.Posted.TryGetValue(posting.Id, out var posted)
            ? PostingDifference.First(PostingDifference.Rebuild(posted.Rows, posted.Details, state), posting) ?? "transactions"
            : "id";

    static Outcome Posted(Guid id, StoredTransaction posted) =>
        new()
        {
            Id = id,
            Status = OutcomeStatus.Posted,
            FirstRow = posted.Rows[0].Seq,
            Rows = posted.Rows.Count,
            Batch = posted.Batch,
            RecordedAt = posted.Rows[0].RecordedAt,
            Replayed = true,
        };

    static Outcome Refused(Guid id, string code, StoredRefusal refused) =>
        new()
        {
            Id = id,
            Status = OutcomeStatus.Refused,
            Code = code,
            Field = refused.Field,
            Batch = refused.Batch,
            RecordedAt = refused.RecordedAt,
            Replayed = true,
        };

    static Outcome Mismatch(Guid id, string field) =>
        new()
        {
            Id = id,
            Status = OutcomeStatus.Mismatch,
            Code = Refusals.IdReused.Code,
            Field = field,
        };
}
