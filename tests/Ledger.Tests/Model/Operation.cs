using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Hazina.Ledger.Tests.Model;

/// <summary>One thing that the outside does.</summary>
abstract record Operation;

/// <summary>Hands in postings together, each on its own.</summary>
sealed record Send(IReadOnlyList<Posting> Postings) : Operation
{
    public override string ToString() => $"send\n{Print.Of(Postings)}";
}

/// <summary>Hands in an atomic bulk.</summary>
sealed record SendAll(Guid Bulk, IReadOnlyList<Posting> Postings) : Operation
{
    public override string ToString() => $"send all as {Bulk}\n{Print.Of(Postings)}";
}

/// <summary>Hands in once more what an earlier operation has handed in.</summary>
sealed record Again(int Back) : Operation;

/// <summary>Lets time pass.</summary>
sealed record Wait(TimeSpan Time) : Operation;

/// <summary>A run, printed so that it can be typed in again.</summary>
sealed partial record Script(IReadOnlyList<Operation> Operations)
{
    public override string ToString() => Ids().Replace(string.Join('\n', Operations.Select((o, i) => $"{i}. {o}")), "${kind}${number}");

    /// <summary>Ids as <see cref="Model.Ids"/> makes them, for an eye to follow.</summary>
    [GeneratedRegex("[0-9a-f]{8}-000(?<kind>[a-d])-7000-8000-000[a-d]0*(?<number>[0-9a-f]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ids();

    /// <summary>The operations with every <see cref="Again"/> replaced by what it repeats.</summary>
    public IEnumerable<Operation> Played()
    {
        var sent = new List<Operation>();
        foreach (var operation in Operations)
        {
            var played = operation is Again { Back: var back }
                ? sent.Count == 0
                    ? null
                    : sent[^(1 + (back % sent.Count))]
                : operation;
            if (played is Send or SendAll)
                sent.Add(played);
            if (played is not null)
                yield return played;
        }
    }
}

static class Print
{
    public static string Of(IEnumerable<Posting> postings) => string.Join('\n', postings.Select(p => "     " + Of(p)));

    /// <summary>All of a posting's content: two postings are the same when their prints are.</summary>
    public static string Of(Posting posting)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{posting.Id} {posting.Book} {posting.Kind}");
        text.Append(posting.Forced ? " forced" : "");
        text.Append(posting.EffectiveDate is { } date ? $" on {date:O}" : "");
        text.Append(posting.Reverses is { } original ? $" reverses {original}" : "");
        text.Append(posting.Reference is { } reference ? $" '{reference}'" : "");
        text.Append(posting.Description is { } description ? $" \"{description}\"" : "");
        text.Append(posting.Metadata is { } metadata ? $" {metadata.Trim()}" : "");
        text.AppendJoin("", posting.Steps.Select(s => " | " + Of(s)));
        text.AppendJoin("", posting.Conditions.Select(c => " if " + Of(c)));
        return text.ToString();
    }

    static string Of(Step step) =>
        step switch
        {
            Leg leg => $"{leg.Debit} ← {leg.Amount} ← {leg.Credit}{(leg.Reservation is { } r ? $" from {r}" : "")}",
            Reserve reserve => $"reserve {reserve.Id} {reserve.Amount} on {reserve.Account} until {reserve.ExpiresAt?.UtcDateTime:O}",
            Release release => $"release {release.Reservation} {release.Amount}",
            Open open => $"open {open.Id} {open.Currency} {open.Class} {Of(open.Floor)}…{Of(open.Ceiling)} '{open.Owner}'",
            Change change => $"change {change.Account} {change.Freeze} {Of(change.Floor)}…{Of(change.Ceiling)}",
            _ => step.ToString(),
        };

    static string Of(Condition condition) =>
        condition switch
        {
            AvailableAtLeast atLeast => $"{atLeast.Account} ≥ {Of(atLeast.Amount)}",
            TurnoverAtMost t => $"{t.Account} {t.Tag} {t.PeriodStart.UtcDateTime:O}–{t.PeriodEnd.UtcDateTime:O} ≤ {Of(t.AtMost)}",
            _ => condition.ToString(),
        };

    static string Of(Limit? limit) => limit is { } given ? $"[{Of(given.Value)}]" : "";

    static string Of(decimal? number) => number?.ToString("0.########", CultureInfo.InvariantCulture) ?? "none";
}
