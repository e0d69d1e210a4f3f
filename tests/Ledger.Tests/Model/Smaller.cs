namespace Hazina.Ledger.Tests.Model;

/// <summary>What a failing run shrinks to: the same with something left out, large pieces first.</summary>
static class Smaller
{
    public static IEnumerable<Script> Than(Script script)
    {
        foreach (var fewer in Fewer(script.Operations))
            yield return new Script(fewer);
        for (var i = 0; i < script.Operations.Count; i++)
        {
            foreach (var operation in Than(script.Operations[i]))
                yield return new Script([.. script.Operations.Take(i), operation, .. script.Operations.Skip(i + 1)]);
        }
    }

    static IEnumerable<Operation> Than(Operation operation) =>
        operation switch
        {
            Send send => Than(send.Postings).Select(p => new Send(p)),
            SendAll all => Than(all.Postings).Select(p => all with { Postings = p }),
            Again again => Enumerable.Range(0, again.Back).Select(b => new Again(b)),
            _ => [],
        };

    static IEnumerable<IReadOnlyList<Posting>> Than(IReadOnlyList<Posting> postings)
    {
        foreach (var fewer in Fewer(postings).Where(f => f.Count > 0))
            yield return fewer;
        for (var i = 0; i < postings.Count; i++)
        {
            foreach (var posting in Than(postings[i]))
                yield return [.. postings.Take(i), posting, .. postings.Skip(i + 1)];
        }
    }

    static IEnumerable<Posting> Than(Posting posting)
    {
        foreach (var steps in Fewer(posting.Steps).Where(s => s.Count > 0))
            yield return posting with
            {
                Steps = steps,
            };
        foreach (var conditions in Fewer(posting.Conditions))
            yield return posting with
            {
                Conditions = conditions,
            };
        if (posting.Forced)
            yield return posting with
            {
                Forced = false,
            };
        if (
            posting.EffectiveDate is not null
            || posting.Reference is not null
            || posting.Description is not null
            || posting.Metadata is not null
        )
            yield return posting with
            {
                EffectiveDate = null,
                Reference = null,
                Description = null,
                Metadata = null,
            };
    }

    static IEnumerable<IReadOnlyList<T>> Fewer<T>(IReadOnlyList<T> all)
    {
        for (var size = Math.Max(1, all.Count / 2); all.Count > 0; size /= 2)
        {
            for (var at = 0; at + size <= all.Count; at += size)
                yield return [.. all.Take(at), .. all.Skip(at + size)];
            if (size == 1)
                yield break;
        }
    }
}
