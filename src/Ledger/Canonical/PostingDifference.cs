using Hazina.Ledger.Decisions;
using Hazina.Money;

namespace Hazina.Ledger.Canonical;

/// <summary>Whether a request repeats an earlier one, and if not, in what it differs.</summary>
static class PostingDifference
{
    /// <summary>The first field in which the two differ; null when they are the same.</summary>
    public static string? First(Posting earlier, Posting now)
    {
        if (earlier.Book != now.Book)
            return "book";
        if (earlier.Kind != now.Kind)
            return "kind";
        if (earlier.Reverses != now.Reverses)
            return "reverses";
        if (earlier.EffectiveDate != now.EffectiveDate)
            return "effective_date";
        if (earlier.Forced != now.Forced)
            return "forced";
        if (earlier.Reference != now.Reference)
            return "reference";
        if (earlier.Description != now.Description)
            return "description";
        if (!earlier.Metadata.AsSpan().Trim().SequenceEqual(now.Metadata.AsSpan().Trim())) // space around it is not kept
            return "metadata";
        return FirstIn("steps", earlier.Steps, now.Steps) ?? FirstIn("conditions", earlier.Conditions, now.Conditions);
    }

    /// <summary>A posted transaction as the posting that it came from, from its rows and details.</summary>
    public static Posting Rebuild(IReadOnlyList<JournalRow> rows, byte[]? details, LedgerState state)
    {
        var first = rows[0];
        var said = details is null ? null : PostingReader.Details(details);
        var commands = details is null ? null : PostingReader.StepsByPlace(details);
        var steps = new List<Step>(rows.Count);
        foreach (var row in said?.Reverses is null ? rows : [])
            steps.Add(commands?.GetValueOrDefault(row.Leg) ?? StepOf(row, state));
        return new Posting
        {
            Id = first.TransactionId,
            Book = said?.Book ?? state.At(first.Debit).Book,
            Kind = first.BusinessKind,
            Steps = steps,
            Conditions = said?.Conditions ?? [],
            Reverses = said?.Reverses,
            EffectiveDate = first.EffectiveDate,
            Forced = first.Flags.HasFlag(RowFlags.Forced),
            Reference = said?.Reference,
            Description = said?.Description,
            Metadata = said?.Metadata,
        };
    }

    static Step StepOf(in JournalRow row, LedgerState state)
    {
        var account = state.At(row.Debit);
        return row.Kind switch
        {
            RowKind.Leg => new Leg(account.Id, state.At(row.Credit).Id, new Amount(row.Amount, account.Currency), row.Reservation),
            RowKind.Release => new Release(row.Reservation!.Value, new Amount(row.Amount, account.Currency)),
            RowKind.Close => new Close(account.Id),
            RowKind.Expire => new Release(row.Reservation!.Value), // the writer's own: no posting of a caller is like it
            _ => throw new BrokenInvariantException($"row {row.Seq} has the details that say what it does"),
        };
    }

    static string? FirstIn<T>(string name, IReadOnlyList<T> earlier, IReadOnlyList<T> now)
    {
        for (var i = 0; i < Math.Min(earlier.Count, now.Count); i++)
        {
            if (!Equals(earlier[i], now[i]))
                return $"{name}/{i}{FieldOf(earlier[i], now[i])}";
        }

        return earlier.Count == now.Count ? null : name;
    }

    static string FieldOf<T>(T earlier, T now) =>
        (earlier, now) switch
        {
            (Leg a, Leg b) => a.Debit != b.Debit ? "/debit"
            : a.Credit != b.Credit ? "/credit"
            : a.Amount != b.Amount ? "/amount"
            : "/reservation",
            (Reserve a, Reserve b) => a.Id != b.Id ? "/id"
            : a.Account != b.Account ? "/account"
            : a.Amount != b.Amount ? "/amount"
            : "/expires_at",
            (Release a, Release b) => a.Reservation != b.Reservation ? "/reservation" : "/amount",
            (Open a, Open b) => a.Id != b.Id ? "/id"
            : a.Currency != b.Currency ? "/currency"
            : a.Class != b.Class ? "/class"
            : a.Floor != b.Floor ? "/floor"
            : a.Ceiling != b.Ceiling ? "/ceiling"
            : "/owner",
            (Change a, Change b) => a.Account != b.Account ? "/account"
            : a.Freeze != b.Freeze ? "/freeze"
            : a.Floor != b.Floor ? "/floor"
            : "/ceiling",
            (Close, Close) => "/account",
            (AvailableAtLeast a, AvailableAtLeast b) => a.Account != b.Account ? "/account" : "/amount",
            (TurnoverAtMost a, TurnoverAtMost b) => a.Account != b.Account ? "/account"
            : a.Tag != b.Tag ? "/tag"
            : a.PeriodStart != b.PeriodStart ? "/period_start"
            : a.PeriodEnd != b.PeriodEnd ? "/period_end"
            : "/at_most",
            _ => "",
        };
}
